// The two signature kinds of health certificates, by WebCrypto: ES256 (r||s) and PS256 (salt 32).
import { toBase64 } from "./bytes.js";

const base64url = (bytes) => toBase64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function importEc(point) {
  return crypto.subtle.importKey("raw", point, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
}

function importRsa({ modulus, exponent }) {
  const jwk = { kty: "RSA", n: base64url(modulus), e: base64url(exponent) };
  return crypto.subtle.importKey("jwk", jwk, { name: "RSA-PSS", hash: "SHA-256" }, false, ["verify"]);
}

/** True when this browser can check signatures at all (WebCrypto exists on secure pages only). */
export function canCheckSignatures() {
  return Boolean(globalThis.crypto?.subtle);
}

/** True when `key` (as x509.js reads it) made `signature` over `signed` with `alg` ES256 or PS256; never throws. */
export async function signatureHolds({ alg, key, signature, signed }) {
  try {
    if (alg === "ES256" && key.kind === "EC" && key.curve === "P-256" && signature.length === 64) {
      const imported = await importEc(key.point);
      return await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, imported, signature, signed);
    }
    if (alg === "PS256" && key.kind === "RSA") {
      const imported = await importRsa(key);
      return await crypto.subtle.verify({ name: "RSA-PSS", saltLength: 32 }, imported, signature, signed);
    }
  } catch {
    return false;
  }
  return false;
}

/** SHA-256 of bytes, as bytes. */
export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
