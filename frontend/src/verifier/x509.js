// As much of X.509 as a trust list needs: the public key, validity, country and key usage. Lenient where
// authorities made odd certificates; nothing here decides trust.
import { Stop } from "./outcome.js";

const broken = (detail) => new Stop("DAMAGED", `certificate ${detail}`);
const [INTEGER, BIT_STRING, SEQUENCE, VERSION] = [0x02, 0x03, 0x30, 0xa0];
const COUNTRY = "2.5.4.6";
const EXTENDED_USAGE = "2.5.29.37";
const EC_KEY = "1.2.840.10045.2.1";
const P256 = "1.2.840.10045.3.1.7";
const CURVES = { [P256]: "P-256", "1.3.132.0.34": "P-384", "1.3.132.0.35": "P-521" };
// How certificates are signed: ECDSA and RSA with the three SHA-2 sizes in use; RSA-PSS is taken with SHA-256.
const SIGNED_WITH = {
  "1.2.840.10045.4.3.2": ["ECDSA", "SHA-256"], "1.2.840.10045.4.3.3": ["ECDSA", "SHA-384"],
  "1.2.840.10045.4.3.4": ["ECDSA", "SHA-512"], "1.2.840.113549.1.1.11": ["RSASSA-PKCS1-v1_5", "SHA-256"],
  "1.2.840.113549.1.1.12": ["RSASSA-PKCS1-v1_5", "SHA-384"], "1.2.840.113549.1.1.13": ["RSASSA-PKCS1-v1_5", "SHA-512"],
  "1.2.840.113549.1.1.10": ["RSA-PSS", "SHA-256"],
};
const RSA_KEYS = new Set(["1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"]);

function element(bytes, at) {
  let length = bytes[at + 1];
  let from = at + 2;
  if (length > 0x80) {
    const size = length & 0x7f;
    if (size > 3) throw broken("length");
    length = 0;
    for (let n = 0; n < size; n++) length = (length << 8) | bytes[from++];
  }
  if (!(from + length <= bytes.length)) throw broken("too short");
  return { tag: bytes[at], body: bytes.subarray(from, from + length), end: from + length };
}

function children(body) {
  const list = [];
  for (let at = 0; at < body.length; ) {
    const child = element(body, at);
    list.push(child);
    at = child.end;
  }
  return list;
}

function oid(body) {
  const parts = [];
  let value = 0;
  for (const byte of body) {
    value = value * 128 + (byte & 127);
    if (!(byte & 128)) {
      parts.push(value);
      value = 0;
    }
  }
  const first = Math.min(2, Math.floor(parts[0] / 40));
  return [first, parts[0] - 40 * first, ...parts.slice(1)].join(".");
}

function moment({ tag, body }) {
  const text = String.fromCharCode(...body);
  const full = tag === 0x17 ? (Number(text.slice(0, 2)) < 50 ? "20" : "19") + text : text;
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?/.exec(full);
  if (!parts) throw broken("date");
  const [year, month, day, hour, minute, second] = parts.slice(1).map((part) => Number(part ?? 0));
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

function countryOf(name) {
  for (const set of children(name)) {
    for (const pair of children(set.body)) {
      const [kind, value] = children(pair.body);
      if (oid(kind.body) === COUNTRY) return String.fromCharCode(...value.body).toUpperCase();
    }
  }
  return "";
}

/** The key in a SubjectPublicKeyInfo (DER): {kind "EC", curve, point} or {kind "RSA", modulus, exponent}. */
export function readPublicKey(spki) {
  return publicKeyOf(element(spki, 0).body);
}

function publicKeyOf(spki) {
  const [algorithm, bits] = children(spki);
  const [kind, parameters] = children(algorithm.body);
  const name = oid(kind.body);
  const key = bits.body.subarray(1);
  if (name === EC_KEY) {
    const curve = parameters?.tag === 6 ? oid(parameters.body) : "";
    return { kind: "EC", curve: curve ? CURVES[curve] ?? curve : "P-256", point: key };
  }
  if (!RSA_KEYS.has(name)) return { kind: name };
  const [modulus, exponent] = children(element(key, 0).body);
  return { kind: "RSA", modulus: unsigned(modulus.body), exponent: unsigned(exponent.body) };
}

function unsigned(body) {
  let at = 0;
  while (at < body.length - 1 && body[at] === 0) at += 1;
  return body.subarray(at);
}

function usagesOf(extensions) {
  for (const extension of extensions) {
    const parts = children(extension.body);
    if (oid(parts[0].body) !== EXTENDED_USAGE) continue;
    return children(element(parts[parts.length - 1].body, 0).body).map((part) => oid(part.body));
  }
  return [];
}

function signedAlgorithm({ body }) {
  const fields = children(body).filter(({ tag }) => tag !== VERSION);
  return fields[1].body;
}

function sameBytes(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/**
 * What is needed to check who signed a DER certificate: {signed (the signed bytes), signature, scheme, hash}. The bits
 * that a signature's last byte does not use must be none, since nobody signs their count.
 */
export function readOuter(der) {
  const whole = element(der, 0);
  const [body, algorithm, bits, ...more] = children(whole.body);
  const wrapped = [whole, body, algorithm].every(({ tag }) => tag === SEQUENCE) && bits.tag === BIT_STRING;
  // What is signed names the algorithm too; the copy outside must be the same, since nobody signs it (RFC 5280, 4.1.1.2).
  if (!wrapped || more.length || !sameBytes(algorithm.body, signedAlgorithm(body))) throw broken("wrapping");
  const [scheme, hash] = SIGNED_WITH[oid(children(algorithm.body)[0].body)] ?? ["", ""];
  if (bits.body[0] !== 0 || whole.end !== der.length) throw broken("signature bits");
  const from = whole.body.byteOffset - der.byteOffset;
  return { signed: der.subarray(from, from + body.end), signature: bits.body.subarray(1), scheme, hash };
}

/** The two numbers of a DER signature, each filled to `size` bytes, one behind the other. */
export function rawSignature(der, size) {
  const raw = new Uint8Array(2 * size);
  const pair = element(der, 0);
  const numbers = children(pair.body);
  if (pair.tag !== SEQUENCE || pair.end !== der.length || numbers.length !== 2) throw broken("signature");
  numbers.forEach(({ tag, body }, index) => {
    const number = unsigned(body);
    if (tag !== INTEGER || number.length > size) throw broken("signature number");
    raw.set(number, size * (index + 1) - number.length);
  });
  return raw;
}

/**
 * What a DER certificate says: {publicKey, validFrom, validTo (epoch seconds), country, usages (OIDs)}.
 * Throws Stop(DAMAGED) where it cannot be read.
 */
export function readCertificate(der) {
  try {
    const body = children(children(element(der, 0).body)[0].body);
    const fields = body[0].tag === 0xa0 ? body.slice(1) : body;
    const [, , , validity, subject, spki] = fields;
    const [from, to] = children(validity.body);
    const extensions = fields.find((field) => field.tag === 0xa3);
    return {
      publicKey: publicKeyOf(spki.body),
      validFrom: moment(from),
      validTo: moment(to),
      country: countryOf(subject.body),
      usages: extensions ? usagesOf(children(element(extensions.body, 0).body)) : [],
    };
  } catch (error) {
    throw error instanceof Stop ? error : broken("structure");
  }
}
