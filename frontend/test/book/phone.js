// A phone for the book's service worker: caches that last from one version to the next, and a network that can go away.
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";

const ORIGIN = "https://tiem.example";
const SOURCE = readFileSync(new URL("../../src/book-sw.js", import.meta.url), "utf8");
const path = (request) => new URL(request.url ?? request, ORIGIN).pathname;

class Cache {
  held = new Map();
  constructor(network) {
    this.network = network;
  }
  async match(request) {
    return this.held.get(path(request))?.clone();
  }
  async put(request, answer) {
    this.held.set(path(request), answer);
  }
  async delete(request) {
    return this.held.delete(path(request));
  }
  async keys() {
    return [...this.held.keys()].map((address) => ({ url: ORIGIN + address }));
  }
  async addAll(addresses) {
    for (const address of addresses) await this.put(address, await this.network(address));
  }
}

class Caches {
  named = new Map();
  constructor(network) {
    this.network = network;
  }
  async open(name) {
    if (!this.named.has(name)) this.named.set(name, new Cache(this.network));
    return this.named.get(name);
  }
  has = async (name) => this.named.has(name);
  delete = async (name) => this.named.delete(name);
  keys = async () => [...this.named.keys()];
  match = async (request, { cacheName }) => this.named.get(cacheName)?.match(request);
}

/** What a worker's promises left undone finishes before this resolves. */
export const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

/** A phone; `server` maps addresses to bodies, and may change under it, as at a deploy. */
export class Phone {
  server = {};
  online = true;
  signedIn = true;
  busy = false;

  constructor() {
    this.fetch = async (request) => {
      const address = path(request);
      if (!this.online) throw new TypeError("no network");
      if (address.startsWith("/so/the/") && !this.signedIn) return new Response("", { status: 302 });
      if (address.startsWith("/so/the/") && this.busy) return new Response("", { status: 503 });
      const body = this.server[address];
      return body === undefined ? new Response("", { status: 404 }) : new Response(body);
    };
    this.caches = new Caches(this.fetch);
  }

  /** Puts a version on the server, and gives the worker of it to this phone. */
  async deploy(version, files) {
    this.server = { ...files, "/so/tren-may": `kept list of ${version}`, "/so/dang-xuat": "out" };
    const self = { location: { origin: ORIGIN }, clients: { claim: async () => {} }, skipWaiting: async () => {} };
    this.heard = {};
    self.addEventListener = (name, listener) => (this.heard[name] = listener);
    self.TC_BOOK = {
      version, shell: "/so/tren-may", cards: "/so/the/", signOut: ["/so/dang-xuat"], files: "/static/tc/",
      parts: Object.keys(files).filter((address) => address.startsWith("/static/tc/")),
    }; // prettier-ignore
    const { caches, fetch } = this;
    runInNewContext(SOURCE, { self, caches, fetch, URL, Set, Promise, setTimeout, Error, Headers, Response });
    for (const name of ["install", "activate"]) await this.tell(name);
  }

  /** Lets the worker work through an event. */
  async tell(name, event = {}) {
    let done;
    this.heard[name]({ ...event, waitUntil: (work) => (done = work), respondWith: (work) => (done = work) });
    return done;
  }

  /** Opens a page or fetches a file; gives its text, or null where nothing comes. */
  async open(address, { mode = "navigate", method = "GET" } = {}) {
    const request = { url: ORIGIN + address, mode, method };
    try {
      const answer = (await this.tell("fetch", { request })) ?? (await this.fetch(request));
      await settled();
      return answer.ok ? await answer.text() : null;
    } catch {
      return null;
    }
  }

  file = (address) => this.open(address, { mode: "no-cors" });

  /** Gives how many versions' files the phone holds. */
  versions = async () => (await this.caches.keys()).filter((name) => name.startsWith("tc-book-parts-")).length;
}
