// The two signature kinds of health certificates, by WebCrypto: ES256 (r||s) and PS256 (salt 32).
import { toBase64 } from "./bytes.js";
import { rawSignature, readOuter } from "./x509.js";

const base64url = (bytes) => toBase64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const MIN_RSA_BYTES = 256;
const SIZE_OF = { "P-256": 32, "P-384": 48, "P-521": 66 };

function importEc(point, namedCurve = "P-256") {
  return crypto.subtle.importKey("raw", point, { name: "ECDSA", namedCurve }, false, ["verify"]);
}

function importRsa({ modulus, exponent }, name = "RSA-PSS", hash = "SHA-256") {
  const jwk = { kty: "RSA", n: base64url(modulus), e: base64url(exponent) };
  return crypto.subtle.importKey("jwk", jwk, { name, hash }, false, ["verify"]);
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
    if (alg === "PS256" && key.kind === "RSA" && key.modulus.length >= MIN_RSA_BYTES) {
      const imported = await importRsa(key);
      return await crypto.subtle.verify({ name: "RSA-PSS", saltLength: 32 }, imported, signature, signed);
    }
  } catch {
    return false;
  }
  return false;
}

/** True when an authority's key (as x509.js reads it) signed this certificate (DER); never throws. */
export async function issuedBy(der, key) {
  try {
    const { signed, signature, scheme, hash } = readOuter(der);
    if (scheme === "ECDSA" && key.kind === "EC") {
      const imported = await importEc(key.point, key.curve);
      const raw = rawSignature(signature, SIZE_OF[key.curve]);
      return await crypto.subtle.verify({ name: scheme, hash }, imported, raw, signed);
    }
    if (scheme.startsWith("RSA") && key.kind === "RSA") {
      const imported = await importRsa(key, scheme, hash);
      return await crypto.subtle.verify({ name: scheme, saltLength: 32 }, imported, signature, signed);
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
