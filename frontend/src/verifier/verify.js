// One text in, one answer out; nothing leaves the device and nothing is thrown.
import { CLOCK_SLACK, GENUINE, ORDER, RESULT_OF, Stop, VALID } from "./outcome.js";
import { emptyCard } from "./card.js";
import { canCheckSignatures } from "./signature.js";
import { isHc1, readHc1 } from "./hc1.js";
import { isShc, readShc } from "./shc.js";
import { isVdsNc, readVdsNc } from "./vdsnc.js";

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

/** The text without what scanners add at its ends; spaces at the end of HC1 are left, since they may count. */
function tidy(text) {
  return text.replace(/^[\uFEFF\s\u0000]+/, "").replace(/[\r\n\t\u0000]+$/, "");
}

function answer(reason, { format = "", card = emptyCard(), issuedAt = null, validUntil = null, detail = "" } = {}) {
  const genuine = GENUINE.has(reason);
  return {
    verdict: reason ? RESULT_OF[reason] : VALID, reason, detail, format, genuine,
    ...card, issuedAt, validUntil,
  };
}

function timeFaults({ issuedAt, validUntil }, now) {
  const found = [];
  if (issuedAt !== null && issuedAt > now + CLOCK_SLACK) found.push("NOT_YET_VALID");
  if (validUntil !== null && validUntil < now) found.push("EXPIRED");
  return found;
}

async function judge(text, { trust, now, revoked }) {
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
    if (read.hashes.some((hash) => revoked.has(hash) || trust.revoked.has(hash))) read.faults.add("REVOKED");
    const reason = ORDER.find((name) => read.faults.has(name)) ?? "";
    return { ...answer(reason, { ...read, detail: read.wrong.join(", ") }), faults: [...read.faults] };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return answer(error.reason, { format: error.format || member.format, detail: error.detail });
  }
}

/**
 * Judges the text of a code: {verdict VALID|INVALID|UNKNOWN, reason ("" or a named one), name, birthDate, format,
 * issuer, country, doses, issuedAt, validUntil (epoch seconds or null), genuine, ...}; never throws.
 *
 * trust: what readTrust() gives; now: epoch seconds; revoked: a Set of base64 hashes besides the list's own.
 * `genuine` says that a trusted key signed exactly this content, so that it may be shown as fact.
 */
export async function verify(text, { trust, now, revoked = new Set() }) {
  try {
    return await judge(tidy(String(text)), { trust, now, revoked });
  } catch (error) {
    return answer("UNSUPPORTED_CONTENT", { detail: error.name });
  }
}
