import assert from "node:assert/strict";
import { test } from "node:test";
import { randomBytes } from "node:crypto";
import { constants, deflateRawSync, deflateSync } from "node:zlib";
import { decodeBase45 } from "../../src/verifier/base45.js";
import { decodeCbor, plain, Tagged } from "../../src/verifier/cbor.js";
import { INFLATED_CAP, inflateRaw, inflateZlib } from "../../src/verifier/inflate.js";
import { canonical } from "../../src/verifier/vdsnc.js";
import { readCertificate } from "../../src/verifier/x509.js";
import { kindsOf } from "../../src/verifier/trust.js";
import { coreSetCard } from "../../src/verifier/who.js";
import { base45, cbor, DAY, makeSigner, NOW } from "./issuer.js";

const damaged = { reason: "DAMAGED" };
const text = (bytes) => Buffer.from(bytes).toString();

test("base45 reads the examples of RFC 9285", () => {
  for (const [coded, meant] of [["BB8", "AB"], ["%69 VD92EX0", "Hello!!"], ["UJCLQE7W581", "base-45"], ["QED8WEX0", "ietf!"]]) {
    assert.equal(text(decodeBase45(coded)), meant);
  }
});

test("base45 reads back whatever is written", () => {
  for (let size = 0; size < 300; size++) {
    const bytes = randomBytes(size);
    assert.deepEqual(Buffer.from(decodeBase45(base45(bytes))), bytes);
  }
});

test("base45 refuses overflow, foreign signs and a lone sign", () => {
  for (const coded of ["GGW", ":::", "::", "ab8", "BB8_", "A", "BB8A", "ĐBB"]) {
    assert.throws(() => decodeBase45(coded), damaged, coded);
  }
});

test("inflate reads what zlib writes, by every level and strategy", () => {
  const texts = ["", "a", "abc".repeat(5000), JSON.stringify([...Array(800).keys()]), randomBytes(9000).toString("hex")];
  const contents = [...texts.map((item) => Buffer.from(item)), randomBytes(20_000), Buffer.alloc(60_000)];
  for (const content of contents) {
    for (const level of [0, 1, 6, 9]) {
      for (const strategy of [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE]) {
        assert.ok(content.equals(inflateZlib(deflateSync(content, { level, strategy }))));
        assert.ok(content.equals(inflateRaw(deflateRawSync(content, { level, strategy }))));
      }
    }
  }
});

test("inflate stops at its cap instead of filling the memory", () => {
  assert.equal(inflateZlib(deflateSync(Buffer.alloc(INFLATED_CAP))).length, INFLATED_CAP);
  assert.throws(() => inflateZlib(deflateSync(Buffer.alloc(INFLATED_CAP + 1))), damaged);
  assert.throws(() => inflateZlib(deflateSync(Buffer.alloc(50_000_000))), damaged);
  assert.throws(() => inflateRaw(deflateRawSync(Buffer.alloc(INFLATED_CAP + 1), { level: 0 })), damaged);
});

test("inflate refuses every shortened or changed text", () => {
  const content = Buffer.from("một mũi tiêm, hai mũi tiêm ".repeat(9));
  const whole = deflateSync(content);
  for (let at = 0; at < whole.length; at++) {
    assert.throws(() => inflateZlib(whole.subarray(0, at)), damaged);
    const changed = Buffer.from(whole);
    changed[at] ^= 0x10;
    // A change that leaves the content as it was (level bits, padding, an equal copy) is no change.
    try {
      assert.ok(content.equals(inflateZlib(changed)), `byte ${at}`);
    } catch (error) {
      assert.equal(error.reason, "DAMAGED", `byte ${at}`);
    }
  }
});

test("inflate never answers random bytes with anything but DAMAGED or bytes", () => {
  for (let n = 0; n < 3000; n++) {
    try {
      inflateRaw(randomBytes(60));
    } catch (error) {
      assert.equal(error.reason, "DAMAGED");
    }
  }
});

