// Slices of what was revoked: read as the server writes them, kept on the device, and fetched only where they changed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createHash, randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { RevocationStore } from "../../src/verifier/revocation-store.js";
import { holds, placeOf, readRevocations, readSlice, untar } from "../../src/verifier/slices.js";
import { readTrust } from "../../src/verifier/trust.js";
import { verify } from "../../src/verifier/verify.js";
import { aDose, claims, issue, makeSigner, NOW } from "./issuer.js";

const sha256 = (data) => createHash("sha256").update(data).digest();

function sliceOf(hashes, width = 7) {
  const head = Buffer.from([0, 1, 0x2b, 0x8c, 0xbc, 0xcc, 0, 0, 0, 0, width]);
  head.writeUInt32BE(hashes.length, 6);
  return new Uint8Array(Buffer.concat([head, ...hashes.map((hash) => hash.subarray(0, width)).sort(Buffer.compare)]));
}

function tarOf(files) {
  const blocks = files.flatMap(([name, body]) => {
    const head = Buffer.alloc(512);
    head.write(name, 0);
    head.write(body.length.toString(8).padStart(11, "0"), 124);
    return [head, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

test("a published list is read and answers, whatever the order of asking", () => {
  const bytes = Uint8Array.from([0, 1, 45, 47, 235, 255, 0, 0, 0, 7, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  const slice = readSlice(bytes);
  for (let n = 1; n < 15; n += 2) assert.ok(holds(slice, Uint8Array.from([n, n + 1, 99])));
  for (const start of [[0, 0], [4, 3], [255, 255], [1, 3]]) assert.ok(!holds(slice, Uint8Array.from(start)));
});

test("every hash of a slice is found and no other is", () => {
  const hashes = Array.from({ length: 500 }, () => randomBytes(16));
  const slice = readSlice(sliceOf(hashes));
  assert.ok(hashes.every((hash) => holds(slice, hash)));
  assert.ok(!Array.from({ length: 500 }, () => randomBytes(16)).some((hash) => holds(slice, hash)));
});

test("what is no slice is refused", () => {
  for (const bytes of [[], [0, 1], [0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2], [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1]]) {
    assert.throws(() => readSlice(Uint8Array.from(bytes)), /DAMAGED/);
  }
});

test("a hash lies where its first digits say", () => {
  const hash = Uint8Array.from([0x0a, 0xbc, 1, 2]);
  assert.deepEqual(["POINT", "VECTOR", "COORDINATE"].map((mode) => placeOf(hash, mode)), ["0", "0a", "0ab"]);
});

test("a tar is taken apart, and a cut one gives what came before", () => {
  const files = [["a".repeat(64), Buffer.from("one")], ["b".repeat(64), randomBytes(1500)]];
  const tar = tarOf(files);
  assert.deepEqual(untar(new Uint8Array(tar)).map(([name, body]) => [name, Buffer.from(body)]), files);
  assert.equal(untar(new Uint8Array(tar.subarray(0, 1800))).length, 1);
});

const short = (text) => sha256(text).subarray(0, 16);

function revocationsOf(kid, hashes, mode = "POINT") {
  const bodies = new Map();
  const places = new Map();
  for (const hash of hashes) places.set(placeOf(hash, mode), [...(places.get(placeOf(hash, mode)) ?? []), hash]);
  const slices = [...places].map(([place, some]) => {
    bodies.set(place, sliceOf(some));
    return [place, place];
  });
  return readRevocations({ madeAt: NOW, lists: { [kid.toString("base64")]: { mode, slices } } }, bodies);
}

test("a certificate in a slice of its own key is revoked, and one in another key's is not", async () => {
  const [home, other] = [makeSigner(), makeSigner()];
  const trust = readTrust({ keys: [home.line, other.line] });
  const code = issue(home);
  for (const mode of ["POINT", "VECTOR", "COORDINATE"]) {
    const revocations = revocationsOf(home.kid, [short(aDose().v[0].ci)], mode);
    assert.equal((await verify(code, { trust, now: NOW, revocations })).reason, "REVOKED");
    const elsewhere = revocationsOf(other.kid, [short(aDose().v[0].ci)], mode);
    assert.equal((await verify(code, { trust, now: NOW, revocations: elsewhere })).verdict, "VALID");
    const another = revocationsOf(home.kid, [short("URN:UVCI:01:VN:OTHER")], mode);
    assert.equal((await verify(code, { trust, now: NOW, revocations: another })).verdict, "VALID");
  }
});

test("what a given-up key signed is revoked, whatever day a thief has written into it", async () => {
  const home = makeSigner();
  const since = new Date((NOW - 3600) * 1000).toISOString();
  const trust = readTrust({ keys: [{ ...home.line, compromised_since: since }] });
  const reason = async (iat) => (await verify(issue(home, claims({ iat })), { trust, now: NOW })).reason;
  assert.deepEqual([await reason(NOW - 3599), await reason(NOW - 30 * 86400)], ["REVOKED", "REVOKED"]);
});

/** A server of lists behind fetch, and a shelf of the browser: as much of both as the store asks for. */
class World {
  constructor() {
    this.shelf = new Map();
    this.asked = [];
    this.lists = {};
    this.madeAt = NOW;
    this.signedBy = "the key of documents";
    globalThis.caches = { open: async () => ({
      match: async (key) => this.shelf.get(key)?.clone(),
      put: async (key, answer) => void this.shelf.set(key, answer),
      delete: async (key) => this.shelf.delete(key),
      keys: async () => [...this.shelf.keys()].map((key) => ({ url: `https://x.example${key}` })),
    }) };
    globalThis.fetch = (address, options) => this.answer(address, options);
  }

  /** A store that asks this world, and believes the lists that it signs. */
  store() {
    const believed = (proof) => (proof === "a proof" ? { madeAt: this.madeAt, kid: this.signedBy } : null);
    return new RevocationStore("/lists", async (bytes, proof) => (this.forged ? null : believed(proof)));
  }

  revoke(kid, hashes, lastUpdated) {
    const chunks = {};
    const files = new Map();
    for (const hash of hashes) (chunks[placeOf(hash, "POINT")] ??= []).push(hash);
    for (const [place, some] of Object.entries(chunks)) {
      const body = sliceOf(some);
      const name = sha256(body).toString("hex");
      files.set(name, body);
      chunks[place] = { "2027-01-01T00:00:00Z": { type: "VARHASHLIST", version: "1.0", hash: name } };
    }
    const lines = Object.entries(chunks).map(([place, ends]) => `${place} 2027-01-01 ${Object.values(ends)[0].hash}\n`);
    this.lists[kid] = { lastUpdated, chunks, files, digest: sha256(lines.sort().join("")).toString("hex") };
  }

  async answer(address, { body } = {}) {
    if (this.away) throw new TypeError("network");
    this.asked.push(address.replace(/^.*lists/, ""));
    if (address === "/lists") {
      const told = Object.entries(this.lists).map(([kid, { lastUpdated, digest }]) => ({ kid, mode: "POINT", lastUpdated, digest }));
      return new Response(JSON.stringify(told), { headers: { "X-Proof": "a proof" } });
    }
    const [list] = Object.values(this.lists);
    if (address.endsWith("/partitions")) return Response.json([{ id: "null", x: null, y: null, chunks: list.chunks }]);
    if (this.broken) return new Response(null, { status: 500 });
    const names = JSON.parse(body);
    return new Response(gzipSync(tarOf(names.map((name) => [name, Buffer.from(list.files.get(name))]))));
  }
}

const KID = Buffer.from("12345678");
const has = (store, hash) => store.current().has(KID, [hash.toString("base64")]);

test("a device fetches what changed, keeps it, and knows it again without a network", async () => {
  const world = new World();
  const [first, second] = [short("1"), short("2")];
  world.revoke(KID.toString("base64"), [first], "a");
  const store = world.store();
  await store.load();
  assert.ok(await store.refresh());
  assert.deepEqual([has(store, first), has(store, second), store.current().madeAt], [true, false, NOW]);
  world.revoke(KID.toString("base64"), [first, second], "b");
  world.asked = [];
  assert.ok(await store.refresh());
  assert.ok(has(store, first) && has(store, second));
  assert.equal(world.asked.length, 3);
  world.asked = [];
  await store.refresh();
  assert.deepEqual(world.asked, [""]);
  world.away = true;
  const later = world.store();
  await later.load();
  assert.equal(await later.refresh(), false);
  assert.deepEqual([has(later, first), has(later, second), later.current().madeAt], [true, true, NOW]);
});

test("a refresh that breaks off changes nothing, and its lists are as old as they were", async () => {
  const world = new World();
  world.revoke(KID.toString("base64"), [short("1")], "a");
  const store = world.store();
  await store.refresh();
  world.revoke(KID.toString("base64"), [short("2")], "b");
  world.madeAt += 60;
  world.broken = true;
  assert.equal(await store.refresh(), false);
  assert.deepEqual([has(store, short("1")), has(store, short("2")), store.current().madeAt], [true, false, NOW]);
});

test("a slice that is not what its name says is not taken", async () => {
  const world = new World();
  world.revoke(KID.toString("base64"), [short("1")], "a");
  const list = world.lists[KID.toString("base64")];
  for (const name of list.files.keys()) list.files.set(name, sliceOf([short("3")]));
  const store = world.store();
  assert.equal(await store.refresh(), false);
  assert.equal(store.current().madeAt, 0);
});

test("a list that nobody proves changes nothing", async () => {
  const world = new World();
  world.revoke(KID.toString("base64"), [short("1")], "a");
  const store = world.store();
  await store.refresh();
  world.revoke(KID.toString("base64"), [], "b");
  world.forged = true;
  world.madeAt += 60;
  assert.equal(await store.refresh(), false);
  assert.deepEqual([has(store, short("1")), store.current().madeAt], [true, NOW]);
});

test("slices that are not those of the signed list are not taken, nor are those that lie elsewhere", async () => {
  for (const change of [(chunks) => Object.keys(chunks).forEach((place) => delete chunks[place]),
    (chunks) => Object.assign(chunks, { f: chunks["6"] }) && delete chunks["6"]]) {
    const world = new World();
    world.revoke(KID.toString("base64"), [short("1")], "a"); // lies at 6
    change(world.lists[KID.toString("base64")].chunks);
    const store = world.store();
    assert.equal(await store.refresh(), false);
    assert.equal(store.current().madeAt, 0);
  }
});

test("what a given-up key signed is forgotten, and an earlier list by another takes its place", async () => {
  const world = new World();
  world.madeAt = NOW + 999_999;
  const store = world.store();
  await store.refresh();
  store.forget(new Set(["another key"]));
  assert.equal(store.current().madeAt, NOW + 999_999);
  store.forget(new Set([world.signedBy]));
  [world.madeAt, world.signedBy] = [NOW, "the next key"];
  assert.ok(await store.refresh());
  assert.equal(store.current().madeAt, NOW);
});
