// One card on the screen: kept for offline, compared with the server's signed content, renewed when that changed.
import { isKept, keepCard } from "./kept.js";
import { renew } from "./renew.js";

// Without a worker between them this page came from the server a moment ago: there is nothing to compare it with.
export const direct = !navigator.serviceWorker?.controller;

// The worker marks what it kept and could not check; what a copy may say is in the page and its style sheet.
export const isCopy = () => "copy" in document.documentElement.dataset;

/** Marks this page as an unchecked copy because the server wants a sign-in. */
export function askToEnter() {
  document.documentElement.dataset.copy = "enter";
}

/** Takes the mark away and says that it was checked; that nothing changed only of what was older than this look. */
export function tellChecked(line) {
  say(line, isCopy() ? "checked" : "seen", moment(new Date()));
  delete document.documentElement.dataset.copy;
}

const AGAIN_MS = 2000;
const MOST_TRIES = 30;
const LATE_MS = 60_000; // between two looks at what takes longer: a key store may be away for hours

/** Gives the signed content as the hot route has it now, null when there is none; rejects without a network. */
async function content(token) {
  if (!token) return null;
  const answer = await fetch(`/c/${token}.json`, { cache: "no-store", signal: AbortSignal.timeout?.(8000) });
  if (answer.status === 503) throw new Error("busy");
  return answer.ok ? answer : null;
}

/** Gives the page as the server shows it now, null when it asks for a sign-in. */
export async function page() {
  const answer = await fetch(location.pathname, { redirect: "manual", cache: "no-store" });
  return answer.ok ? answer : null;
}

const two = (number) => String(number).padStart(2, "0");

// Vietnam's clock, seven hours ahead of UTC all year: the server's moments on this page are written by it too.
const VIETNAM_MS = 7 * 3600 * 1000;

export function moment(date) {
  const at = new Date(date.getTime() + VIETNAM_MS);
  const day = `${two(at.getUTCDate())}/${two(at.getUTCMonth() + 1)}/${at.getUTCFullYear()}`;
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())} ${day}`;
}

export function say(line, words, when) {
  line.textContent = line.dataset[words].replace("{moment}", when);
}

/** Keeps this page as the server gives it now. */
export async function keepThis() {
  const fresh = await page().catch(() => null);
  if (fresh) await keepCard(location.pathname, fresh);
}

/** Watches until the certificate is signed, or the change of a moment ago has reached the card. */
function waitForChange(card, tries = 0) {
  setTimeout(async () => {
    if (document.hidden) return waitForChange(card, tries);
    try {
      const fresh = await page();
      const other = new DOMParser().parseFromString((await fresh?.text()) ?? "", "text/html");
      const now = other.querySelector('[data-book="card"]')?.dataset;
      if (now && (now.signing !== card.dataset.signing || now.updating !== card.dataset.updating)) return renew();
    } catch {
      // the network is away: the next round may find it
    }
    waitForChange(card, tries + 1);
  }, tries < MOST_TRIES ? AGAIN_MS : LATE_MS);
}

// Bytes made before microseconds were stated say whole seconds; they are of the page of that second.
const isOf = (told, madeAt) => told === madeAt || (Boolean(told) && madeAt.replace(/\.\d+/, "") === told);

/** Compares this page, which the worker may have kept, with the signed content; an older one is fetched anew, or said to be old. */
async function compare(card, line, keep) {
  const { token, madeAt } = card.dataset;
  let signed = null;
  try {
    signed = await content(token);
  } catch {
    return say(line, "offline", line.dataset.moment);
  }
  const told = signed ? await signed.json() : null;
  if (token ? isOf(told?.made_at, madeAt) : !isCopy()) {
    tellChecked(line);
    // The worker keeps every card that it fetches, but for the first.
    return keep && !(await isKept(location.pathname)) && keepThis();
  }
  const fresh = await page().catch(() => undefined);
  if (fresh === undefined) return say(line, token ? "stale" : "offline", line.dataset.moment);
  if (!fresh) {
    askToEnter();
    return token && say(line, "stale", line.dataset.moment);
  }
  if (keep) await keepCard(location.pathname, fresh);
  const tried = sessionStorage.getItem("tc-renewed");
  sessionStorage.setItem("tc-renewed", told?.made_at ?? "");
  if (tried !== (told?.made_at ?? "")) renew();
  return undefined;
}

/** Looks after the card of this page; `ready` resolves to whether it may be kept. */
export async function watchCard(card, line, ready) {
  if (card.dataset.signing === "WAITING" || card.dataset.updating === "yes") waitForChange(card);
  if (!direct) return compare(card, line, await ready);
  tellChecked(line);
  return (await ready) && keepThis();
}
