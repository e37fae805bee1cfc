// The health book on the phone: keeps cards for offline, checks them, and helps with codes and printing.
// Every page works without this script.
import { watchCard } from "./book/card.js";
import { startCountdown } from "./book/countdown.js";
import { watchIdle } from "./book/idle.js";
import { forgetCards, keepOnly, listKept, register } from "./book/kept.js";
import { watchPassport } from "./book/passport.js";

const facts = JSON.parse(document.getElementById("book-facts").textContent);
const part = (name) => document.querySelector(`[data-book="${name}"]`);

// In the page's head it would be fetched before the first paint; without this script there is nothing to install.
document.head.append(Object.assign(document.createElement("link"), { rel: "manifest", href: facts.manifest }));

startCountdown(part("again"));
watchIdle(part("idle"), facts.idle);

part("print")?.addEventListener("click", () => print());

for (const form of document.querySelectorAll('form[action^="/so/dang-xuat"]')) {
  form.addEventListener("submit", forgetCards);
}
// A kept page speaks the language of its day; another language needs a new one.
for (const form of document.querySelectorAll('form[action="/lang"]')) {
  form.addEventListener("submit", () => navigator.onLine && forgetCards());
}

const ready = facts.keep === null ? Promise.resolve(false) : register(facts.worker, facts.keep);
if (part("signed-out") || facts.keep === false) forgetCards();
if (part("kept")) listKept(part("kept"), part("kept-none"));
if (part("persons") && facts.keep) keepOnly(part("persons"));
if (part("card")) watchCard(part("card"), part("freshness"), ready);
if (part("passport")) watchPassport(part("passport"), part("freshness"), ready);
