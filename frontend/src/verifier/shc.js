// SMART Health Cards: shc:/ digits, a compact JWS with raw DEFLATE inside, FHIR in the payload.
import { Stop, orDamaged } from "./outcome.js";
import { fromBase64, fromBase64Url, fromUtf8, toUtf8 } from "./bytes.js";
import { inflateRaw } from "./inflate.js";
import { signatureHolds } from "./signature.js";
import { cvxName, productName } from "./products.js";
import { dayOf, emptyCard, firstText, wholeNumber } from "./card.js";
import { revocationHashes } from "./revocation.js";

const PREFIX = /^shc:\//;
const COMPACT = /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/;
const LAST_CODE = 122 - 45; // "z", the last sign of base64url
const FORMAT = "SHC";
const CARD_TYPE = "https://smarthealth.cards#health-card";

/** True when the text claims to be a SMART Health Card. */
export function isShc(text) {
  return PREFIX.test(text) || COMPACT.test(text.trim());
}

function jwsOf(text) {
  if (COMPACT.test(text.trim())) return text.trim();
  const digits = text.replace(PREFIX, "").trim();
  if (/^\d+\/\d+\/\d+$/.test(digits)) throw new Stop("INCOMPLETE", "split over several codes", FORMAT);
  if (!/^(?:\d\d)+$/.test(digits)) throw new Stop("DAMAGED", "digits", FORMAT);
  if (digits.match(/\d\d/g).some((pair) => Number(pair) > LAST_CODE)) throw new Stop("DAMAGED", "digits", FORMAT);
  return digits.replace(/\d\d/g, (pair) => String.fromCharCode(Number(pair) + 45));
}

function openJws(jws) {
  const [header, payload, signature, ...rest] = jws.split(".");
  if (!signature || rest.length) throw new Stop("DAMAGED", "jws", FORMAT);
  const head = JSON.parse(fromUtf8(fromBase64Url(header)));
  if (head.zip !== "DEF") throw new Stop("MALFORMED_HEADER", "zip", FORMAT);
  const claims = JSON.parse(fromUtf8(inflateRaw(fromBase64Url(payload))).replace(/^\uFEFF/, ""));
  if (!claims || typeof claims !== "object" || Array.isArray(claims)) throw new Stop("DAMAGED", "payload", FORMAT);
  return { head, claims, signature: fromBase64Url(signature), signed: toUtf8(`${header}.${payload}`) };
}

function keyOfJwk(jwk) {
  if (jwk.kty !== "EC" || jwk.crv !== "P-256") return { kind: String(jwk.kty) };
  const point = new Uint8Array(65);
  point[0] = 4;
  // Some lists keep leading zeros, some drop them: each coordinate fills its 32 bytes from the right.
  [jwk.x, jwk.y].forEach((text, index) => {
    const bytes = fromBase64(text).slice(-32);
    point.set(bytes, 1 + 32 * index + 32 - bytes.length);
  });
  return { kind: "EC", curve: "P-256", point };
}

function resources(claims, type) {
  const entries = claims.vc?.credentialSubject?.fhirBundle?.entry ?? [];
  return entries.map((entry) => entry?.resource).filter((resource) => resource?.resourceType === type);
}

function doseOf(immunization, index) {
  const codings = immunization.vaccineCode?.coding ?? [];
  const codeOf = (list) => codings.find((code) => code.system?.endsWith(list))?.code;
  const cvx = codeOf("/cvx");
  const product = codeOf("/community-register"); // of the European value sets, as our own cards name the product
  const code = firstText(cvx, product, codings[0]?.code);
  return {
    number: wholeNumber(immunization.protocolApplied?.[0]?.doseNumberPositiveInt) ?? index + 1, of: null,
    product: cvx ? cvxName(cvx) : productName(code), productCode: code, maker: "", country: "",
    on: dayOf(immunization.occurrenceDateTime), lot: firstText(immunization.lotNumber),
  };
}

function cardOf(claims) {
  const patient = resources(claims, "Patient")[0] ?? {};
  const name = patient.name?.[0] ?? {};
  const done = resources(claims, "Immunization").filter((item) => !item.status || item.status === "completed");
  return {
    ...emptyCard(),
    kind: done.length ? "vaccination" : resources(claims, "Observation").length ? "test" : "",
    name: firstText(name.text, [name.family, ...(name.given ?? [])].filter(Boolean).join(" ")),
    birthDate: firstText(patient.birthDate),
    issuer: firstText(claims.iss),
    certificateId: firstText(claims.vc?.rid),
    doses: done.sort((left, right) => dayOf(left.occurrenceDateTime) < dayOf(right.occurrenceDateTime) ? -1 : 1)
      .map(doseOf),
  };
}

/**
 * The id under which lists name the card's key: health cards name it by thumbprint, our lists by the id of its
 * certificate, as they do for every form that it signs.
 */
function listedUnder(jwk, head, trust) {
  const kid = jwk && trust.kidOf(keyOfJwk(jwk).point ?? new Uint8Array());
  return kid ? fromBase64(kid) : toUtf8(String(head.kid ?? ""));
}

/** Reads a SMART Health Card against a trust list (its `issuers`); same answer as readHc1. */
export async function readShc(text, trust) {
  const { head, claims, signature, signed } = orDamaged(() => openJws(jwsOf(text)), "jws");
  const card = orDamaged(() => cardOf(claims), "body");
  const issuer = trust.issuer(claims.iss);
  const keys = (issuer?.keys ?? []).filter((jwk) => jwk.kid === head.kid);
  const holds = await Promise.all(
    keys.map((jwk) => signatureHolds({ alg: head.alg, key: keyOfJwk(jwk), signature, signed })),
  );
  const found = new Set();
  if (head.alg !== "ES256") found.add("UNSUPPORTED_ALGORITHM");
  if (!keys.length) found.add("UNKNOWN_KEY");
  else if (!holds.includes(true)) found.add("BAD_SIGNATURE");
  const isCard = [claims.vc?.type ?? []].flat().includes(CARD_TYPE);
  if (!isCard || !card.name || typeof claims.nbf !== "number") found.add("SCHEMA");
  return {
    format: FORMAT, faults: found, card, wrong: [], key: keys.length ? { source: issuer.source, purpose: "" } : null,
    signed, kid: listedUnder(keys[holds.indexOf(true)], head, trust),
    issuedAt: Number.isFinite(claims.nbf) ? Math.floor(claims.nbf) : null,
    validUntil: Number.isFinite(claims.exp) ? Math.floor(claims.exp) : null,
    hashes: await revocationHashes({ alg: head.alg, signature, certificateId: card.certificateId }),
  };
}
