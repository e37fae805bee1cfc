// The three results and the named reasons; the same codes as the server's reader gives.

export const VALID = "VALID";
export const INVALID = "INVALID";
export const UNKNOWN = "UNKNOWN";

/** Seconds by which an issuer's clock may run ahead of ours. */
export const CLOCK_SLACK = 5 * 60;

/** Which of the three results each reason leads to: a doubt about us is UNKNOWN, a fault in the code is INVALID. */
export const RESULT_OF = Object.freeze({
  NOT_OURS: UNKNOWN,
  INCOMPLETE: UNKNOWN,
  UNKNOWN_KEY: UNKNOWN,
  UNSUPPORTED_SIGNATURE: UNKNOWN,
  UNSUPPORTED_CONTENT: UNKNOWN,
  LINK_NOT_FOLLOWED: UNKNOWN,
  TOO_LONG: INVALID,
  DAMAGED: INVALID,
  MALFORMED_HEADER: INVALID,
  UNSUPPORTED_ALGORITHM: INVALID,
  BAD_SIGNATURE: INVALID,
  KEY_EXPIRED: INVALID,
  SCHEMA: INVALID,
  COUNTRY_MISMATCH: INVALID,
  WRONG_KEY_USAGE: INVALID,
  REVOKED: INVALID,
  NOT_YET_VALID: INVALID,
  EXPIRED: INVALID,
  TEST_POSITIVE: INVALID,
  REPLACED: INVALID,
  NOT_ISSUED: INVALID,
  LIST_MISSING: UNKNOWN,
  LIST_TOO_OLD: UNKNOWN,
});

/** Where several reasons hold, the first of this order is told. */
export const ORDER = [
  "MALFORMED_HEADER", "UNSUPPORTED_ALGORITHM", "UNKNOWN_KEY", "BAD_SIGNATURE", "KEY_EXPIRED", "COUNTRY_MISMATCH",
  "WRONG_KEY_USAGE", "REVOKED", "SCHEMA", "NOT_YET_VALID", "EXPIRED", "TEST_POSITIVE",
  "LINK_NOT_FOLLOWED", "UNSUPPORTED_CONTENT", "LIST_TOO_OLD",
];

/** Reasons that leave the content itself genuine: who it is about may be shown. */
export const GENUINE = new Set([
  "", "REVOKED", "REPLACED", "NOT_YET_VALID", "EXPIRED", "KEY_EXPIRED", "TEST_POSITIVE",
]);

/** Stops the reading with one of the named reasons; `format` is what the text seemed to be. */
export class Stop extends Error {
  constructor(reason, detail = "", format = "") {
    super(`${reason}: ${detail}`);
    this.reason = reason;
    this.detail = detail;
    this.format = format;
  }
}

/** Runs a step of the reading and turns whatever it throws into DAMAGED, unless it already named a reason. */
export function orDamaged(step, detail) {
  try {
    return step();
  } catch (error) {
    throw error instanceof Stop ? error : new Stop("DAMAGED", detail);
  }
}
