import assert from "node:assert/strict";
import { test } from "node:test";
import { createHash, randomBytes } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { readTrust } from "../../src/verifier/trust.js";
import { RESULT_OF } from "../../src/verifier/outcome.js";
import { verify } from "../../src/verifier/verify.js";
import { aDose, cbor, claims, cose, DAY, issue, makeSigner, NOW, seal, signBytes, text } from "./issuer.js";

const home = makeSigner();
const list = (...signers) => readTrust({ made_at: "2023-11-14T00:00:00Z", keys: signers.map((signer) => signer.line) });
const trust = list(home);
const judge = (code, options = {}) => verify(code, { trust, now: NOW, ...options });
const outcome = async (...args) => {
  const { verdict, reason } = await judge(...args);
  return reason ? `${verdict} ${reason}` : verdict;
};

test("a genuine certificate is valid and says whom it is about", async () => {
  const read = await judge(issue(home));
  assert.equal(read.verdict, "VALID");
  assert.deepEqual(
    [read.name, read.nameLatin, read.birthDate, read.format, read.issuer, read.country, read.validUntil, read.reason],
    ["Trần Thị An", "TRAN THI AN", "1984-03-05", "HC1 DCC", "Ministry of Health", "VN", NOW + 300 * DAY, ""],
  );
  assert.deepEqual(read.doses, [{
    number: 2, of: 2, product: "Comirnaty (Pfizer-BioNTech)", productCode: "EU/1/20/1528", maker: "ORG-100030215",
    on: "2021-09-17", country: "VN", lot: "",
  }]);
});

test("both signature kinds, all three tag shapes and both places of the key id are read", async () => {
  const rsa = makeSigner({ kind: "RSA" });
  const both = list(home, rsa);
  for (const signer of [home, rsa]) {
    for (const wrap of [(of) => of, (of) => ({ tag: 18, of }), (of) => ({ tag: 61, of: { tag: 18, of } })]) {
      for (const kidOpen of [false, true]) {
        assert.equal(await outcome(issue(signer, claims(), { wrap, kidOpen }), { trust: both }), "VALID");
      }
    }
  }
});

test("every key with the same id is tried", async () => {
  const twin = makeSigner({ kid: home.kid });
  assert.equal(await outcome(issue(home), { trust: list(twin, home) }), "VALID");
  assert.equal(await outcome(issue(home), { trust: list(twin) }), "INVALID BAD_SIGNATURE");
});

test("what scanners add around the text, and mail programs fold into it, does no harm", async () => {
  const folded = issue(home).match(/[^]{1,76}/g).join("\r\n");
  for (const code of [folded, `\uFEFF${issue(home)}\r\n`, `  ${issue(home)}   `, `${issue(home)}\u0000`]) {
    assert.equal(await outcome(code), "VALID");
  }
});

test("a key that the list does not hold cannot be checked, and the name is not called genuine", async () => {
  const read = await judge(issue(makeSigner({ country: "FR" }), claims({ iss: "FR" })));
  assert.deepEqual([read.verdict, read.reason, read.genuine], ["UNKNOWN", "UNKNOWN_KEY", false]);
});

