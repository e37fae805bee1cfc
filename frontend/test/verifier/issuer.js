// A small issuer for tests: keys, a bare certificate around each, HC1 texts of any shape. Never part of the product.
import { createHash, generateKeyPairSync, sign, constants } from "node:crypto";
import { deflateSync } from "node:zlib";
import { canonical } from "../../src/verifier/vdsnc.js";

const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
export const NOW = 1_700_000_000;
export const DAY = 86_400;

/** A CBOR byte head. */
function head(major, value) {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 256) return Buffer.from([(major << 5) | 24, value]);
  if (value < 65536) return Buffer.from([(major << 5) | 25, value >> 8, value & 255]);
  const four = Buffer.alloc(5);
  four[0] = (major << 5) | 26;
  four.writeUInt32BE(value, 1);
  return four;
}

/** CBOR of numbers, texts, bytes, lists and Maps; {tag, of} for a tag, {raw} for ready bytes. */
export function cbor(value) {
  if (value === null) return Buffer.from([0xf6]);
  if (typeof value === "boolean") return Buffer.from([value ? 0xf5 : 0xf4]);
  if (typeof value === "number" && Number.isInteger(value)) return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "number") {
    const nine = Buffer.alloc(9);
    nine[0] = 0xfb;
    nine.writeDoubleBE(value, 1);
    return nine;
  }
  if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)]);
  if (value.raw) return value.raw;
  if ("tag" in value) return Buffer.concat([head(6, value.tag), cbor(value.of)]);
  const pairs = value instanceof Map ? [...value] : Object.entries(value);
  return Buffer.concat([head(5, pairs.length), ...pairs.flatMap(([key, inner]) => [cbor(key), cbor(inner)])]);
}

/** Base45 of bytes. */
export function base45(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 2) {
    const pair = at + 1 < bytes.length;
    let value = pair ? bytes[at] * 256 + bytes[at + 1] : bytes[at];
    for (let n = pair ? 3 : 2; n; n--) {
      text += SIGNS[value % 45];
      value = Math.floor(value / 45);
    }
  }
  return text;
}

function der(tag, ...parts) {
  const body = Buffer.concat(parts);
  const size = body.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

function oid(text) {
  const [first, second, ...rest] = text.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const digits = [part & 127];
    for (let left = Math.floor(part / 128); left; left = Math.floor(left / 128)) digits.unshift((left & 127) | 128);
    bytes.push(...digits);
  }
  return der(0x06, Buffer.from(bytes));
}

function moment(seconds) {
  const text = new Date(seconds * 1000).toISOString().replace(/[-:T]/g, "").slice(0, 14);
  return der(0x18, Buffer.from(`${text}Z`));
}

/** DER of a certificate with that key in it; signed where an authority is named, else its signature is left empty. */
function certificateDer({ spki, country, usages, from, to, under }) {
  const name = der(0x30, der(0x31, der(0x30, oid("2.5.4.6"), der(0x13, Buffer.from(country)))));
  const algorithm = der(0x30, oid("1.2.840.10045.4.3.2"));
  const usage = der(0x30, oid("2.5.29.37"), der(0x04, der(0x30, ...usages.map(oid))));
  const tbs = der(
    0x30, der(0xa0, der(0x02, Buffer.from([2]))), der(0x02, Buffer.from([1])), algorithm, name,
    der(0x30, moment(from), moment(to)), name, spki, ...(usages.length ? [der(0xa3, der(0x30, usage))] : []),
  );
  const signature = under ? sign("sha256", tbs, under.privateKey) : Buffer.alloc(0);
  return der(0x30, tbs, algorithm, der(0x03, Buffer.from([0]), signature));
}

/** An authority: its key, and what trust lists carry of it (SubjectPublicKeyInfo in base64). */
export function makeAuthority() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { privateKey, spki: publicKey.export({ type: "spki", format: "der" }).toString("base64") };
}

/** The proof beside a list (server: formats/list_proof.py); `changes` go into its header. */
export function proofOf(signer, bytes, changes = {}) {
  const header = Buffer.from(JSON.stringify({
    about: "keys", alg: "ES256", b64: false, crit: ["b64"], made_at: new Date(NOW * 1000).toISOString(),
    x5c: [signer.certificate.toString("base64")], ...changes,
  })).toString("base64url");
  const signature = signBytes(signer, Buffer.concat([Buffer.from(`${header}.`), Buffer.from(bytes)]));
  return `${header}..${signature.toString("base64url")}`;
}

