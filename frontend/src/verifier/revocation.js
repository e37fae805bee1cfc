// The three hashes under which an issuer may revoke a certificate (EU gateway: first 16 bytes of SHA-256).
import { sha256 } from "./signature.js";
import { concat, toBase64, toUtf8 } from "./bytes.js";

async function hash(bytes) {
  return toBase64((await sha256(bytes)).subarray(0, 16));
}

/** Base64 hashes of a certificate: by signature (r alone for ES256), by id, and by country and id. */
export async function revocationHashes({ alg, signature, certificateId, country }) {
  // Only r: whoever mirrors s makes another valid signature, which must stay revoked too.
  const signed = alg === "ES256" ? signature.subarray(0, signature.length / 2) : signature;
  const hashes = [await hash(signed)];
  if (certificateId) {
    const id = toUtf8(certificateId);
    hashes.push(await hash(id), await hash(concat(toUtf8(country ?? ""), id)));
  }
  return hashes;
}
