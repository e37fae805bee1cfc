// The trust list as the page holds it: which keys may sign, for which country and for what.
import { fromBase64, sameBytes, toBase64 } from "./bytes.js";
import { readCertificate } from "./x509.js";

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
      der,
    };
  } catch {
    return null; // one broken line in the list must not blind the verifier to the others
  }
}

/**
 * The trust list of `/verify/trust.json` made ready: keysFor(kid bytes), keyOf(certificate DER), issuer(url),
 * revoked (Set of base64 hashes), madeAt (epoch seconds, 0 when it does not say).
 */
export function readTrust(list) {
  const entries = (list?.keys ?? []).map(readEntry).filter(Boolean);
  const issuers = new Map((list?.issuers ?? []).map((issuer) => [issuer.url, issuer.keys ?? []]));
  return {
    size: entries.length + issuers.size,
    madeAt: Math.floor(Date.parse(list?.made_at ?? "") / 1000) || 0,
    revoked: new Set(list?.revoked ?? []),
    keysFor: (kid) => entries.filter((entry) => entry.kid === toBase64(kid)),
    keyOf: (der) => entries.find((entry) => sameBytes(entry.der, der)),
    issuer: (url) => issuers.get(url),
  };
}
