// Which lists this device believes: those that our key of documents signed, under a root that it knows.
//
// The roots that it meets first are kept, and from then on a list that it believes is the only one to name others: whoever
// later stands between device and server can withhold lists and cannot make any.
import { concat, fromBase64, fromBase64Url, fromUtf8, toBase64, toUtf8 } from "./bytes.js";
import { readAuthority } from "./foreign.js";
import { issuedBy, sha256, signatureHolds } from "./signature.js";
import { readCertificate } from "./x509.js";

const KEPT = "tc-roots";
const DOCUMENTS = "1.3.6.1.5.5.7.3.36"; // RFC 9336; a key made for certificates signs no list

function read(storage) {
  try {
    const kept = JSON.parse(storage.getItem(KEPT));
    return Array.isArray(kept) ? kept.filter((root) => typeof root === "string") : [];
  } catch {
    return [];
  }
}

/** The roots that this device goes by, as SubjectPublicKeyInfo in base64; `told` are those that the page names. */
export class Roots {
  constructor(told = [], storage = globalThis.localStorage) {
    this.storage = storage;
    this.known = read(storage);
    if (!this.known.length) this.keep(told);
  }

  /** Goes by these roots from now on; a list that names none changes nothing. */
  keep(roots) {
    if (!roots.length || roots.join() === this.known.join()) return;
    this.known = [...roots];
    try {
      this.storage.setItem(KEPT, JSON.stringify(this.known));
    } catch {
      // Private windows keep nothing; the page still has it.
    }
  }

  keys() {
    return this.known.map((root) => readAuthority(["", 0, 0, -1, root], [])).filter(Boolean).map((root) => root.publicKey);
  }
}

async function signerOf(der, madeAt, roots) {
  const leaf = readCertificate(der);
  const forDocuments = !leaf.usages.length || leaf.usages.includes(DOCUMENTS);
  // In its days when it signed: this device's own clock may be wrong, and lists are what sets it right.
  if (!forDocuments || !(leaf.validFrom <= madeAt && madeAt <= leaf.validTo)) return null;
  for (const key of roots.keys()) if (await issuedBy(der, key)) return leaf;
  return null;
}

/**
 * What a proof (server: formats/list_proof.py) says of these bytes: {madeAt (epoch seconds), kid (base64)} where our key of
 * documents signed them as the list `about`; null for everything else. `givenUp` holds the ids of keys not to be believed.
 */
export async function proven(bytes, proof, { about, roots, givenUp = new Set() }) {
  try {
    const [header, payload, signature, ...more] = proof.split(".");
    const told = JSON.parse(fromUtf8(fromBase64Url(header)));
    const madeAt = Date.parse(told.made_at) / 1000;
    if (payload || more.length || told.alg !== "ES256" || told.b64 !== false || told.about !== about) return null;
    const der = fromBase64(told.x5c[0]);
    const kid = toBase64((await sha256(der)).subarray(0, 8));
    const leaf = givenUp.has(kid) ? null : await signerOf(der, madeAt, roots);
    const signed = concat(toUtf8(`${header}.`), bytes);
    const holds = leaf && (await signatureHolds({ alg: told.alg, key: leaf.publicKey, signature: fromBase64Url(signature), signed }));
    return holds ? { madeAt, kid } : null;
  } catch {
    return null; // no proof, or nonsense in its place
  }
}
