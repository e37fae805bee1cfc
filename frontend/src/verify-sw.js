// The verifier's service worker: keeps the page and its parts on the device, and nothing else; the page keeps its lists itself,
// since it alone knows which of them are proven.
// The server writes `self.TC_VERIFY = {version, page, data, parts}` above this file.

const { version, page, data, parts } = self.TC_VERIFY;
const STORE = `tc-verify-${version}`;
const PATIENCE_MS = 4000; // a network that does not answer in this time counts as away

async function install() {
  const cache = await caches.open(STORE);
  await cache.addAll(parts.map((address) => new Request(address, { cache: "reload" })));
  // However slow: a worker without its page would say that it works offline, and does not. Failed, it is tried again.
  await Promise.all([page, ...data].map((address) => freshCopy(new Request(address), address, null)));
  await self.skipWaiting();
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith("tc-verify-") && name !== STORE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** Fetches and keeps a good answer; rejects when the network is away or slow. */
async function freshCopy(request, address, signal = AbortSignal.timeout?.(PATIENCE_MS)) {
  const answer = await fetch(request, { signal });
  if (answer.ok && !answer.redirected) await (await caches.open(STORE)).put(address, answer.clone());
  return answer;
}

async function networkFirst(request, address) {
  try {
    return await freshCopy(request, address);
  } catch (error) {
    const kept = await caches.match(address);
    if (!kept) throw error;
    return kept;
  }
}

async function keptFirst(request) {
  const kept = await caches.match(request);
  return kept ?? freshCopy(request, request.url);
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (data.includes(address.pathname)) event.respondWith(networkFirst(request, address.pathname));
  else if (request.mode === "navigate" && address.pathname === page) event.respondWith(networkFirst(request, page));
  else if (parts.includes(address.pathname) || parts.some((part) => sameFolder(part, address.pathname))) {
    event.respondWith(keptFirst(request));
  }
});

/** A newer page may name parts that this worker did not know; they lie beside the known ones. */
function sameFolder(part, pathname) {
  return part.slice(0, part.lastIndexOf("/") + 1) === pathname.slice(0, pathname.lastIndexOf("/") + 1);
}