test("cbor reads back numbers, texts, lists, maps, floats and dates", () => {
  const value = new Map([[1, "VN"], [-260, new Map([["ặ", [1, 1.5, null, true, 70_000]]])], [6, { tag: 1, of: 5 }]]);
  assert.deepEqual(JSON.parse(JSON.stringify(plain(decodeCbor(cbor(value))))), {
    1: "VN", "-260": { "ặ": [1, 1.5, null, true, 70_000] }, 6: 5,
  });
  assert.ok(decodeCbor(cbor({ tag: 18, of: [] })) instanceof Tagged);
  assert.equal(decodeCbor(Buffer.from("f93e00", "hex")), 1.5);
});

test("cbor refuses depth, foreign tags, repeated keys, open lengths, left-over and missing bytes", () => {
  const deep = Buffer.concat([Buffer.alloc(40, 0x81), Buffer.from([1])]);
  const cases = ["a201010102", "c201", "bf6161ff", "0101", "", "61ff", "5b7fffffffffffffff", "9b001fffffffffffff",
    "1bffffffffffffffff", "a1f601", "1c", "fc"];
  for (const bytes of [deep, ...cases.map((hex) => Buffer.from(hex, "hex"))]) {
    assert.throws(() => decodeCbor(bytes), damaged, bytes.toString("hex").slice(0, 20));
  }
});

test("a certificate gives its key, country, days and uses", () => {
  const usages = ["1.3.6.1.4.1.1847.2021.1.2", "1.3.6.1.5.5.7.3.2"];
  const ec = readCertificate(makeSigner({ country: "TH", usages }).certificate);
  assert.deepEqual([ec.country, ec.validFrom, ec.validTo], ["TH", NOW - 900 * DAY, NOW + 900 * DAY]);
  assert.deepEqual([ec.publicKey.kind, ec.publicKey.point.length, ec.usages], ["EC", 65, usages]);
  assert.equal(readCertificate(makeSigner({ kind: "RSA" }).certificate).publicKey.modulus.length, 256);
});

test("a broken certificate is DAMAGED wherever it is cut", () => {
  const { certificate } = makeSigner();
  for (let at = 0; at < 150; at++) assert.throws(() => readCertificate(certificate.subarray(0, at)), damaged);
});

test("both arcs of key uses are read, and other uses set no limit", () => {
  assert.deepEqual([...kindsOf(["1.3.6.1.4.1.0.1847.2021.1.1", "1.3.6.1.4.1.1847.2021.1.3"])], ["test", "recovery"]);
  assert.deepEqual([...kindsOf(["v", "vaccination"])], ["vaccination"]);
  assert.equal(kindsOf(["1.3.6.1.5.5.7.3.2"]).size, 0);
  assert.equal(kindsOf(["2.23.136.1.1.14.2"]).has("vaccination"), false);
});

test("canonical JSON sorts keys at every depth and leaves lists alone", () => {
  assert.equal(canonical({ b: [2, { d: "ê", c: 1 }], a: null }), '{"a":null,"b":[2,{"c":1,"d":"ê"}]}');
});

test("a dose that stands beside a test is not shown: a key for tests vouches for none", () => {
  const core = { name: "An", test: { date: "2021-09-17" }, vaccination: { vaccine: "X", date: "2021-09-01" } };
  assert.deepEqual([coreSetCard(core).kind, coreSetCard(core).doses.length], ["test", 0]);
  assert.equal(coreSetCard({ ...core, test: undefined }).doses.length, 1);
  assert.equal(coreSetCard({ ...core, centre: "Station 1" }).issuer, coreSetCard(core).issuer); // who gave it issued nothing
  assert.equal(coreSetCard({ name: "A", vaccine: { code: "XM8NQ0" } }).doses[0].product, "Comirnaty (Pfizer-BioNTech)");
});
