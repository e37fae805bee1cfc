// As much of X.509 as a trust list needs: the public key, validity, country and key usage. Lenient where
// authorities made odd certificates; nothing here decides trust.
import { Stop } from "./outcome.js";

const broken = (detail) => new Stop("DAMAGED", `certificate ${detail}`);
const COUNTRY = "2.5.4.6";
const EXTENDED_USAGE = "2.5.29.37";
const EC_KEY = "1.2.840.10045.2.1";
const P256 = "1.2.840.10045.3.1.7";
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

function publicKeyOf(spki) {
  const [algorithm, bits] = children(spki);
  const [kind, parameters] = children(algorithm.body);
  const name = oid(kind.body);
  const key = bits.body.subarray(1);
  if (name === EC_KEY) {
    const curve = parameters?.tag === 6 ? oid(parameters.body) : "";
    return { kind: "EC", curve: curve === P256 || !curve ? "P-256" : curve, point: key };
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
