// ICAO VDS-NC: JSON with the signer's certificate inside; trusted where an authority that we believe issued it, or where
// that very certificate is listed.
import { CLOCK_SLACK, Stop, orDamaged } from "./outcome.js";
import { fromBase64Url, toBase64, toUtf8 } from "./bytes.js";
import { readCertificate } from "./x509.js";
import { maySeal } from "./trust.js";
import { issuedBy, sha256, signatureHolds } from "./signature.js";
import { HOME, sameCountry } from "./countries.js";
import { emptyCard, firstText, wholeNumber } from "./card.js";
import { productName } from "./products.js";
import { revocationHashes } from "./revocation.js";

const FORMAT = "VDS-NC";
const KINDS = new Map([["icao.vacc", "vaccination"], ["icao.test", "test"]]);
const SEALING = ["", "PASSPORT"]; // purposes of keys of ours; a card's key makes no seal for other countries

/** True when the text is JSON of the VDS-NC shape. */
export function isVdsNc(text) {
  return /^\s*\{/.test(text) && text.includes('"icao.');
}

/** JSON in the canonical form of RFC 8785, over which the signature is made. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const pairs = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${pairs.join(",")}}`;
}

/** Bytes of base64url that may end in the padding its length calls for: any other spelling is a changed seal. */
function onePadding(text) {
  return fromBase64Url(text.length % 4 === 0 ? text.replace(/={1,2}$/, "") : text);
}

function open(text) {
  const { data, sig } = JSON.parse(text);
  if (!KINDS.has(data?.hdr?.t) || typeof data.msg !== "object" || !data.msg) {
    throw new Stop("UNSUPPORTED_CONTENT", "data", FORMAT);
  }
  const der = onePadding(String(sig?.cer ?? ""));
  return { data, alg: sig.alg === "ES256" ? "ES256" : "", der, signer: signerIn(der), signature: onePadding(String(sig.sigvl ?? "")) };
}

/** The certificate inside; null when it cannot be read, for one state's signers break the rules of DER. */
function signerIn(der) {
  try {
    return readCertificate(der);
  } catch {
    return null;
  }
}

/** The authority or the list line that vouches for a certificate at `now`; undefined where nobody does. */
async function voucherOf(der, trust, now) {
  const listed = trust.keyOf(der);
  if (listed) return listed;
  for (const authority of trust.authorities) {
    const inDays = authority.validFrom <= now && now <= authority.validTo;
    if (inDays && (await issuedBy(der, authority.publicKey))) return authority;
  }
  return undefined;
}

function wasMadeFor(signer, kind, kid, trust) {
  const fits = maySeal(signer.usages, KINDS.get(kind));
  return fits && trust.keysFor(kid).every(({ purpose }) => SEALING.includes(purpose));
}

function dosesOf(events) {
  return events.flatMap((event) => (event.vd ?? []).map((dose) => ({
    number: wholeNumber(dose.seq), of: null, product: firstText(event.nam, productName(firstText(event.des))),
    productCode: firstText(event.des), maker: "", on: firstText(dose.dvc), country: firstText(dose.ctr),
    lot: firstText(dose.lot),
  })));
}

function cardOf({ hdr, msg }) {
  const doses = dosesOf(msg.ve ?? []);
  return {
    ...emptyCard(),
    kind: doses.length ? "vaccination" : hdr.t === "icao.test" ? "test" : "",
    // ICAO writes two spaces between family and given names.
    name: firstText(msg.pid?.n).replace(/\s+/g, " "),
    birthDate: firstText(msg.pid?.dob),
    issuer: "", // the state alone: `adm` is who gave the dose
    country: firstText(hdr.is),
    certificateId: firstText(msg.uvci, msg.utci),
    doses,
  };
}

/** Reads a VDS-NC text against a trust list at `now` (epoch seconds); same answer as readHc1. */
export async function readVdsNc(text, trust, now) {
  const { data, alg, der, signer, signature } = orDamaged(() => open(text.trim()), "vds-nc");
  const card = orDamaged(() => cardOf(data), "body");
  const signed = toUtf8(canonical(data));
  const holds = signer && (await signatureHolds({ alg, key: signer.publicKey, signature, signed }));
  const key = holds ? await voucherOf(der, trust, now) : undefined;
  const found = new Set();
  if (!alg) found.add("UNSUPPORTED_ALGORITHM");
  if (signer && alg && !holds) found.add("BAD_SIGNATURE");
  if (!signer || (holds && !key)) found.add("UNKNOWN_KEY");
  const kid = (await sha256(der)).subarray(0, 8);
  if (trust.givenUp.has(toBase64(kid))) found.add("REVOKED"); // it does not say when it was made
  if (signer && !wasMadeFor(signer, data.hdr.t, kid, trust)) found.add("WRONG_KEY_USAGE");
  if (signer && !(signer.validFrom <= now && now <= signer.validTo)) found.add("KEY_EXPIRED");
  const foreignForUs = key?.source && sameCountry(data.hdr.is, HOME);
  if (foreignForUs || !sameCountry(signer?.country, data.hdr.is)) found.add("COUNTRY_MISMATCH");
  const limit = new Date((now + CLOCK_SLACK) * 1000).toISOString().slice(0, 10);
  if (card.doses.some((dose) => dose.on > limit)) found.add("NOT_YET_VALID");
  return {
    format: FORMAT, faults: found, card, wrong: [], issuedAt: null, validUntil: null, key, kid, signed,
    hashes: await revocationHashes({ alg, signature, certificateId: card.certificateId, country: card.country }),
  };
}
