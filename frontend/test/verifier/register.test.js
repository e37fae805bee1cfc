// The register's word, imported lists and the clock: each can take validity away and none can give it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock } from "../../src/verifier/clock.js";
import { readForeign, withForeign } from "../../src/verifier/foreign.js";
import { freshness, HARD_LIMIT, SOFT_LIMIT, weighed, worse } from "../../src/verifier/freshness.js";
import { askRegister, registered } from "../../src/verifier/register.js";
import { readTrust } from "../../src/verifier/trust.js";
import { verify } from "../../src/verifier/verify.js";
import { aDose, claims, DAY, issue, makeSigner, NOW } from "./issuer.js";

const home = makeSigner();
const own = readTrust({ made_at: new Date(NOW * 1000).toISOString(), keys: [{ ...home.line, purpose: "PASSPORT" }] });
const judge = (code, trust = own, now = NOW) => verify(code, { trust, now });

test("a code by our key says so, with what the key is for, and one by another key does not", async () => {
  const mine = await judge(issue(home));
  assert.deepEqual([mine.own, mine.purpose, mine.numberHash.length], [true, "PASSPORT", 24]);
  const stranger = await judge(issue(makeSigner({ kid: home.kid })));
  assert.deepEqual([stranger.own, stranger.purpose], [false, ""]);
});

test("the register's word takes validity away and never gives it", async () => {
  const valid = await judge(issue(home));
  const told = (state) => {
    const { verdict, reason, genuine, asked } = registered(valid, state);
    return [verdict, reason, genuine, asked];
  };
  assert.deepEqual(told("VALID"), ["VALID", "", true, true]);
  assert.deepEqual(told(""), ["VALID", "", true, false]);
  assert.deepEqual(told("REVOKED"), ["INVALID", "REVOKED", true, true]);
  assert.deepEqual(told("REPLACED"), ["INVALID", "REPLACED", true, true]);
  assert.deepEqual(told("EXPIRED"), ["INVALID", "EXPIRED", true, true]);
  assert.deepEqual(told("UNKNOWN"), ["INVALID", "NOT_ISSUED", false, true]);
});

test("only the hash is sent, and a register that fails or talks nonsense is no word at all", async () => {
  const sent = [];
  const says = (told, status = 200) => async (address, options) => {
    sent.push([address, options.body, options.credentials]);
    return new Response(JSON.stringify(told), { status });
  };
  assert.equal(await askRegister("/state", "aGFzaA==", says({ state: "REVOKED" })), "REVOKED");
  assert.deepEqual(sent, [["/state", '{"hash":"aGFzaA=="}', "omit"]]);
  assert.equal(await askRegister("/state", "x", says({ state: "SURE" })), "");
  assert.equal(await askRegister("/state", "x", says({ state: "VALID" }, 500)), "");
  assert.equal(await askRegister("/state", "x", async () => Promise.reject(new TypeError("away"))), "");
});

test("without a good list of what was revoked no code of ours is valid, unless the register was asked", async () => {
  const valid = await judge(issue(home));
  const word = (answer, ...states) => {
    const { verdict, reason } = weighed(answer, ...states);
    return `${verdict} ${reason}`.trim();
  };
  assert.equal(word(valid, "FRESH", "FRESH"), "VALID");
  assert.equal(word(valid, "FRESH", "OLD"), "VALID");
  assert.equal(word(valid, "FRESH", "TOO_OLD"), "UNKNOWN LIST_TOO_OLD");
  assert.equal(word(valid, "FRESH", "NONE"), "UNKNOWN LIST_MISSING");
  assert.equal(word({ ...valid, asked: true }, "FRESH", "NONE"), "VALID");
  assert.equal(word({ ...valid, own: false }, "FRESH", "NONE"), "VALID");
  assert.equal(word(valid, "TOO_OLD", "FRESH"), "UNKNOWN LIST_TOO_OLD");
  assert.equal(worse("OLD", "FRESH"), "OLD");
});

test("lists are fresh for a day and believed for two weeks", () => {
  assert.deepEqual([SOFT_LIMIT, HARD_LIMIT], [DAY, 14 * DAY]);
  assert.deepEqual([0, SOFT_LIMIT, SOFT_LIMIT + 1, HARD_LIMIT + 1].map((age) => freshness(NOW, NOW + age)),
    ["FRESH", "FRESH", "OLD", "TOO_OLD"]);
});

