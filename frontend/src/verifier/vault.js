// A small place in the browser for sealed entries and the key that seals them, which the browser gives to nobody.
const NAME = "tc-verify-later";
const [CODES, KEYS, ONE] = ["codes", "keys", 1];

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** The place, opened at its first use; every call rejects where the browser has none. */
export class Vault {
  async on(store, mode, work) {
    this.opened ??= this.open();
    return done(work((await this.opened).transaction(store, mode).objectStore(store)));
  }

  open() {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(CODES, { keyPath: "id", autoIncrement: true });
      request.result.createObjectStore(KEYS);
    };
    return done(request);
  }

  /** Every entry, the oldest first. */
  all() {
    return this.on(CODES, "readonly", (store) => store.getAll());
  }

  put(entry) {
    return this.on(CODES, "readwrite", (store) => store.put(entry));
  }

  drop(id) {
    return this.on(CODES, "readwrite", (store) => store.delete(id));
  }

  key() {
    return this.on(KEYS, "readonly", (store) => store.get(ONE));
  }

  keepKey(key) {
    return this.on(KEYS, "readwrite", (store) => store.put(key, ONE));
  }

  dropKey() {
    return this.on(KEYS, "readwrite", (store) => store.delete(ONE));
  }
}
