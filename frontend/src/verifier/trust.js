// The trust list as the page holds it: which keys may sign, for which country and for what.
import { fromBase64, sameBytes, toBase64 } from "./bytes.js";
import { readAuthority } from "./foreign.js";
import { readCertificate } from "./x509.js";

const SEALS = "2.23.136.1.1.14"; // ICAO's uses for visible seals
// Both arcs are in use: the second was published by mistake and lives on in real certificates.
const ARCS = ["1.3.6.1.4.1.1847.2021.1.", "1.3.6.1.4.1.0.1847.2021.1."];
const KIND_OF = { 1: "test", 2: "vaccination", 3: "recovery" };
const KINDS = Object.values(KIND_OF);

/** The kinds (test, vaccination, recovery) that OIDs, words or their first letters allow; none means no limit. */
export function kindsOf(usages) {
  const kinds = new Set();
  for (const usage of usages ?? []) {
    const word = String(usage).toLowerCase();
    const arc = ARCS.find((start) => word.startsWith(start));
    const kind = arc ? KIND_OF[word.slice(arc.length)] : KINDS.find((name) => name === word || name[0] === word);
    if (kind) kinds.add(kind);
  }
  // A key made for travel documents (ICAO's arc) and for no certificate kind may sign none of ours.
  const icao = (usages ?? []).some((usage) => String(usage).startsWith("2.23.136.1.1."));
  return kinds.size || !icao ? kinds : new Set(["travel document"]);
}

/** True when a certificate of these uses (OIDs) may seal a `kind`: made for seals, for that kind, or for nothing special. */
export function maySeal(usages, kind) {
  const certifies = (usage) => ARCS.some((arc) => usage.startsWith(arc) && KIND_OF[usage.slice(arc.length)] === kind);
  return !usages.length || usages.some((usage) => `${usage}.`.startsWith(`${SEALS}.`) || certifies(usage));
}

function readEntry(entry) {
  try {
    const der = fromBase64(entry.certificate);
    const read = readCertificate(der);
    const listed = kindsOf(entry.usages);
    return {
      kid: toBase64(fromBase64(entry.kid)),
      country: (entry.country || read.country).toUpperCase(),
      kinds: listed.size ? listed : kindsOf(read.usages),
      publicKey: read.publicKey,
      validFrom: read.validFrom,
      validTo: read.validTo,
      purpose: entry.purpose ?? "",
      givenUp: Boolean(entry.compromised_since),
      source: null,
      der,
    };
  } catch {
    return null; // one broken line in the list must not blind the verifier to the others
  }
}

const seconds = (text) => Math.floor(Date.parse(text ?? "") / 1000) || 0;

function byKid(entries) {
  const found = new Map();
  for (const entry of entries) found.set(entry.kid, [...(found.get(entry.kid) ?? []), entry]);
  return found;
}

/**
 * Our own keys, as `/verify/trust.json` gives them, made ready: keysFor(kid bytes), keyOf(certificate DER),
 * kidOf(public key point: the base64 id of our key with it), issuer(url), authorities, revoked (Set of base64 hashes), givenUp (Set of base64 ids of keys of every purpose), address (ours), madeAt
 * (epoch seconds, 0 when it does not say).
 *
 * A key with `source` null is our own; `purpose` is CARD, PASSPORT or ""; of one that is `givenUp` nothing is believed
 * any more: a thief writes what day he likes into what he signs.
 */
export function readTrust(list) {
  const entries = (list?.keys ?? []).map(readEntry).filter(Boolean);
  const kids = byKid(entries);
  const issuers = new Map((list?.issuers ?? []).map((issuer) => [issuer.url, { keys: issuer.keys ?? [], source: null }]));
  return {
    size: entries.length + issuers.size,
    madeAt: seconds(list?.made_at),
    revoked: new Set(list?.revoked ?? []),
    givenUp: new Set([...(list?.given_up ?? []), ...entries.filter(({ givenUp }) => givenUp).map(({ kid }) => kid)]),
    address: list?.address ?? "",
    keysFor: (kid) => kids.get(toBase64(kid)) ?? [],
    keyOf: (der) => entries.find((entry) => sameBytes(entry.der, der)),
    kidOf: (point) => entries.find(({ publicKey }) => publicKey.point && sameBytes(publicKey.point, point))?.kid,
    issuer: (url) => issuers.get(url),
    authorities: (list?.authorities ?? []).map((der) => readAuthority(["", 0, 0, -1, der], [])).filter(Boolean),
  };
}
