// A second verifier that shares nothing with ours: base45, pako, cbor-web and cosette read and verify an HC1 text.
import base45 from "base45";
import { Buffer } from "buffer";
import { inflate } from "pako";
import { cbor, verify } from "cosette/build/sign.js";

globalThis.Buffer ??= Buffer; // base45 takes it for granted
const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const ES256 = { name: "ECDSA", namedCurve: "P-256" };

/** Gives what an HC1 text says where the key (SubjectPublicKeyInfo, base64) signed it; throws where it did not. */
globalThis.secondVerifier = async (text, spki) => {
  const cose = inflate(base45.decode(text.slice("HC1:".length)));
  const key = await crypto.subtle.importKey("spki", bytesOf(spki), ES256, false, ["verify"]);
  const payload = await verify(cose, async () => ({ key }));
  const claims = cbor.decode(payload);
  const { nam, dob, v } = claims.get(-260).get(1);
  return { name: `${nam.fn} ${nam.gn}`, dob, id: v[0].ci, issuer: claims.get(1) };
};