test("a certificate is refused for the named reason", async () => {
  const only = (usages) => makeSigner({ usages });
  const [testKey, oldKey] = [only(["1.3.6.1.4.1.1847.2021.1.1"]), makeSigner({ to: NOW - DAY })];
  const french = makeSigner({ country: "FR" });
  const all = list(home, testKey, oldKey, french);
  const positive = { ver: "1.3.0", dob: "1984", nam: { fnt: "AN" }, t: [{ tg: "840539006", tt: "LP6464-4",
    sc: "2023-11-13T08:00:00Z", tr: "260373001", co: "VN", is: "MOH", ci: "URN:UVCI:01:VN:T1" }] };
  const later = { ...positive, t: [{ ...positive.t[0], tr: "260415000", sc: "2023-11-15T23:00:00Z" }] };
  const shortId = makeSigner({ kid: Buffer.from([1, 2, 3]) });
  const cases = [
    [issue(home, claims({ exp: NOW - 1 })), "INVALID EXPIRED"],
    [issue(shortId), "INVALID MALFORMED_HEADER"],
    [issue(home, claims({ body: later })), "INVALID NOT_YET_VALID"],
    [issue(home, claims({ iat: NOW + 6 * 60 })), "INVALID NOT_YET_VALID"],
    [issue(home, claims({ iat: NOW + 4 * 60 })), "VALID"],
    [issue(french), "INVALID COUNTRY_MISMATCH"],
    [issue(french, claims({ iss: "Ministère de la Santé" })), "INVALID COUNTRY_MISMATCH"],
    [issue(french, claims({ iss: "Ministère de la Santé", body: aDose({}, { co: "FR" }) })), "VALID"],
    [issue(french, claims({ iss: "FR" })), "VALID"],
    [issue(testKey), "INVALID WRONG_KEY_USAGE"],
    [issue(oldKey), "INVALID KEY_EXPIRED"],
    [issue(home, claims({ body: positive })), "INVALID TEST_POSITIVE"],
    [issue(home, claims({ body: { ...aDose(), dob: 5 } })), "INVALID SCHEMA"],
    [issue(home, claims().set(null, 1)), "INVALID DAMAGED"],
    [issue(home, claims({ body: aDose({ dob: "1809-01-01" }) })), "INVALID SCHEMA"],
    [issue(home, claims({ body: aDose({}, { dn: 0 }) })), "INVALID SCHEMA"],
    [issue(home, claims({ body: aDose({ v: [] }) })), "INVALID SCHEMA"],
    [issue(home, claims({ body: aDose({ t: [{}] }) })), "INVALID SCHEMA"],
    [issue(home, claims({ exp: "sớm" })), "INVALID SCHEMA"],
    [issue(home, new Map([[1, "VN"], [4, NOW + 9], [6, NOW]])), "UNKNOWN UNSUPPORTED_CONTENT"],
    [issue(home, claims({ sub: 9 })), "UNKNOWN UNSUPPORTED_CONTENT"],
    [issue(home, claims({ sub: 5, body: [{ u: "shlink:/x" }] })), "UNKNOWN LINK_NOT_FOLLOWED"],
    [issue(home, claims(), { alg: -35 }), "INVALID UNSUPPORTED_ALGORITHM"],
    [issue(home, claims(), { alg: -37 }), "INVALID BAD_SIGNATURE"],
  ];
  for (const [code, expected] of cases) assert.equal(await outcome(code, { trust: all }), expected);
});

test("lenient readings stay valid: whole floats, float moments, null groups, tagged dates, year of birth", async () => {
  const wholeFloat = { raw: Buffer.from("fb4000000000000000", "hex") };
  for (const content of [
    claims({ body: aDose({ t: null, r: null }, { dn: wholeFloat }) }),
    claims({ exp: NOW + 1000.5, iat: NOW - 1000.25 }),
    claims({ exp: { tag: 1, of: NOW + 1000 } }),
    claims({ iss: null }),
    claims({ body: aDose({ dob: "" }) }),
    claims({ body: aDose({ dob: "1984" }) }),
    claims({ body: aDose({ nam: { fnt: "AN" } }) }),
    claims({ body: aDose({}, { dn: 3, sd: 2, more: "field" }) }),
  ]) assert.equal(await outcome(issue(home, content)), "VALID");
});

test("a single name is shown from its Latin form where no other is given", async () => {
  const read = await judge(issue(home, claims({ body: aDose({ nam: { gnt: "CHI<LAN" } }) })));
  assert.deepEqual([read.name, read.nameLatin], ["CHI LAN", "CHI LAN"]);
});

