// One passport on the screen: kept for offline; a kept one is compared with the server's, and says so where it cannot be.
import { askToEnter, direct, keepThis, page, say, tellChecked } from "./card.js";
import { keepCard } from "./kept.js";
import { renew } from "./renew.js";

/** Gives what the server's page says now of the same passport: the mark of its content. */
async function markOf(answer) {
  const html = await answer.clone().text();
  const other = new DOMParser().parseFromString(html, "text/html");
  return other.querySelector('[data-book="passport"]')?.dataset.madeAt;
}

/** Says that this is a copy; of a code that has ended since, that above all. */
function tellCopy(passport, line, words) {
  const ended = passport.dataset.ends && Number(passport.dataset.ends) * 1000 <= Date.now();
  return say(line, ended ? "ended" : words, line.dataset.moment);
}

/** Compares this page, which the worker may have kept, with the server's; an older one is replaced. */
async function compare(passport, line, keep) {
  let fresh;
  try {
    fresh = await page();
  } catch {
    return tellCopy(passport, line, "offline");
  }
  // The server wants a sign-in first: what is kept may be old, and is not thrown away.
  if (!fresh) {
    askToEnter();
    return tellCopy(passport, line, "stale");
  }
  const same = (await markOf(fresh)) === passport.dataset.madeAt;
  if (keep) await keepCard(location.pathname, fresh);
  return same ? tellChecked(line) : renew();
}

/** Looks after the passport of this page; `ready` resolves to whether it may be kept. */
export async function watchPassport(passport, line, ready) {
  if (!direct) return compare(passport, line, await ready);
  tellChecked(line);
  return (await ready) && keepThis();
}
