// Holds the lists in memory and asks for newer ones now and then, never while a code is being verified.
import { fromUtf8 } from "./bytes.js";
import { readForeign, withForeign } from "./foreign.js";
import { RevocationStore } from "./revocation-store.js";
import { proven, Roots } from "./roots.js";
import { canCheckSignatures } from "./signature.js";
import { fetchedList, keepList, keptList } from "./shelf.js";
import { readTrust } from "./trust.js";

const REFRESH_EVERY_MS = 60 * 60 * 1000;
const UNKNOWN_EVERY_MS = 60 * 1000;

/**
 * Keeps our keys, what was revoked and other countries' keys fresh, and calls `onChange()` after each of them came. Only
 * lists that are proven are used and kept (roots.js).
 *
 * addresses: {trust, foreign, lists}; clock: a Clock, which is set by each list that comes over the network; roots: those
 * that the page names. `current()` gives what withForeign gives, `revocations()` what readRevocations gives; both are empty
 * at first. `refused` says that the newest answer of the server carried no proof that holds.
 */
export class TrustStore {
  constructor(addresses, clock, onChange, roots = new Roots()) {
    this.addresses = addresses;
    this.clock = clock;
    this.onChange = onChange;
    this.roots = roots;
    this.own = readTrust(null);
    this.signedBy = "";
    this.foreign = readForeign(null);
    this.revoked = new RevocationStore(addresses.lists, (bytes, proof) => this.proven("revocations", { bytes, proof }));
    this.refused = false;
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

  async proven(about, list, roots = this.roots) {
    return list && proven(list.bytes, list.proof, { about, roots, givenUp: this.own.givenUp });
  }

  /** Takes our own keys where they are proven and not older than those here; tells whether it did. */
  async useOwn(list) {
    const told = list && JSON.parse(fromUtf8(list.bytes));
    // On a new installation even the page knew no root: then the first list brings its own.
    const roots = this.roots.known.length ? this.roots : new Roots(told?.authorities ?? [], null);
    const proof = await this.proven("keys", list, roots);
    if (!proof) return false;
    const own = readTrust(told);
    // An older copy must not bring back a key; whoever signs with a given-up key may have written any date.
    if (own.madeAt < this.own.madeAt && !own.givenUp.has(this.signedBy)) return false;
    [this.own, this.signedBy] = [own, proof.kid];
    this.roots.keep(told.authorities ?? []);
    return true;
  }

  /** Our own keys, which a code needs first. */
  async refreshOwn() {
    this.asked = Date.now();
    const list = await fetchedList(this.addresses.trust);
    const used = await this.useOwn(list).catch(() => false);
    if (used) {
      this.clock.set(this.own.madeAt);
      await keepList("keys", list.bytes, list.proof);
    }
    if (list) this.refused = !used && canCheckSignatures();
    this.combine();
  }

  /**
   * Asks for our keys again because a code has one that is not here: after a compromise the next key signs at once. Once a
   * minute at most; tells whether it asked.
   */
  async refreshForUnknown() {
    if (Date.now() - this.asked < UNKNOWN_EVERY_MS || globalThis.navigator?.onLine === false) return false;
    await this.refreshOwn();
    return true;
  }

  async refreshRevoked() {
    this.revoked.forget(this.own.givenUp);
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

  async useForeign(list) {
    if (!(await this.proven("foreign", list))) return false;
    this.foreign = readForeign(JSON.parse(fromUtf8(list.bytes)));
    this.combine();
    return true;
  }

  /** Other countries' keys: a hundred times as many, so they come last, and rarely anew. */
  async refreshForeign() {
    const list = await fetchedList(this.addresses.foreign);
    if (await this.useForeign(list).catch(() => false)) await keepList("foreign", list.bytes, list.proof);
    else if (!this.foreign.size) await this.useForeign(await keptList("foreign")).catch(() => false);
  }

  /** Refreshes when the network comes back, when the page is looked at again, and each hour while it is. */
  start() {
    const due = () => document.visibilityState === "visible" && Date.now() - this.asked > REFRESH_EVERY_MS;
    addEventListener("online", () => this.refresh());
    document.addEventListener("visibilitychange", () => due() && this.refresh());
    setInterval(() => due() && this.refresh(), REFRESH_EVERY_MS / 4);
    const kept = keptList("keys").then((list) => this.useOwn(list)).catch(() => false);
    return Promise.all([this.revoked.load(), kept]).then(() => this.refreshOwn());
  }
}