function foreignLine(signer, source = 0, { from = 0, to = 0, kinds = "", country = "FR" } = {}) {
  const jwk = signer.privateKey.export({ format: "jwk" });
  const raw = (text) => Buffer.from(text, "base64url");
  const key = jwk.kty === "EC"
    ? Buffer.concat([raw(jwk.x), raw(jwk.y)]).toString("base64")
    : `R${raw(jwk.n).toString("base64")}.${raw(jwk.e).toString("base64")}`;
  return [signer.kid.toString("base64"), country, kinds, from, to, source, key];
}

const isoAt = (seconds) => new Date(seconds * 1000).toISOString();
const abroad = makeSigner({ country: "FR" });
const rsa = makeSigner({ kind: "RSA", country: "IT" });
const list = (made = NOW - DAY, lines = [foreignLine(abroad), foreignLine(rsa, 0, { country: "IT" })]) => readForeign({
  soft_days: 7, hard_days: 30, sources: [{ name: "EU", made_at: isoAt(made) }], keys: lines,
});
const FRENCH = claims({ iss: "FR", body: aDose({}, { co: "FR" }) });

test("codes of both kinds of signature are valid by an imported list, which is named", async () => {
  const trust = withForeign(own, list());
  const read = await judge(issue(abroad, FRENCH), trust);
  assert.deepEqual([read.verdict, read.own, read.source.name], ["VALID", false, "EU"]);
  assert.equal((await judge(issue(rsa, claims({ iss: "IT", body: aDose({}, { co: "IT" }) })), trust)).verdict, "VALID");
});

test("a foreign key signing for us is refused, and so is one for a kind that its line does not allow", async () => {
  const trust = withForeign(own, list());
  assert.equal((await judge(issue(abroad), trust)).reason, "COUNTRY_MISMATCH");
  const only = withForeign(own, list(NOW, [foreignLine(abroad, 0, { kinds: "t" })]));
  assert.equal((await judge(issue(abroad, FRENCH), only)).reason, "WRONG_KEY_USAGE");
});

test("two keys of one id are both tried, ours and theirs", async () => {
  const twin = makeSigner({ country: "FR", kid: home.kid });
  const trust = withForeign(own, list(NOW, [foreignLine(makeSigner({ kid: home.kid })), foreignLine(twin)]));
  assert.equal((await judge(issue(twin, FRENCH), trust)).verdict, "VALID");
  assert.deepEqual([(await judge(issue(home), trust)).verdict, (await judge(issue(home), trust)).own], ["VALID", true]);
});

test("an imported list warns when it is old and is believed no more when it is too old", async () => {
  const word = async (days) => {
    const { verdict, reason } = await judge(issue(abroad, FRENCH), withForeign(own, list(NOW - days * DAY)));
    return `${verdict} ${reason}`.trim();
  };
  assert.deepEqual([await word(8), await word(31)], ["VALID", "UNKNOWN LIST_TOO_OLD"]);
});

test("a broken line does not blind the verifier to the others, nor does a broken list", async () => {
  const mixed = list(NOW, [["?"], null, 5, foreignLine(abroad)]);
  assert.equal((await judge(issue(abroad, FRENCH), withForeign(own, mixed))).verdict, "VALID");
  for (const odd of [null, {}, { keys: 5 }]) {
    if (odd?.keys !== 5) assert.equal(readForeign(odd).size, 0);
  }
});

function clockAt(device, kept = {}) {
  const storage = { getItem: (name) => kept[name] ?? null, setItem: (name, text) => void (kept[name] = text) };
  const state = { device };
  return { state, kept, clock: new Clock({ device: () => state.device, storage }), storage };
}

test("a clock forty days off in either direction goes by the server's time", () => {
  for (const off of [40 * DAY, -40 * DAY]) {
    const { clock, state } = clockAt(NOW + off);
    clock.set(NOW);
    assert.deepEqual([clock.now(), clock.off()], [NOW, off]);
    state.device += 500;
    assert.equal(clock.now(), NOW + 500);
  }
});

test("what was learnt of a wrong clock holds without a network, until somebody sets it back", () => {
  const { clock, kept, storage, state } = clockAt(NOW + 40 * DAY);
  clock.set(NOW);
  state.device += DAY;
  const later = new Clock({ device: () => state.device, storage });
  assert.equal(later.now(NOW), NOW + DAY);
  state.device = NOW + DAY;
  assert.deepEqual([later.now(NOW), later.off()], [NOW + DAY, 0]);
  assert.equal(Object.keys(kept).length, 1);
});

test("a clock is never earlier than the newest list, and a few minutes are nobody's business", () => {
  const { clock } = clockAt(NOW - 300);
  assert.equal(clock.now(NOW), NOW);
  clock.set(NOW);
  assert.equal(clock.off(), 0);
  assert.equal(new Clock({ device: () => NOW, storage: null }).now(), NOW);
});
