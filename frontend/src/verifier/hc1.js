// HC1: base45, zlib, COSE_Sign1, CWT, and inside it an EU DCC or one of WHO's bodies.
import { CLOCK_SLACK, Stop, orDamaged } from "./outcome.js";
import { decodeBase45 } from "./base45.js";
import { inflateZlib } from "./inflate.js";
import { decodeCbor, plain } from "./cbor.js";
import { openSign1 } from "./cose.js";
import { signatureHolds } from "./signature.js";
import { dccCard, schemaFaults } from "./dcc.js";
import { coreSetCard, coreSetFaults, isCoreSet, yellowCard, yellowCardFaults } from "./who.js";
import { emptyCard } from "./card.js";
import { revocationHashes } from "./revocation.js";
import { HOME, sameCountry } from "./countries.js";

const PREFIX = "HC1:";
const HCERT = -260;
const KID_LENGTH = 8; // bytes; the EU fixes it, the WHO's early codes do not keep to it
const LINK = 5; // a SMART Health Link: an address, never fetched

const BODIES = [
  [1, { format: "HC1 DCC", read: dccCard, faults: schemaFaults }],
  [-6, { format: "HC1 DVC", read: yellowCard, faults: yellowCardFaults }],
  [3, { format: "HC1 DDCC:VS", read: coreSetCard, faults: coreSetFaults }],
  [4, { format: "HC1 DDCC:TR", read: coreSetCard, faults: coreSetFaults }],
];

/** True when the text claims to be an HC1 certificate. */
export function isHc1(text) {
  return text.startsWith(PREFIX);
}

function bodyOf(claims) {
  const subs = claims[HCERT];
  if (subs === undefined && isCoreSet(claims)) {
    return { format: "HC1 DDCC", read: coreSetCard, faults: coreSetFaults, body: claims };
  }
  const [key, member] = BODIES.find(([name]) => subs?.[name]) ?? [];
  if (key) return { ...member, body: Array.isArray(subs[key]) ? subs[key][0] : subs[key] };
  const unread = subs?.[LINK] ? "LINK_NOT_FOLLOWED" : "UNSUPPORTED_CONTENT";
  return { format: "HC1", read: emptyCard, faults: () => [], body: null, unread };
}

/** Whole seconds of a date claim; null where it is absent, NaN where it is no date. */
function seconds(value) {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return NaN;
  const number = typeof value === "string" ? Date.parse(value) / 1000 : Number(value);
  return Number.isFinite(number) ? Math.floor(number) : NaN;
}

async function trusted(message, keys) {
  for (const key of keys) {
    if (await signatureHolds({ ...message, key: key.publicKey })) return key;
  }
  return null;
}

/** The parts of an HC1 text before any key is asked; throws Stop with the layer in `detail`. */
export function unpackHc1(text) {
  const body = text.slice(PREFIX.length);
  let cose;
  try {
    cose = inflateZlib(decodeBase45(body));
  } catch (error) {
    // Spaces count in base45, so they are dropped only where the text does not read with them.
    if (body.trim() === body) throw error;
    cose = inflateZlib(decodeBase45(body.trim()));
  }
  const message = openSign1(cose);
  const claims = orDamaged(() => plain(decodeCbor(message.payload)), "claims");
  if (!claims || typeof claims !== "object" || Array.isArray(claims)) throw new Stop("DAMAGED", "claims");
  return { message, claims };
}

/**
 * Reads an HC1 text against a trust list: {format, card, issuedAt, validUntil, faults (named reasons that hold)}.
 * Throws Stop where there is nothing to judge.
 */
export async function readHc1(text, trust, now) {
  const { message, claims } = unpackHc1(text);
  const { format, read, faults, body, unread } = bodyOf(claims);
  const wrong = faults(body);
  const card = orDamaged(() => read(body), "body");
  const keys = trust.keysFor(message.kid);
  const key = await trusted(message, keys);
  const issuerCountry = typeof claims[1] === "string" ? claims[1].toUpperCase() : "";
  const [validUntil, issuedAt] = [seconds(claims[4]), seconds(claims[6])];
  const found = new Set();
  if (read === dccCard && message.kid.length && message.kid.length !== KID_LENGTH) found.add("MALFORMED_HEADER");
  if (unread) found.add(unread);
  if (!message.alg) found.add("UNSUPPORTED_ALGORITHM");
  if (!keys.length) found.add("UNKNOWN_KEY");
  else if (!key) found.add("BAD_SIGNATURE");
  if (wrong.length || Number.isNaN(validUntil) || Number.isNaN(issuedAt)) found.add("SCHEMA");
  // Some issuers write a sentence instead of a code; then the place of the dose stands for them.
  const place = /^[A-Z]{2,3}$/.test(issuerCountry) ? issuerCountry : card.country;
  // Without any country in it the code is nobody's, and a key of a country may not vouch for it.
  if (key?.country && !sameCountry(key.country, place)) found.add("COUNTRY_MISMATCH");
  if (key?.source && sameCountry(place, HOME)) found.add("COUNTRY_MISMATCH"); // whatever its list says it is for
  if (key?.givenUp) found.add("REVOKED"); // whatever day it states: whoever has the key writes any
  if (key && key.validTo < now) found.add("KEY_EXPIRED");
  if (key && key.validFrom > now + CLOCK_SLACK) found.add("NOT_YET_VALID");
  if (card.tested?.positive) found.add("TEST_POSITIVE");
  if (Date.parse(card.tested?.at) / 1000 > now + CLOCK_SLACK) found.add("NOT_YET_VALID");
  if (key?.kinds.size && card.kind && !key.kinds.has(card.kind)) found.add("WRONG_KEY_USAGE");
  const country = typeof claims[1] === "string" && claims[1] ? claims[1] : card.country;
  return {
    format, faults: found, issuedAt, validUntil, wrong, key, kid: message.kid,
    card: { ...card, country: key?.country || issuerCountry || card.country }, signed: message.signed,
    hashes: await revocationHashes({ ...message, certificateId: card.certificateId, country }),
  };
}
