// How old the trust list may be. Lists that died after two days once stopped a whole country's verifiers when one
// nightly job failed; so the first limit only warns, and the last is far away.
import { UNKNOWN, VALID } from "./outcome.js";

const HOUR = 3600;

/** Seconds after which the page asks for a newer list, and after which it calls nothing valid any more. */
export const SOFT_LIMIT = 24 * HOUR;
export const HARD_LIMIT = 14 * 24 * HOUR;

/** NONE (no list), FRESH, OLD (warn) or TOO_OLD, for a list made at `madeAt`; both in epoch seconds. */
export function freshness(madeAt, now) {
  if (!madeAt) return "NONE";
  const age = now - madeAt;
  return age > HARD_LIMIT ? "TOO_OLD" : age > SOFT_LIMIT ? "OLD" : "FRESH";
}

const OLDER = ["FRESH", "OLD", "TOO_OLD", "NONE"];

/** The worse of two states: what is known is as good as its older half. */
export function worse(one, other) {
  return OLDER[Math.max(OLDER.indexOf(one), OLDER.indexOf(other))];
}

/**
 * The answer with the state of the lists taken into account: without a good list of keys nothing is VALID, and of our own
 * certificates nothing without a good list of what was revoked, unless the register itself was asked. `oldHere` says that
 * this device's own lists are meant, which it can fetch anew.
 */
export function weighed(answer, keys, revocations = "FRESH") {
  const state = answer.own && !answer.asked ? worse(keys, revocations) : keys;
  const hangsOnList = answer.verdict === VALID || answer.reason === "UNKNOWN_KEY";
  const reason = { NONE: "LIST_MISSING", TOO_OLD: "LIST_TOO_OLD" }[state];
  return hangsOnList && reason ? { ...answer, verdict: UNKNOWN, reason, genuine: false, oldHere: true } : answer;
}
