// Keeps the slices of what was revoked on this device: the newest that were fetched, whole or not at all.
import { inflateRaw } from "./inflate.js";
import { fromUtf8, toUtf8 } from "./bytes.js";
import { fetchedList, openShelf } from "./shelf.js";
import { readRevocations, untar } from "./slices.js";
import { sha256 } from "./signature.js";

const INDEX = "/verify/kept/revocations";
const BODY = "/verify/kept/slice/";
const MOST_BYTES = 64 * 1024 * 1024;
const ASKED_AT_ONCE = 500; // names in one request
const ATTEMPTS = 3; // a list may change between its name and its slices; then the name is asked for anew
const webSafe = (text) => text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function gunzip(answer) {
  if (globalThis.DecompressionStream) {
    const stream = answer.body.pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return inflateRaw(bytes.subarray(10), MOST_BYTES); // our server writes the ten bytes of a plain gzip head
}

async function got(address, options) {
  const answer = await fetch(address, { credentials: "omit", cache: "no-cache", ...options });
  if (!answer.ok) throw new Error(`${answer.status} ${address}`);
  return answer;
}

/** What one list holds now, as [place, name, end] by partition. */
function slicesIn(partitions) {
  return partitions.map(({ id, x, y, chunks }) => ({
    id,
    slices: Object.entries(chunks).flatMap(([chunk, ends]) =>
      Object.entries(ends).map(([end, { hash }]) => [`${x ?? ""}${y ?? ""}${chunk}`, hash, end.slice(0, 10)])),
  }));
}

/** The digest that binds these slices to the signed list of lists (server: reads/revoked.py, lists). */
async function digestOf(slices) {
  const lines = slices.map(([place, name, end]) => `${place} ${end} ${name}\n`).sort();
  return hex(await sha256(toUtf8(lines.join(""))));
}

/**
 * Asks `/trust/revocation/lists` below `address`; `current()` gives what readRevocations makes of what is kept.
 * `proven(bytes, proof)` tells {madeAt, kid} of a list of lists that is to be believed, null of any other.
 */
export class RevocationStore {
  constructor(address, proven) {
    this.address = address;
    this.proven = proven;
    this.index = { madeAt: 0, lists: {} };
    this.bodies = new Map();
    this.ready = readRevocations(null, this.bodies);
  }

  current() {
    return this.ready;
  }

  /** Reads what this device kept from earlier; does nothing where nothing is kept. */
  async load() {
    try {
      const shelf = await openShelf();
      const kept = await shelf.match(INDEX);
      if (!kept) return;
      const index = await kept.json();
      if (!index.kid) return; // kept before lists were signed
      const bodies = new Map();
      for (const { slices } of Object.values(index.lists)) {
        for (const [, name] of slices) bodies.set(name, new Uint8Array(await (await shelf.match(BODY + name)).arrayBuffer()));
      }
      this.use(index, bodies);
    } catch {
      // A half-kept or blocked shelf is no shelf: the next refresh fetches everything.
    }
  }

  use(index, bodies) {
    this.ready = readRevocations(index, bodies);
    this.index = index;
    this.bodies = bodies;
  }

  /** Believes nothing any more that a given-up key signed; `givenUp` holds their ids. */
  forget(givenUp) {
    if (this.index.kid && givenUp.has(this.index.kid)) this.use({ madeAt: 0, lists: {} }, this.bodies);
  }

  /** Fetches what changed; what is here stays in force until everything new has come. Tells whether it all came. */
  async refresh() {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const list = await fetchedList(this.address);
      const proof = list && (await this.proven(list.bytes, list.proof));
      if (!proof || proof.madeAt < this.index.madeAt) return false;
      if (await this.refreshed(list, proof).catch(() => false)) return true;
    }
    return false;
  }

  async refreshed(list, { madeAt, kid }) {
    const bodies = new Map(this.bodies);
    const lists = {};
    for (const line of JSON.parse(fromUtf8(list.bytes))) lists[line.kid] = await this.list(line, bodies);
    const index = { madeAt, kid, lists };
    this.use(index, bodies);
    await this.keep(index, bodies);
    return true;
  }

  async list({ kid, mode, lastUpdated, digest }, bodies) {
    const held = this.index.lists[kid];
    if (held && held.digest === digest && held.mode === mode) return held;
    const address = `${this.address}/${webSafe(kid)}/partitions`;
    const parts = slicesIn(await (await got(address)).json());
    const every = parts.flatMap(({ slices }) => slices);
    if ((await digestOf(every)) !== digest) throw new Error("not the slices of this list");
    for (const { id, slices } of parts) {
      const missing = slices.map(([, name]) => name).filter((name) => !bodies.has(name));
      for (let from = 0; from < missing.length; from += ASKED_AT_ONCE) {
        await this.fetchSlices(`${address}/${id}/slices`, missing.slice(from, from + ASKED_AT_ONCE), bodies);
      }
    }
    return { mode, lastUpdated, digest, slices: every };
  }

  async fetchSlices(address, names, bodies) {
    const headers = { "Content-Type": "application/json" };
    const files = untar(await gunzip(await got(address, { method: "POST", headers, body: JSON.stringify(names) })));
    for (const [name, bytes] of files) {
      if (hex(await sha256(bytes)) === name) bodies.set(name, bytes);
    }
    if (!names.every((name) => bodies.has(name))) throw new Error("slices missing");
  }

  async keep(index, bodies) {
    const wanted = new Set(Object.values(index.lists).flatMap(({ slices }) => slices.map(([, name]) => name)));
    for (const name of [...bodies.keys()]) if (!wanted.has(name)) bodies.delete(name);
    const shelf = await openShelf();
    const kept = new Set((await shelf.keys()).map(({ url }) => new URL(url).pathname));
    for (const name of wanted) if (!kept.has(BODY + name)) await shelf.put(BODY + name, new Response(bodies.get(name)));
    await shelf.put(INDEX, new Response(JSON.stringify(index)));
    for (const path of kept) {
      if (path.startsWith(BODY) && !wanted.has(path.slice(BODY.length))) await shelf.delete(path);
    }
  }
}
