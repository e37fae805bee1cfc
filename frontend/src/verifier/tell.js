// An answer in words: plain texts for the screen, in the language of the page. No element is touched here.
import { countryCode } from "./countries.js";
import { ageOfSource } from "./foreign.js";
import { freshness } from "./freshness.js";
import { UNKNOWN } from "./outcome.js";

/** The sentence with its facts put into {places}; a place without a fact stays empty. */
export function fill(sentence, facts = {}) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
}

/** dd/mm/yyyy, mm/yyyy or yyyy of an ISO day, "" of anything else. */
export function dayInWords(iso) {
  const [, year, month, day] = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?/.exec(iso ?? "") ?? [];
  return [day, month, year].filter(Boolean).join("/");
}

/** dd/mm/yyyy of epoch seconds, on this device's calendar. */
export function dayOfSeconds(seconds) {
  const at = new Date(seconds * 1000);
  const two = (number) => String(number).padStart(2, "0");
  return `${two(at.getDate())}/${two(at.getMonth() + 1)}/${at.getFullYear()}`;
}

const VIETNAM_S = 7 * 3600; // no summer time there

/** The last day of a code: of ours the one that paper and book print, wherever this device is. */
function lastDay(answer) {
  if (!answer.own) return dayOfSeconds(answer.validUntil);
  return new Date((answer.validUntil + VIETNAM_S) * 1000).toISOString().slice(0, 10).split("-").reverse().join("/");
}

/** hh:mm dd/mm/yyyy of epoch seconds. */
export function momentInWords(seconds) {
  const at = new Date(seconds * 1000);
  const two = (number) => String(number).padStart(2, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())} ${dayOfSeconds(seconds)}`;
}

/** The country's name in that language where the browser knows it, else its code. */
export function countryInWords(code, lang) {
  try {
    return new Intl.DisplayNames([lang], { type: "region" }).of(countryCode(code)) ?? code;
  } catch {
    return code; // no country's, nothing at all, or an old browser
  }
}

function doseLine(dose, words) {
  const key = dose.number === null ? "dose_plain" : dose.of === null ? "dose" : "dose_of";
  const where = [dose.product, dayInWords(dose.on)].filter(Boolean).join(", ");
  return fill(words.fact[key], { n: dose.number, of: dose.of, what: where });
}

function factLines(answer, words) {
  const lines = answer.doses.map((dose) => doseLine(dose, words));
  if (answer.tested) {
    lines.push(fill(words.fact[answer.tested.positive ? "tested_positive" : "tested"], { on: dayInWords(answer.tested.at) }));
  }
  if (answer.recovered) {
    const { on, from, until } = answer.recovered;
    lines.push(fill(words.fact.recovered, { on: dayInWords(on), from: dayInWords(from), until: dayInWords(until) }));
  }
  const issuer = [answer.issuer, countryInWords(answer.country, words.lang)].filter(Boolean).join(", ");
  if (issuer) lines.push(fill(words.fact.issuer, { issuer }));
  if (answer.validUntil) lines.push(fill(words.fact.until, { until: lastDay(answer) }));
  return lines;
}

/** Who may be shown: whoever a trusted key vouches for; of an unknown key only with the warning above it. */
function holderOf(answer, words) {
  if (!answer.name || !(answer.genuine || answer.verdict === UNKNOWN)) return null;
  const born = dayInWords(answer.birthDate);
  return {
    heading: answer.genuine ? words.holder.proven : words.holder.unproven,
    name: answer.name,
    latin: answer.nameLatin && answer.nameLatin !== answer.name ? answer.nameLatin : "",
    born: born ? fill(words.holder.born, { born }) : words.holder.born_unknown,
    lines: factLines(answer, words),
  };
}

// Our own holders find their new code in the health book; whoever was certified elsewhere asks there.
const ASK_ISSUER = new Set(["EXPIRED", "KEY_EXPIRED", "REVOKED"]);

function saidOf(answer, words) {
  // A list of another country's keys is the ministry's to renew: opening the page anew would bring the same one.
  if (answer.reason === "LIST_TOO_OLD" && answer.source && !answer.oldHere) return { what: words.elsewhere.old_list, todo: words.elsewhere.old_list_todo };
  return words.reason[answer.reason || "GENUINE"] ?? words.reason.UNSUPPORTED_CONTENT;
}

/** What the screen says: {verdict, title, what, todo, holder}; `words` as the page carries them. */
export function tell(answer, words) {
  const facts = {
    until: answer.validUntil ? lastDay(answer) : "", from: answer.issuedAt ? dayOfSeconds(answer.issuedAt) : "",
    country: answer.country, format: answer.format,
  };
  const reason = saidOf(answer, words);
  return {
    verdict: answer.verdict,
    title: words.result[answer.verdict],
    what: fill(reason.what, facts),
    todo: fill(ASK_ISSUER.has(answer.reason) && !answer.own ? words.elsewhere.todo : reason.todo, facts),
    kind: answer.genuine ? kindLine(answer, words) : "",
    holder: holderOf(answer, words),
  };
}

function kindLine(answer, words) {
  if (!answer.own) return "";
  return words.kind[answer.purpose] ?? "";
}

/** By which list and when the answer was found: one line below it, "" where nothing was judged by a list. */
export function tellChecked(answer, revokedAt, trust, now, words) {
  if (!answer.genuine) return "";
  if (answer.source) {
    const age = ageOfSource(answer.source, trust.foreign, now);
    const key = age === "OLD" ? "by_old_source" : "by_source";
    return fill(words.checked[key], { source: answer.source.name, on: dayOfSeconds(answer.source.madeAt) });
  }
  if (!answer.own) return "";
  if (answer.asked) return answer.reason ? words.checked.register_refuses : words.checked.register;
  if (!revokedAt) return "";
  // The register is asked about good codes alone: what a list refuses was decided without it.
  const fresh = answer.reason ? "listed" : "lists";
  const key = freshness(revokedAt, now) === "FRESH" ? fresh : "old_lists";
  return fill(words.checked[key], { at: momentInWords(revokedAt), days: daysSince(revokedAt, now) });
}

/** What the page says of a device whose clock is wrong by so many seconds; "" where it is not. */
export function tellClock(off, words) {
  if (!off) return "";
  const days = Math.round(Math.abs(off) / 86_400);
  const hours = Math.round(Math.abs(off) / 3600);
  const key = days ? "days" : hours ? "hours" : "minutes";
  return fill(words.clock[key], { n: days || hours || Math.round(Math.abs(off) / 60) });
}

const daysSince = (madeAt, now) => Math.floor((now - madeAt) / 86_400);

/** What the page says about its trust list, by its freshness. */
export function tellList(state, madeAt, now, words) {
  return fill(words.list[state], { at: momentInWords(madeAt), days: daysSince(madeAt, now) });
}
