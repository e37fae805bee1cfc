// Holds the lists in memory and asks for newer ones now and then, never while a code is being verified.
import { readForeign, withForeign } from "./foreign.js";
import { RevocationStore } from "./revocation-store.js";
import { readTrust } from "./trust.js";

const REFRESH_EVERY_MS = 60 * 60 * 1000;

/** The JSON at an address and whether it came over the network just now; null where there is none at all. */
async function fetched(address) {
  try {
    const answer = await fetch(address, { cache: "no-cache", credentials: "omit" });
    return answer.ok ? { told: await answer.json(), fresh: !answer.headers.get("x-kept") } : null;
  } catch {
    return null; // offline without a copy: the list in memory stays, and the page shows its age
  }
}

/**
 * Keeps our keys, what was revoked and other countries' keys fresh, and calls `onChange()` after each of them came.
 *
 * addresses: {trust, foreign, lists}; clock: a Clock, which is set by each list that comes over the network. `current()`
 * gives what withForeign gives, `revocations()` what readRevocations gives; both are empty at first.
 */
export class TrustStore {
  constructor(addresses, clock, onChange) {
    this.addresses = addresses;
    this.clock = clock;
    this.onChange = onChange;
    this.own = readTrust(null);
    this.foreign = readForeign(null);
    this.revoked = new RevocationStore(addresses.lists);
    this.asked = 0;
    this.combine();
  }

  current() {
    return this.trust;
  }

  revocations() {
    return this.revoked.current();
  }

  combine() {
    this.trust = withForeign(this.own, this.foreign);
    this.onChange();
  }

  /** Our own keys, which a code needs first: from the server, or the copy on this device; the newer of both. */
  async refreshOwn() {
    this.asked = Date.now();
    const list = await fetched(this.addresses.trust);
    if (list) {
      const own = readTrust(list.told);
      if (list.fresh) this.clock.set(own.madeAt);
      // An older copy must not bring back a key.
      if (own.madeAt >= this.own.madeAt) this.own = own;
    }
    this.combine();
  }

  async refreshRevoked() {
    await this.revoked.refresh();
    this.onChange();
  }

  async refresh() {
    await this.refreshOwn();
    await this.refreshRevoked();
    await this.refreshForeign();
  }

  /** What was revoked and other countries' keys, asked for once; later refreshes bring them anew. */
  complete() {
    this.completed ??= this.refreshRevoked().then(() => this.refreshForeign());
    return this.completed;
  }

  /** Other countries' keys: a hundred times as many, so they come last, and rarely anew. */
  async refreshForeign() {
    const list = await fetched(this.addresses.foreign);
    if (list) this.foreign = readForeign(list.told);
    this.combine();
  }

  /** Refreshes when the network comes back, when the page is looked at again, and each hour while it is. */
  start() {
    const due = () => document.visibilityState === "visible" && Date.now() - this.asked > REFRESH_EVERY_MS;
    addEventListener("online", () => this.refresh());
    document.addEventListener("visibilitychange", () => due() && this.refresh());
    setInterval(() => due() && this.refresh(), REFRESH_EVERY_MS / 4);
    return this.revoked.load().then(() => this.refreshOwn());
  }
}
