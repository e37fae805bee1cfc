// A list is believed by its proof alone: our key of documents, under a root that this device knows.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Clock } from "../../src/verifier/clock.js";
import { proven, Roots } from "../../src/verifier/roots.js";
import { TrustStore } from "../../src/verifier/trust-store.js";
import { DAY, makeAuthority, makeSigner, NOW, proofOf } from "./issuer.js";

const DOCUMENTS = "1.3.6.1.5.5.7.3.36";
const [root, next, stranger] = [makeAuthority(), makeAuthority(), makeAuthority()];
const logUnder = (under, facts = {}) => makeSigner({ under, usages: [DOCUMENTS], ...facts });
const log = logUnder(root);
const kidOf = (signer) => signer.kid.toString("base64");
const bytes = new TextEncoder().encode('{"keys":[]}');

function storage(kept = {}) {
  return { kept, getItem: (name) => kept[name] ?? null, setItem: (name, text) => void (kept[name] = text) };
}

const rootsOf = (...roots) => new Roots(roots.map(({ spki }) => spki), storage());
const holds = (signer, changes = {}, options = {}) =>
  proven(bytes, proofOf(signer, bytes, changes), { about: "keys", roots: rootsOf(root), ...options });

test("a list that our key of documents signed is believed, with the moment that it states", async () => {
  assert.deepEqual(await holds(log), { madeAt: NOW, kid: kidOf(log) });
  assert.ok(await holds(makeSigner({ under: root }))); // an authority elsewhere may state no use
});

test("no other key's list is believed, nor one of another matter, nor one without its proof", async () => {
  const refused = {
    "under another root": holds(logUnder(stranger)),
    "made for certificates": holds(makeSigner({ under: root, usages: ["1.3.6.1.4.1.1847.2021.1.2"] })),
    "given up": holds(log, {}, { givenUp: new Set([kidOf(log)]) }),
    "another list": holds(log, { about: "foreign" }),
    "another algorithm": holds(log, { alg: "none" }),
    "an encoded payload": holds(log, { b64: true }),
    "no moment": holds(log, { made_at: "soon" }),
    "a moment before its days": holds(log, { made_at: new Date((NOW - 901 * DAY) * 1000).toISOString() }),
    "a moment behind its days": holds(log, { made_at: new Date((NOW + 901 * DAY) * 1000).toISOString() }),
    "another's certificate": holds(log, { x5c: [logUnder(root).certificate.toString("base64")] }),
    "no certificate": holds(log, { x5c: [] }),
    "no root": holds(log, {}, { roots: rootsOf() }),
  };
  for (const [why, answer] of Object.entries(refused)) assert.equal(await answer, null, why);
  for (const text of [null, "", "..", "a.b.c", `${proofOf(log, bytes)}.x`, proofOf(log, bytes).replace("..", ".eA.")]) {
    assert.equal(await proven(bytes, text, { about: "keys", roots: rootsOf(root) }), null);
  }
});

test("the published example reads as the server wrote it", async () => {
  const { root: spki, about, body, proof, made_at: madeAt } = JSON.parse(readFileSync(new URL("list-proof.json", import.meta.url)));
  const told = await proven(new TextEncoder().encode(body), proof, { about, roots: new Roots([spki], storage()) });
  assert.equal(told.madeAt, Date.parse(madeAt) / 1000);
  const other = new TextEncoder().encode(body.replace("VN", "FR"));
  assert.equal(await proven(other, proof, { about, roots: new Roots([spki], storage()) }), null);
});

test("each single bit of list, header and signature is bound", async () => {
  const proof = proofOf(log, bytes);
  const told = { about: "keys", roots: rootsOf(root) };
  for (let at = 0; at < bytes.length * 8; at += 1) {
    const turned = bytes.slice();
    turned[at >> 3] ^= 1 << (at & 7);
    assert.equal(await proven(turned, proof, told), null);
  }
  const [header, signature] = proof.split("..");
  for (const [name, part] of [["header", header], ["signature", signature]]) {
    const raw = Buffer.from(part, "base64url");
    // The header is long and signed as one text: every thirteenth bit of it stands for the others.
    for (let at = 0; at < raw.length * 8; at += name === "header" ? 13 : 1) {
      const turned = Buffer.from(raw);
      turned[at >> 3] ^= 1 << (at & 7);
      const text = turned.toString("base64url");
      const whole = name === "header" ? `${text}..${signature}` : `${header}..${text}`;
      assert.equal(await proven(bytes, whole, told), null, `${name} bit ${at}`);
    }
  }
});

test("the roots met first are kept, whatever a later page names, and a believed list alone names others", () => {
  const shelf = storage();
  assert.deepEqual(new Roots([root.spki], shelf).known, [root.spki]);
  const later = new Roots([stranger.spki], shelf);
  assert.deepEqual(later.known, [root.spki]);
  later.keep([root.spki, next.spki]);
  assert.deepEqual(new Roots([], shelf).known, [root.spki, next.spki]);
  later.keep([]);
  assert.equal(later.known.length, 2);
  for (const odd of ["?", "{}", "[5]"]) assert.deepEqual(new Roots([next.spki], storage({ "tc-roots": odd })).known, [next.spki]);
});

