// ICAO VDS-NC: JSON with the signer's certificate inside; trusted only where that very certificate is listed.
import { Stop, orDamaged } from "./outcome.js";
import { fromBase64, toUtf8 } from "./bytes.js";
import { readCertificate } from "./x509.js";
import { signatureHolds } from "./signature.js";
import { emptyCard, firstText, wholeNumber } from "./card.js";
import { revocationHashes } from "./revocation.js";

const FORMAT = "VDS-NC";
const ALG_OF = { ES256: "ES256", PS256: "PS256" };

/** True when the text is JSON of the VDS-NC shape. */
export function isVdsNc(text) {
  return /^\s*\{/.test(text) && text.includes('"hdr"') && text.includes('"sig"');
}

/** JSON in the canonical form of RFC 8785, over which the signature is made. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const pairs = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${pairs.join(",")}}`;
}

function open(text) {
  const { data, sig } = JSON.parse(text);
  if (!data?.hdr || !data.msg?.pid) throw new Stop("SCHEMA", "data", FORMAT);
  const der = fromBase64(sig.cer);
  return { data, alg: ALG_OF[sig.alg] ?? "", der, signer: readCertificate(der), signature: fromBase64(sig.sigvl) };
}

function dosesOf(events) {
  return events.flatMap((event) => (event.vd ?? []).map((dose) => ({
    number: wholeNumber(dose.seq), of: null, product: firstText(event.nam, event.des),
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
    name: firstText(msg.pid.n).replace(/\s+/g, " "),
    birthDate: firstText(msg.pid.dob),
    issuer: firstText(doses[0] && msg.ve[0].vd[0].adm),
    country: firstText(hdr.is),
    certificateId: firstText(msg.uvci, msg.utci),
    doses,
  };
}

/** Reads a VDS-NC text against a trust list; same answer as readHc1. */
export async function readVdsNc(text, trust) {
  const { data, alg, der, signer, signature } = orDamaged(() => open(text.trim()), "vds-nc");
  const card = orDamaged(() => cardOf(data), "body");
  const key = signer.publicKey;
  const holds = await signatureHolds({ alg, key, signature, signed: toUtf8(canonical(data)) });
  const found = new Set();
  if (!alg) found.add("UNSUPPORTED_ALGORITHM");
  if (alg && !holds) found.add("BAD_SIGNATURE");
  if (!trust.keyOf(der)) found.add("UNKNOWN_KEY");
  if (!card.name) found.add("SCHEMA");
  return {
    format: FORMAT, faults: found, card, wrong: [], issuedAt: signer.validFrom, validUntil: signer.validTo,
    hashes: await revocationHashes({ alg, signature, certificateId: card.certificateId, country: card.country }),
  };
}
