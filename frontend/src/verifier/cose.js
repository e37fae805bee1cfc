// COSE_Sign1 (RFC 9052) as health certificates use it: tag 18, no tag, or 61 around 18.
import { Stop, orDamaged } from "./outcome.js";
import { Tagged, decodeCbor, encodeBytes } from "./cbor.js";
import { concat, toUtf8 } from "./bytes.js";

const ALG = 1;
const KID = 4;
const NAME_OF_ALG = { "-7": "ES256", "-37": "PS256" };
const SIGNATURE1 = concat(Uint8Array.from([0x84, 0x6a]), toUtf8("Signature1"));

/** The message without its tags: none, 18, or 61 around either; 55799 says nothing and may stand before all. */
function untag(value) {
  let inner = value;
  for (const tag of [55799, 61, 18]) if (inner instanceof Tagged && inner.tag === tag) inner = inner.value;
  if (inner instanceof Tagged) throw new Stop("DAMAGED", "cose tag");
  return inner;
}

/**
 * The parts of a signed message: {alg, kid, payload, signature, signed} (`signed` = the bytes under the signature).
 * `alg` is "" where we do not know it; `kid` is empty where none is given; the protected one wins.
 */
export function openSign1(bytes) {
  const parts = untag(decodeCbor(bytes));
  if (!Array.isArray(parts) || parts.length !== 4) throw new Stop("DAMAGED", "cose structure");
  const [shielded, open, payload, signature] = parts;
  const isBytes = [shielded, payload, signature].every((part) => part instanceof Uint8Array);
  if (!isBytes || !(open instanceof Map)) throw new Stop("DAMAGED", "cose structure");
  const header = shielded.length ? orDamaged(() => decodeCbor(shielded), "cose header") : new Map();
  if (!(header instanceof Map)) throw new Stop("DAMAGED", "cose header");
  const kid = header.get(KID) ?? open.get(KID);
  return {
    alg: NAME_OF_ALG[header.get(ALG) ?? open.get(ALG)] ?? "",
    kid: kid instanceof Uint8Array ? kid : new Uint8Array(),
    payload,
    signature,
    signed: concat(SIGNATURE1, encodeBytes(shielded), Uint8Array.from([0x40]), encodeBytes(payload)),
  };
}