/** A server of our keys behind fetch, and a shelf that keeps what is proven. */
class Home {
  constructor() {
    this.kept = new Map();
    this.away = false;
    globalThis.caches = { open: async () => ({
      match: async (key) => this.kept.get(key)?.clone(), put: async (key, answer) => void this.kept.set(key, answer),
    }) };
    globalThis.fetch = async () => {
      if (this.away) throw new TypeError("network");
      return new Response(this.body, { headers: this.proof ? { "X-Proof": this.proof } : {} });
    };
  }

  /** Gives this list out, signed by that key. */
  tell(signer, list, at = NOW) {
    this.body = Buffer.from(JSON.stringify({ made_at: new Date(at * 1000).toISOString(), keys: [], ...list }));
    this.proof = signer && proofOf(signer, this.body, { made_at: new Date(at * 1000).toISOString() });
  }

  store(roots) {
    const clock = new Clock({ device: () => NOW, storage: storage() });
    return new TrustStore({ trust: "/keys", foreign: "/foreign", lists: "/lists" }, clock, () => undefined, roots);
  }
}

test("a forged list of keys is refused, said so, and what was believed stays", async () => {
  const home = new Home();
  const store = home.store(rootsOf(root));
  home.tell(log, { keys: [makeSigner().line], authorities: [root.spki] });
  await store.refreshOwn();
  assert.deepEqual([store.current().size, store.refused], [1, false]);
  for (const forger of [logUnder(stranger), null]) {
    home.tell(forger, { keys: [makeSigner().line, makeSigner().line], authorities: [stranger.spki] }, NOW + 60);
    await store.refreshOwn();
    assert.deepEqual([store.current().size, store.current().madeAt, store.refused], [1, NOW, true]);
  }
  home.tell(log, { authorities: [root.spki] }, NOW + 120);
  await store.refreshOwn();
  assert.deepEqual([store.current().size, store.refused], [0, false]);
});

test("what is kept on the device is proven again before it is used", async () => {
  const home = new Home();
  const first = home.store(rootsOf(root));
  home.tell(log, { keys: [makeSigner().line], authorities: [root.spki] });
  await first.refreshOwn();
  const [[place, answer]] = home.kept;
  const { keptList } = await import("../../src/verifier/shelf.js");
  const second = home.store(rootsOf(root));
  assert.ok(await second.useOwn(await keptList("keys")));
  assert.equal(second.current().madeAt, 0); // in memory, and combined with the others by whoever asked
  home.kept.set(place, new Response('{"keys":[]}', { headers: answer.headers }));
  assert.equal(await home.store(rootsOf(root)).useOwn(await keptList("keys")), false);
});

test("a root follows another by a list under the old one, and the old one is then believed no more", async () => {
  const home = new Home();
  const roots = rootsOf(root);
  const store = home.store(roots);
  const wordBy = async (signer, authorities, at) => {
    home.tell(signer, { authorities: authorities.map(({ spki }) => spki) }, at);
    await store.refreshOwn();
    return store.own.madeAt === at;
  };
  assert.equal(await wordBy(logUnder(next), [root, next], NOW), false);
  assert.equal(await wordBy(log, [root, next], NOW + 1), true);
  assert.equal(await wordBy(logUnder(next), [next], NOW + 2), true);
  assert.equal(await wordBy(log, [root], NOW + 3), false);
  assert.deepEqual(roots.known, [next.spki]);
});

test("an older list brings no key back, unless the newer one was signed by a key that it names as given up", async () => {
  const home = new Home();
  const store = home.store(rootsOf(root));
  const thief = logUnder(root);
  home.tell(thief, { keys: [makeSigner().line], authorities: [root.spki] }, NOW + 99 * DAY);
  await store.refreshOwn();
  home.tell(log, { authorities: [root.spki] }, NOW);
  await store.refreshOwn();
  assert.equal(store.own.madeAt, NOW + 99 * DAY);
  home.tell(log, { authorities: [root.spki], given_up: [kidOf(thief)] }, NOW);
  await store.refreshOwn();
  assert.deepEqual([store.own.madeAt, store.current().size], [NOW, 0]);
  home.tell(thief, { authorities: [root.spki] }, NOW + 100 * DAY);
  await store.refreshOwn();
  assert.deepEqual([store.own.madeAt, store.refused], [NOW, true]);
});

test("a device without any root takes those of the first list, and no others afterwards", async () => {
  const home = new Home();
  const store = home.store(rootsOf());
  home.tell(null, { authorities: [stranger.spki] });
  await store.refreshOwn();
  assert.deepEqual([store.refused, store.roots.known], [true, []]);
  home.tell(log, { authorities: [root.spki] });
  await store.refreshOwn();
  assert.equal(store.refused, false);
  home.tell(logUnder(stranger), { authorities: [stranger.spki] }, NOW + 1);
  await store.refreshOwn();
  assert.equal(store.refused, true);
});
