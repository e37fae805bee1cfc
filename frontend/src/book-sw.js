// The health book's service worker: keeps the reader's own cards, passports and the parts of the pages, and nothing else.
// The server writes `self.TC_BOOK = {version, shell, cards, passports, signOut, files, parts}` above this file.

const { version, shell, cards, passports, signOut, files, parts } = self.TC_BOOK;
const PARTS_OF = "tc-book-parts-";
const PARTS = `${PARTS_OF}${version}`;
const CARDS = "tc-book-cards";
const PATIENCE_MS = 700; // a kept card opens within a second, however slow the network is

// A page of this mark says by itself what a copy may say; those kept before it was there do not.
const SPEAKS = 'data-book="copy"';

const isKept = (path) => path.startsWith(cards) || new RegExp(passports).test(path);
const pathOf = (request) => new URL(request.url ?? request, self.location.origin).pathname;

async function install() {
  const cache = await caches.open(PARTS);
  await cache.addAll([...parts, shell]);
  await self.skipWaiting();
}

async function activate() {
  await dropOldParts();
  await self.clients.claim();
}

/** Gives the addresses of files that the kept pages name and this version has not got. */
async function missingFiles() {
  if (!(await caches.has(CARDS))) return new Set();
  const cache = await caches.open(CARDS);
  const pages = await Promise.all((await cache.keys()).map(async (key) => (await cache.match(key)).text()));
  const addresses = pages.flatMap((html) => [...html.matchAll(/"([^"\s]+)"/g)].map(([, address]) => address));
  return new Set(addresses.filter((address) => address.startsWith(files) && !parts.includes(address)));
}

/** Deletes the files of earlier versions, except while a kept page still names one that this version has not got. */
async function dropOldParts() {
  const old = (await caches.keys()).filter((name) => name.startsWith(PARTS_OF) && name !== PARTS);
  if (!old.length) return;
  const missing = await missingFiles();
  for (const name of old) {
    const held = (await (await caches.open(name)).keys()).map(pathOf).filter((path) => missing.delete(path));
    // A whole version stays or goes: its style sheet names fonts that no page does.
    if (!held.length) await caches.delete(name);
  }
}

/** Asks the server; only an answer that is the card itself replaces the kept one. */
async function freshCard(address) {
  const answer = await fetch(address, { credentials: "same-origin", redirect: "manual" });
  // The page opens the cache, where this device may keep cards at all; sign-out takes the whole cache away.
  if (!(await caches.has(CARDS))) return answer;
  const cache = await caches.open(CARDS);
  if (answer.ok) await cache.put(address, answer.clone());
  if (answer.status === 404) await cache.delete(address);
  if (answer.ok || answer.status === 404) dropOldParts().catch(() => undefined);
  return answer;
}

const patience = () => new Promise((_, reject) => setTimeout(() => reject(new Error("slow")), PATIENCE_MS));

const keptList = async () => (await caches.open(PARTS)).match(shell);

/** A kept page that calls itself a copy, and says why: "enter" (the server wants a sign-in) or "away" (not asked). */
async function copyOf(kept, why) {
  const headers = new Headers(kept.headers);
  for (const name of ["content-length", "content-encoding"]) headers.delete(name);
  return new Response((await kept.text()).replace("<html", `<html data-copy="${why}"`), { headers });
}

/** What stands in for a card that the server answered without giving it: an old copy cannot say that it is one. */
async function standIn(kept, answer) {
  const busy = answer.status >= 500 || answer.status === 429;
  if (!busy && !(await kept.clone().text()).includes(SPEAKS)) return answer;
  return copyOf(kept, busy ? "away" : "enter");
}

/** The server's card, or the kept one when the network is away, slow, or wants a new sign-in. */
async function card(address) {
  const kept = await caches.match(address, { cacheName: CARDS });
  const fresh = freshCard(address);
  if (!kept) return fresh.catch(keptList);
  try {
    const answer = await Promise.race([fresh, patience()]);
    return answer.ok || answer.status === 404 ? answer : await standIn(kept, answer);
  } catch {
    fresh.catch(() => undefined);
    return copyOf(kept, "away");
  }
}

/** Every other page comes from the network; without one, the list of what is kept stands in. */
const page = (request) => fetch(request).catch(keptList);

/** A file of this version, or of an earlier one that a kept page needs; any other comes from the network. */
async function part(request) {
  const kept = await (await caches.open(PARTS)).match(request);
  return kept ?? (await fromOldParts(request)) ?? fetch(request);
}

async function fromOldParts(request) {
  for (const name of await caches.keys()) {
    const found = name.startsWith(PARTS_OF) && (await caches.match(request, { cacheName: name }));
    if (found) return found;
  }
  return undefined;
}

async function leave(request) {
  await caches.delete(CARDS);
  return page(request);
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (request.method === "POST" && signOut.includes(address.pathname)) event.respondWith(leave(request));
  else if (request.method !== "GET") return;
  else if (request.mode === "navigate" && isKept(address.pathname)) event.respondWith(card(address.pathname));
  else if (request.mode === "navigate") event.respondWith(page(request));
  else if (address.pathname.startsWith(files)) event.respondWith(part(request));
});
