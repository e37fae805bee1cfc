// Holds the trust list in memory and asks for a newer one now and then, never while a code is being verified.
import { readTrust } from "./trust.js";

const REFRESH_EVERY_MS = 60 * 60 * 1000;

/** Keeps the list of `address` fresh and calls `onChange(trust)`; `current()` gives the newest, empty at first. */
export class TrustStore {
  constructor(address, onChange) {
    this.address = address;
    this.onChange = onChange;
    this.trust = readTrust(null);
    this.asked = 0;
  }

  current() {
    return this.trust;
  }

  /** Asks the server, or the copy on this device when the network is away; keeps the newer of both lists. */
  async refresh() {
    this.asked = Date.now();
    try {
      const answer = await fetch(this.address, { cache: "no-cache", credentials: "omit" });
      if (answer.ok) {
        const trust = readTrust(await answer.json());
        // An older copy must not bring back a key or forget a revocation.
        if (trust.madeAt >= this.trust.madeAt) this.trust = trust;
      }
    } catch {
      // Offline without a copy: the list in memory stays, and the page shows its age.
    }
    this.onChange(this.trust);
  }

  /** Refreshes when the network comes back, when the page is looked at again, and each hour while it is. */
  start() {
    const due = () => document.visibilityState === "visible" && Date.now() - this.asked > REFRESH_EVERY_MS;
    addEventListener("online", () => this.refresh());
    document.addEventListener("visibilitychange", () => due() && this.refresh());
    setInterval(() => due() && this.refresh(), REFRESH_EVERY_MS / 4);
    return this.refresh();
  }
}
