// Codes that hold good by our key and could not be asked about: the register is asked as soon as it can be, and again until
// it has answered. A network that is there and too slow says nothing when it gets better, so time alone brings the next try.
//
// A code that somebody else made with our key shows itself only in the register. Until then it lies here sealed under a key
// that never leaves this browser, for a day at most; it is gone with the register's word, and the key with the last code.
import { fromUtf8, toUtf8 } from "./bytes.js";

export const MOST = 100; // codes; at more the oldest goes
export const LIFE_MS = 24 * 60 * 60 * 1000;
const ALGORITHM = "AES-GCM";
const NONCE_BYTES = 12;
export const FIRST_MS = 5_000; // from a try without an answer to the next one; each wait is twice the last
export const LONGEST_MS = 60_000; // a code that we never made has to be known of within five minutes

async function seal(vault, told) {
  let key = await vault.key();
  if (!key) {
    key = await crypto.subtle.generateKey({ name: ALGORITHM, length: 256 }, false, ["encrypt", "decrypt"]);
    await vault.keepKey(key);
  }
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  return { iv, sealed: await crypto.subtle.encrypt({ name: ALGORITHM, iv }, key, toUtf8(JSON.stringify(told))) };
}

async function open(vault, { iv, sealed }) {
  try {
    const bytes = await crypto.subtle.decrypt({ name: ALGORITHM, iv }, await vault.key(), sealed);
    return JSON.parse(fromUtf8(new Uint8Array(bytes)));
  } catch {
    return null; // another key's, or damaged: nobody can ask about it any more
  }
}

/**
 * What is still to be asked. vault: where it lies (vault.js); ask(leaf) gives the register's word, "" for none; tell(text)
 * sends in a code that the register does not know and says whether it arrived; after(work, ms) does something later.
 */
export class Later {
  constructor(vault, ask, tell, now = Date.now, after = (work, ms) => setTimeout(work, ms)) {
    Object.assign(this, { vault, ask, tell, now, after, working: null, due: null, pause: FIRST_MS });
  }

  /** Keeps a code and the leaf of the log to ask by; where the browser keeps nothing, nothing happens. */
  async keep(leaf, text) {
    try {
      await this.vault.put({ at: this.now(), ...(await seal(this.vault, { leaf, text })) });
      const every = await this.vault.all();
      for (const { id } of every.slice(0, Math.max(0, every.length - MOST))) await this.vault.drop(id);
      this.tryAgain();
    } catch {
      // No place for it, as in a private window.
    }
  }

  /** Asks about what is kept, one after the other; tries again later where no answer comes. Two callers are one. */
  settle() {
    this.working ??= this.askAll().catch(() => true).then((nothingLeft) => {
      this.working = null;
      if (nothingLeft) this.pause = FIRST_MS;
      else this.tryAgain();
    });
    return this.working;
  }

  tryAgain() {
    if (this.due) return;
    this.due = this.after(() => {
      this.due = null;
      return this.settle();
    }, this.pause);
    this.pause = Math.min(2 * this.pause, LONGEST_MS);
  }

  /** Tells whether nothing is left to be asked about. */
  async askAll() {
    for (const entry of await this.vault.all()) {
      const expired = !(Math.abs(this.now() - entry.at) < LIFE_MS);
      if (!expired && !(await this.answered(await open(this.vault, entry)))) break;
      await this.vault.drop(entry.id);
    }
    const nothingLeft = !(await this.vault.all()).length;
    if (nothingLeft) await this.vault.dropKey();
    return nothingLeft;
  }

  async answered(told) {
    if (!told) return true;
    const word = await this.ask(told.leaf ?? told.hash);
    return word === "UNKNOWN" ? this.tell(told.text) : Boolean(word);
  }
}