test("a revoked certificate is refused by its id, its country and id, or its signature", async () => {
  const short = (...parts) => createHash("sha256").update(Buffer.concat(parts.map((part) => Buffer.from(part))))
    .digest().subarray(0, 16).toString("base64");
  const id = aDose().v[0].ci;
  const bytes = cose(home, claims());
  for (const hash of [short(id), short("VN", id), short(bytes.subarray(-64, -32))]) {
    assert.equal(await outcome(text(bytes), { revoked: new Set([hash]) }), "INVALID REVOKED");
    const listed = readTrust({ keys: [home.line], revoked: [hash] });
    assert.equal(await outcome(text(bytes), { trust: listed }), "INVALID REVOKED");
  }
});

test("no single flipped bit of a certificate is ever valid", async () => {
  const bytes = cose(home, claims());
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3] ^= 1 << (bit & 7);
    const { verdict } = await judge(text(changed));
    // The first bits are the tag and list heads around the message; a change there is never valid either.
    assert.notEqual(verdict, "VALID", `bit ${bit}`);
  }
});

test("no single changed sign of the printed text is ever valid", async () => {
  const code = issue(home);
  for (let at = 4; at < code.length; at++) {
    const changed = code.slice(0, at) + (code[at] === "0" ? "1" : "0") + code.slice(at + 1);
    assert.notEqual((await judge(changed)).verdict, "VALID", `sign ${at}`);
  }
});

test("texts of other kinds are named, never judged", async () => {
  const cases = [
    ["", "UNKNOWN NOT_OURS"],
    ["079084001234||Trần Thị An|05031984|Nữ|Hà Nội|01012021", "UNKNOWN NOT_OURS"],
    ["https://example.org/hc1", "UNKNOWN NOT_OURS"],
    ["HC2:6BF", "UNKNOWN NOT_OURS"],
    ["HC1:", "INVALID DAMAGED"],
    ["B64:UEsDBBQ", "UNKNOWN UNSUPPORTED_SIGNATURE"],
    ["https://viewer.example#shlink:/ey", "UNKNOWN LINK_NOT_FOLLOWED"],
    ["shc:/1/3/5676", "UNKNOWN INCOMPLETE"],
    ["shc:/567", "INVALID DAMAGED"],
    [`HC1:${"0".repeat(9000)}`, "INVALID TOO_LONG"],
  ];
  for (const [code, expected] of cases) assert.equal(await outcome(code), expected, code.slice(0, 20));
});

test("nothing is ever thrown, whatever the text", async () => {
  const odd = [null, undefined, 5, {}, "HC1:\u0000", '{"hdr":1,"sig":2}', '{"data":{"hdr":{},"msg":{"pid":{}}},"sig":{}}'];
  const starts = ["", "HC1:", "shc:/", '{"hdr""sig"'];
  for (let n = 0; n < 800; n++) odd.push(starts[n % 4] + randomBytes(n % 90).toString("latin1"));
  for (let n = 0; n < 400; n++) odd.push(text(randomBytes(n)), text(cbor([randomBytes(3), new Map(), randomBytes(n), randomBytes(64)])));
  for (const code of odd) {
    const { verdict, reason } = await judge(code);
    assert.equal(verdict, RESULT_OF[reason]);
  }
});

test("a broken line in the trust list does not blind the others", async () => {
  const mixed = readTrust({ keys: [{ kid: "!", certificate: "?" }, {}, home.line], revoked: null });
  assert.equal(await outcome(issue(home), { trust: mixed }), "VALID");
  assert.equal(mixed.size, 1);
  assert.equal(readTrust(null).size, 0);
});

function healthCard(iss) {
  const bundle = [
    { resourceType: "Patient", name: [{ family: "Trần", given: ["Thị", "An"] }], birthDate: "1984-03-05" },
    { resourceType: "Immunization", status: "completed", occurrenceDateTime: "2021-09-17", lotNumber: "L1",
      vaccineCode: { coding: [{ system: "http://hl7.org/fhir/sid/cvx", code: "208" }] } },
  ].map((resource, n) => ({ fullUrl: `resource:${n}`, resource }));
  return { iss, nbf: NOW - DAY, vc: { type: ["https://smarthealth.cards#health-card"],
    credentialSubject: { fhirVersion: "4.0.1", fhirBundle: { entry: bundle } }, rid: "abc-123" } };
}

