// The health book's service worker: keeps the reader's own cards and the parts of the pages, and nothing else.
// The server writes `self.TC_BOOK = {version, shell, cards, signOut, parts}` above this file.

const { version, shell, cards, signOut, parts } = self.TC_BOOK;
const PARTS = `tc-book-parts-${version}`;
const CARDS = "tc-book-cards";
const PATIENCE_MS = 700; // a kept card opens within a second, however slow the network is

async function install() {
  const cache = await caches.open(PARTS);
  await cache.addAll([...parts, shell]);
  await self.skipWaiting();
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith("tc-book-parts-") && name !== PARTS);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** Asks the server; only an answer that is the card itself replaces the kept one. */
async function freshCard(address) {
  const answer = await fetch(address, { credentials: "same-origin", redirect: "manual" });
  // The page opens the cache, where this device may keep cards at all; sign-out takes the whole cache away.
  if (!(await caches.has(CARDS))) return answer;
  const cache = await caches.open(CARDS);
  if (answer.ok) await cache.put(address, answer.clone());
  if (answer.status === 404) await cache.delete(address);
  return answer;
}

const patience = () => new Promise((_, reject) => setTimeout(() => reject(new Error("slow")), PATIENCE_MS));

/** The server's card, or the kept one when the network is away, slow, or wants a new sign-in. */
async function card(address) {
  const kept = await caches.match(address, { cacheName: CARDS });
  const fresh = freshCard(address);
  if (!kept) return fresh.catch(() => caches.match(shell));
  try {
    const answer = await Promise.race([fresh, patience()]);
    return answer.ok || answer.status === 404 ? answer : kept;
  } catch {
    fresh.catch(() => undefined);
    return kept;
  }
}

/** Every other page comes from the network; without one, the list of what is kept stands in. */
const page = (request) => fetch(request).catch(() => caches.match(shell));

async function part(request) {
  return (await (await caches.open(PARTS)).match(request)) ?? fetch(request);
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
  if (request.method === "POST" && address.pathname === signOut) event.respondWith(leave(request));
  else if (request.method !== "GET") return;
  else if (request.mode === "navigate" && address.pathname.startsWith(cards)) event.respondWith(card(address.pathname));
  else if (request.mode === "navigate") event.respondWith(page(request));
  else if (parts.includes(address.pathname)) event.respondWith(part(request));
});