/** A seal of ICAO's (VDS-NC) about An, as text. */
export function seal(signer, { is = "VNM", t = "icao.vacc", name = "TRAN  THI AN" } = {}) {
  const vd = [{ dvc: "2021-09-17", seq: 1, ctr: "VNM", adm: "X", lot: "L1" }];
  const data = { hdr: { t, v: 1, is }, msg: { uvci: "U1", pid: { n: name, dob: "1984-03-05" },
    ve: [{ des: "XM8NQ0", nam: "Comirnaty", vd }] } };
  const sigvl = signBytes(signer, Buffer.from(canonical(data))).toString("base64url");
  return JSON.stringify({ data, sig: { alg: "ES256", cer: signer.certificate.toString("base64url"), sigvl } });
}

/** A signer with its line for a trust list. kind: "EC" (P-256) or "RSA"; `under` is the authority that certifies it. */
export function makeSigner({ kind = "EC", country = "VN", usages = [], from = NOW - 900 * DAY, to = NOW + 900 * DAY,
  kid, under } = {}) {
  const { privateKey, publicKey } = kind === "EC"
    ? generateKeyPairSync("ec", { namedCurve: "P-256" })
    : generateKeyPairSync("rsa", { modulusLength: 2048 });
  const spki = publicKey.export({ type: "spki", format: "der" });
  const certificate = certificateDer({ spki, country, usages, from, to, under });
  const ownKid = kid ?? createHash("sha256").update(certificate).digest().subarray(0, 8);
  const line = { kid: ownKid.toString("base64"), country, certificate: certificate.toString("base64"), usages: [] };
  return { kind, privateKey, kid: ownKid, certificate, line };
}

/** A signature as COSE wants it: r||s for EC, PSS with salt 32 for RSA. */
export function signBytes({ kind, privateKey }, bytes) {
  if (kind === "EC") return sign("sha256", bytes, { key: privateKey, dsaEncoding: "ieee-p1363" });
  return sign("sha256", bytes, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
}

/** A vaccination body about An, who is invented. */
export function aDose(changes = {}, entry = {}) {
  return {
    ver: "1.3.0", dob: "1984-03-05", nam: { fn: "Trần", gn: "Thị An", fnt: "TRAN", gnt: "THI<AN" },
    v: [{ tg: "840539006", vp: "1119349007", mp: "EU/1/20/1528", ma: "ORG-100030215", dn: 2, sd: 2,
      dt: "2021-09-17", co: "VN", is: "Ministry of Health", ci: "URN:UVCI:01:VN:TEST0000000000000001", ...entry }],
    ...changes,
  };
}

/** The claims of a certificate: issuer, end, start and the body under its sub-claim. */
export function claims({ iss = "VN", exp = NOW + 300 * DAY, iat = NOW - DAY, sub = 1, body = aDose() } = {}) {
  const map = new Map([[4, exp], [6, iat], [-260, new Map([[sub, body]])]]);
  return iss === null ? map : new Map([[1, iss], ...map]);
}

/** COSE bytes; `wrap` puts tags around, `alg` and `kid` go where they are told. */
export function cose(signer, content, { wrap = (of) => ({ tag: 18, of }), alg, kidOpen = false } = {}) {
  const number = alg ?? (signer.kind === "EC" ? -7 : -37);
  const shielded = cbor(new Map([[1, number], ...(kidOpen ? [] : [[4, signer.kid]])]));
  const payload = cbor(content);
  const signature = signBytes(signer, cbor(["Signature1", shielded, Buffer.alloc(0), payload]));
  return cbor(wrap([shielded, kidOpen ? new Map([[4, signer.kid]]) : new Map(), payload, signature]));
}

/** The text of a QR code around COSE bytes. */
export function text(bytes) {
  return `HC1:${base45(deflateSync(bytes))}`;
}

/** A whole certificate in one call. */
export function issue(signer, content = claims(), options = {}) {
  return text(cose(signer, content, options));
}
