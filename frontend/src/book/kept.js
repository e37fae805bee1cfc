// The cards that this device keeps. Only pages of persons who are the reader's get here, and sign-out takes all away.

const CARDS = "tc-book-cards";
const KEPT = /^\/so\/(?:the\/([0-9a-f-]{36})|ho-so\/([0-9a-f-]{36})\/ho-chieu)$/;

/** Gives the person of a kept card or passport, undefined for any other address. */
const personOf = (path) => (KEPT.exec(path) ?? []).slice(1).find(Boolean);

/** Lets the service worker serve the book; resolves to whether cards may be kept here. */
export async function register(address, keep) {
  if (!keep || !("serviceWorker" in navigator)) return false;
  try {
    await navigator.serviceWorker.register(address, { scope: "/so/" });
    await navigator.serviceWorker.ready;
    return true;
  } catch {
    return false;
  }
}

export const forgetCards = () => ("caches" in window ? caches.delete(CARDS) : false);

export const isKept = async (address) => Boolean(await caches.match(address, { cacheName: CARDS }));

/** Keeps this card's page. */
export async function keepCard(address, page) {
  await (await caches.open(CARDS)).put(address, page);
}

/** Drops every kept page of a person whom the list does not name: the phone may have changed hands. */
export async function keepOnly(list) {
  if (!("caches" in window) || !(await caches.has(CARDS))) return;
  const named = [...list.querySelectorAll('a[href^="/so/the/"]')].map((link) => personOf(new URL(link.href).pathname));
  const cache = await caches.open(CARDS);
  for (const request of await cache.keys()) {
    const person = personOf(new URL(request.url).pathname);
    if (person && !named.includes(person)) await cache.delete(request);
  }
}

/** Fills a list with links to the kept cards and passports. */
export async function listKept(list, none) {
  if (!("caches" in window) || !(await caches.has(CARDS))) return;
  const cache = await caches.open(CARDS);
  for (const request of await cache.keys()) {
    const path = new URL(request.url).pathname;
    if (personOf(path)) list.append(line(path, await (await cache.match(request)).text()));
  }
  list.hidden = !list.children.length;
  none.hidden = !list.hidden;
}

function line(path, html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const card = page.querySelector('[data-book="card"], [data-book="passport"]');
  const item = document.createElement("li");
  const link = document.createElement("a");
  const facts = document.createElement("span");
  item.className = "tc-list__item";
  facts.className = "tc-list__facts";
  link.href = path;
  link.textContent = card?.dataset.name ?? path;
  facts.textContent = page.getElementById("card-title")?.textContent ?? "";
  item.append(link, facts);
  return item;
}