function shcText(signer, kid, content) {
  const part = (value) => Buffer.from(value).toString("base64url");
  const signed = `${part(JSON.stringify({ zip: "DEF", alg: "ES256", kid }))}.${part(deflateRawSync(JSON.stringify(content)))}`;
  const jws = `${signed}.${part(signBytes(signer, Buffer.from(signed)))}`;
  return `shc:/${[...jws].map((sign) => String(sign.charCodeAt(0) - 45).padStart(2, "0")).join("")}`;
}

test("a SMART Health Card is checked against its issuer's keys", async () => {
  const jwk = { ...makeJwk(home), kid: "k1" };
  const iss = "https://issuer.example";
  const content = healthCard(iss);
  const known = readTrust({ issuers: [{ url: iss, keys: [jwk] }] });
  const read = await judge(shcText(home, "k1", content), { trust: known });
  assert.deepEqual([read.verdict, read.name, read.birthDate, read.doses[0].product, read.doses[0].lot],
    ["VALID", "Trần Thị An", "1984-03-05", "Comirnaty (Pfizer-BioNTech)", "L1"]);
  assert.equal(await outcome(shcText(makeSigner(), "k1", content), { trust: known }), "INVALID BAD_SIGNATURE");
  assert.equal(await outcome(shcText(home, "k1", content)), "UNKNOWN UNKNOWN_KEY");
});

test("a health card of ours is looked for in the list of its key, which it names by another name", async () => {
  const iss = "https://ours.example";
  const [text, hash] = [shcText(home, "a-thumbprint", healthCard(iss)), createHash("sha256").update("abc-123").digest().subarray(0, 16)];
  const trust = readTrust({ keys: [home.line], issuers: [{ url: iss, keys: [{ ...makeJwk(home), kid: "a-thumbprint" }] }] });
  const asked = [];
  const listed = (...names) => ({ has: (kid, hashes) => {
    asked.push(Buffer.from(kid).toString("base64"));
    return names.includes(asked.at(-1)) && hashes.includes(hash.toString("base64"));
  } });
  const under = home.kid.toString("base64");
  assert.equal(await outcome(text, { trust, revocations: listed(under) }), "INVALID REVOKED");
  assert.equal(await outcome(text, { trust, revocations: listed("another") }), "VALID");
  assert.deepEqual(asked, [under, under]);
  const stranger = readTrust({ issuers: [{ url: iss, keys: [{ ...makeJwk(home), kid: "a-thumbprint" }] }] });
  const named = Buffer.from("a-thumbprint").toString("base64");
  assert.equal(await outcome(text, { trust: stranger, revocations: listed(named) }), "INVALID REVOKED");
});

function makeJwk(signer) {
  const { kty, crv, x, y } = signer.privateKey.export({ format: "jwk" });
  return { kty, crv, x, y, use: "sig", alg: "ES256" };
}

test("a VDS-NC code is valid only with a listed certificate and an unchanged content", async () => {
  const read = await judge(seal(home));
  assert.deepEqual([read.verdict, read.name, read.doses[0].lot], ["VALID", "TRAN THI AN", "L1"]);
  // A seal names the state that issued it and who gave the dose, and states no end: its signer's is none of its own.
  assert.deepEqual([read.issuer, read.country, read.validUntil], ["", "VNM", null]);
  assert.equal(await outcome(seal(home).replace("TRAN  THI AN", "TRAN  THI BINH")), "INVALID BAD_SIGNATURE");
  assert.equal(await outcome(seal(makeSigner())), "UNKNOWN UNKNOWN_KEY");
});
