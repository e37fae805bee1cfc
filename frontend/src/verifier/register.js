// Asks our register about a code while there is a network: only hashes of its number and of what was signed leave this device.
import { INVALID } from "./outcome.js";

const PATIENCE_MS = 2500; // somebody stands at the door; after this the answer is given without the register
export const LATER_PATIENCE_MS = 30_000; // nobody waits for what is asked afterwards, and a slow network is one too
const STATES = new Set(["VALID", "EXPIRED", "REPLACED", "REVOKED", "UNKNOWN"]);

function post(address, told, fetcher, patience) {
  return fetcher(address, {
    method: "POST", credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer",
    headers: { "Content-Type": "application/json" }, body: JSON.stringify(told),
    signal: globalThis.AbortSignal?.timeout?.(patience),
  });
}

/** The register's word about the hash of a number or a leaf of the log, "" where it cannot be asked now. */
export async function askRegister(address, hash, fetcher = fetch, patience = PATIENCE_MS) {
  if (globalThis.navigator?.onLine === false) return "";
  try {
    const answer = await post(address, { hash }, fetcher, patience);
    const { state } = answer.ok ? await answer.json() : {};
    return STATES.has(state) ? state : "";
  } catch {
    return "";
  }
}

/**
 * Sends a code that carries our signature and is in no register: whoever watches our keys must see it, and from nowhere else
 * would they hear of a code that we never made. Tells whether it arrived; if not, it has to be sent again.
 */
export async function tellUnknown(address, text, fetcher = fetch) {
  try {
    return (await post(address, { text }, fetcher, LATER_PATIENCE_MS)).ok;
  } catch {
    return false;
  }
}

const REASON_OF = { EXPIRED: "EXPIRED", REPLACED: "REPLACED", REVOKED: "REVOKED", UNKNOWN: "NOT_ISSUED" };

/** The answer with the register's word taken into account: it can only take away, never make valid. */
export function registered(answer, state) {
  const reason = REASON_OF[state];
  if (!reason) return { ...answer, asked: state === "VALID" };
  return { ...answer, verdict: INVALID, reason, asked: true, genuine: reason !== "NOT_ISSUED" };
}
