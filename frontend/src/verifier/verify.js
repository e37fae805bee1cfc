// One text in, one answer out; nothing leaves the device and nothing is thrown.
import { CLOCK_SLACK, GENUINE, ORDER, RESULT_OF, Stop, VALID } from "./outcome.js";
import { emptyCard } from "./card.js";
import { concat, fromBase64, toBase64 } from "./bytes.js";
import { canCheckSignatures, sha256 } from "./signature.js";
import { isHc1, readHc1 } from "./hc1.js";
import { isShc, readShc } from "./shc.js";
import { isVdsNc, readVdsNc } from "./vdsnc.js";
import { ageOfSource } from "./foreign.js";

/** Longest text that is read at all: a QR code holds 7,089 signs at most. */
export const TEXT_CAP = 8 * 1024;

const FORMATS = [
  { format: "HC1", is: isHc1, read: readHc1 },
  { format: "SHC", is: isShc, read: readShc },
  { format: "VDS-NC", is: isVdsNc, read: readVdsNc },
];

// Formats that we can name but whose signature we do not check.
const NAMED = [
  ["DIVOC", /^(?:B64:UEsD|PK\u0003\u0004|\{"@context")/, "UNSUPPORTED_SIGNATURE"],
  ["SHL", /shlink:\//i, "LINK_NOT_FOLLOWED"],
  ["NZCP", /^NZCP:\//, "UNSUPPORTED_CONTENT"],
  ["2D-DOC", /^DC0[0-9]/, "UNSUPPORTED_CONTENT"],
];

/** The text without what scanners add at its ends and mail programs fold into it; spaces in HC1 stay: they may count. */
function tidy(text) {
  return text.replace(/^[\uFEFF\s\u0000]+/, "").replace(/[\r\n\t\u0000]+/g, "");
}

function answer(reason, { format = "", card = emptyCard(), issuedAt = null, validUntil = null, detail = "" } = {}) {
  const genuine = GENUINE.has(reason);
  return {
    verdict: reason ? RESULT_OF[reason] : VALID, reason, detail, format, genuine,
    ...card, issuedAt, validUntil, own: false, purpose: "", source: null, numberHash: "", leaf: "",
  };
}

function timeFaults({ issuedAt, validUntil }, now) {
  const found = [];
  if (issuedAt !== null && issuedAt > now + CLOCK_SLACK) found.push("NOT_YET_VALID");
  if (validUntil !== null && validUntil < now) found.push("EXPIRED");
  return found;
}

const listedNowhere = { has: () => false };

function listFault({ key }, trust, now) {
  return key?.source && trust.foreign && ageOfSource(key.source, trust.foreign, now) === "TOO_OLD" ? "LIST_TOO_OLD" : "";
}

/** Whose key it was: `own` with its purpose (CARD, PASSPORT or ""), or the imported list it is on. */
async function signerOf({ key, hashes, faults, signed }) {
  const own = Boolean(key) && !key.source && !faults.has("BAD_SIGNATURE");
  const numberHash = hashes[1] ?? hashes[0];
  const leaf = own ? toBase64(concat(fromBase64(numberHash), await sha256(signed))) : "";
  return { own, purpose: own ? key.purpose ?? "" : "", source: key?.source ?? null, numberHash, leaf };
}

async function judge(text, { trust, now, revoked, revocations }) {
  if (text.length > TEXT_CAP) return answer("TOO_LONG");
  const member = FORMATS.find((format) => format.is(text));
  if (!member) {
    const named = NAMED.find(([, pattern]) => pattern.test(text));
    return answer(named?.[2] ?? "NOT_OURS", { format: named?.[0] ?? "" });
  }
  if (!canCheckSignatures()) return answer("UNSUPPORTED_SIGNATURE", { format: member.format, detail: "no WebCrypto" });
  try {
    const read = await member.read(text, trust, now);
    for (const fault of timeFaults(read, now)) read.faults.add(fault);
    const listed = read.hashes.some((hash) => revoked.has(hash) || trust.revoked.has(hash));
    if (listed || (read.kid && revocations.has(read.kid, read.hashes))) read.faults.add("REVOKED");
    read.faults.add(listFault(read, trust, now));
    const first = ORDER.find((name) => read.faults.has(name)) ?? "";
    // Of a code and its key that ended, people are told about the code.
    const reason = first === "KEY_EXPIRED" && read.faults.has("EXPIRED") ? "EXPIRED" : first;
    return {
      ...answer(reason, { ...read, detail: read.wrong.join(", ") }), ...(await signerOf(read)),
      faults: [...read.faults].filter(Boolean),
    };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return answer(error.reason, { format: error.format || member.format, detail: error.detail });
  }
}

/**
 * Judges the text of a code: {verdict VALID|INVALID|UNKNOWN, reason ("" or a named one), name, birthDate, format,
 * issuer, country, doses, issuedAt, validUntil (epoch seconds or null), genuine, ...}; never throws.
 *
 * trust: what readTrust() or withForeign() gives; now: epoch seconds; revoked: a Set of base64 hashes besides the list's
 * own; revocations: what readRevocations() gives. `own` says that one of our keys signed it, for `purpose`; `numberHash`
 * is the number's hash, or the signature's where a form has no number; `leaf` is what the issuance log must hold of it, by
 * which the register is asked (base64: that hash, then SHA-256 of the bytes under the signature; "" for others' codes).
 * `genuine` says that a trusted key signed exactly this content, so that it may be shown as fact.
 */
export async function verify(text, { trust, now, revoked = new Set(), revocations = listedNowhere }) {
  try {
    return await judge(tidy(String(text)), { trust, now, revoked, revocations });
  } catch (error) {
    return answer("UNSUPPORTED_CONTENT", { detail: error.name });
  }
}
