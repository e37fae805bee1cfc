// What time it is, also on a device whose clock is wrong: anchored to the moment that the server put on its list.
//
// Each list that comes fresh over the network says when it was made; the difference to this device's clock is kept. A
// device that is a month ahead would otherwise call every list too old and every code expired.
const KEPT = "tc-clock";
const HARMLESS = 10 * 60; // seconds: nothing here depends on less

function read(storage) {
  try {
    const { offset, at } = JSON.parse(storage.getItem(KEPT));
    return Number.isFinite(offset) && Number.isFinite(at) ? { offset, at } : null;
  } catch {
    return null;
  }
}

/** A clock: `now()` in epoch seconds, `off()` by how many seconds this device is wrong (0 when harmless or unknown). */
export class Clock {
  constructor({ device = () => Math.floor(Date.now() / 1000), storage = globalThis.localStorage } = {}) {
    this.device = device;
    this.storage = storage;
    this.anchor = read(storage);
  }

  /** Takes the server's moment of a list that has just come over the network. */
  set(madeAt) {
    if (!madeAt) return;
    const at = this.device();
    const off = at - madeAt;
    this.anchor = { offset: Math.abs(off) > HARMLESS ? off : 0, at };
    try {
      this.storage.setItem(KEPT, JSON.stringify(this.anchor));
    } catch {
      // Private windows keep nothing; the page still has it.
    }
  }

  /** A clock that was set back since the anchor was taken was mended by somebody: then the difference is over. */
  off() {
    return this.anchor && this.device() >= this.anchor.at ? this.anchor.offset : 0;
  }

  /** Never before `madeAt`, the newest list: a clock that is set back proves nothing. */
  now(madeAt = 0) {
    return Math.max(this.device() - this.off(), madeAt);
  }
}
