// Codes that hold good by our key and could not be asked about: the register is asked as soon as there is a network.
//
// A code that somebody else made with our key shows itself only in the register. Until then it lies here sealed under a key
// that never leaves this browser, for a day at most; it is gone with the register's word, and the key with the last code.
import { fromUtf8, toUtf8 } from "./bytes.js";

export const MOST = 100; // codes; at more the oldest goes
export const LIFE_MS = 24 * 60 * 60 * 1000;
const ALGORITHM = "AES-GCM";
const NONCE_BYTES = 12;

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
 * What is still to be asked. vault: where it lies (vault.js); ask(hash) gives the register's word, "" for none; tell(text)
 * sends in a code that the register does not know and says whether it arrived.
 */
export class Later {
  constructor(vault, ask, tell, now = Date.now) {
    Object.assign(this, { vault, ask, tell, now, working: null });
  }

  /** Keeps a code and the hash to ask by; where the browser keeps nothing, nothing happens. */
  async keep(hash, text) {
    try {
      await this.vault.put({ at: this.now(), ...(await seal(this.vault, { hash, text })) });
      const every = await this.vault.all();
      for (const { id } of every.slice(0, Math.max(0, every.length - MOST))) await this.vault.drop(id);
    } catch {
      // No place for it, as in a private window.
    }
  }

  /** Asks about everything that is kept, one after the other; stops where there is no answer. Two callers are one. */
  settle() {
    this.working ??= this.askAll().catch(() => undefined).finally(() => {
      this.working = null;
    });
    return this.working;
  }

  async askAll() {
    for (const entry of await this.vault.all()) {
      const expired = !(Math.abs(this.now() - entry.at) < LIFE_MS);
      if (!expired && !(await this.answered(await open(this.vault, entry)))) break;
      await this.vault.drop(entry.id);
    }
    if (!(await this.vault.all()).length) await this.vault.dropKey();
  }

  async answered(told) {
    if (!told) return true;
    const word = await this.ask(told.hash);
    return word === "UNKNOWN" ? this.tell(told.text) : Boolean(word);
  }
}
