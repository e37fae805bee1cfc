// A kept card opens without a network, dressed, also after the files it names have left the server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Phone } from "./phone.js";

const CARD = "/so/the/1";
const page = (css, js) => `<link href="/static/tc/${css}"><body data-late="/static/tc/${js}"><div data-book="copy"></div>card of ${css}`;
const first = () => ({ "/static/tc/app.1.css": "css 1", "/static/tc/book.1.js": "js 1", "/static/tc/font.woff2": "font",
  [CARD]: page("app.1.css", "book.1.js") }); // prettier-ignore
const second = () => ({ "/static/tc/app.2.css": "css 2", "/static/tc/book.1.js": "js 1", "/static/tc/font.woff2": "font",
  [CARD]: page("app.2.css", "book.1.js") }); // prettier-ignore
const third = () => ({ "/static/tc/app.2.css": "css 2", "/static/tc/book.3.js": "js 3", "/static/tc/font.woff2": "font",
  [CARD]: page("app.2.css", "book.3.js") }); // prettier-ignore

/** A phone that keeps a card of the first version. */
async function keeping() {
  const phone = new Phone();
  await phone.deploy("one", first());
  await phone.caches.open("tc-book-cards");
  await phone.open(CARD);
  return phone;
}

test("after a deploy the kept card still finds its style and script without a network", async () => {
  const phone = await keeping();
  await phone.deploy("two", second());
  phone.online = false;
  assert.equal(await phone.open(CARD), page("app.1.css", "book.1.js"));
  assert.equal(await phone.file("/static/tc/app.1.css"), "css 1");
  assert.equal(await phone.file("/static/tc/book.1.js"), "js 1");
  assert.equal(await phone.file("/static/tc/font.woff2"), "font");
});

test("they stay through every deploy until the card is kept anew, and go then", async () => {
  const phone = await keeping();
  await phone.deploy("two", second());
  phone.signedIn = false;
  await phone.deploy("three", third());
  assert.equal(await phone.versions(), 2, "the second version's files are nobody's");
  assert.equal(await phone.open(CARD), page("app.1.css", "book.1.js"), "without a sign-in the kept card stands in");
  assert.equal(await phone.file("/static/tc/app.1.css"), "css 1");
  phone.signedIn = true;
  assert.equal(await phone.open(CARD), page("app.2.css", "book.3.js"));
  assert.equal(await phone.versions(), 1);
  phone.online = false;
  assert.equal(await phone.file("/static/tc/app.1.css"), null);
  assert.equal(await phone.open(CARD), page("app.2.css", "book.3.js"));
  assert.equal(await phone.file("/static/tc/book.3.js"), "js 3");
});

test("a file that only a late script names keeps its version too", async () => {
  const phone = new Phone();
  await phone.deploy("two", second());
  await phone.caches.open("tc-book-cards");
  await phone.open(CARD);
  await phone.deploy("three", third());
  phone.online = false;
  assert.equal(await phone.file("/static/tc/book.1.js"), "js 1");
});

test("a phone that keeps no card holds one version", async () => {
  const phone = new Phone();
  await phone.deploy("one", first());
  await phone.deploy("two", second());
  assert.equal(await phone.versions(), 1);
});

test("the list of kept cards is that of the version in force", async () => {
  const phone = await keeping();
  await phone.deploy("two", second());
  phone.online = false;
  assert.equal(await phone.open("/so/"), "kept list of two");
});

test("signing out takes the cards off the phone, and with the next version their files", async () => {
  const phone = await keeping();
  await phone.open("/so/dang-xuat", { method: "POST" });
  await phone.deploy("two", second());
  assert.equal(await phone.versions(), 1);
  phone.online = false;
  assert.equal(await phone.open(CARD), "kept list of two");
});

test("what is no file of the book comes from the network and is not kept", async () => {
  const phone = await keeping();
  phone.server["/static/tc/verify.1.js"] = "verify";
  assert.equal(await phone.file("/static/tc/verify.1.js"), "verify");
  phone.online = false;
  assert.equal(await phone.file("/static/tc/verify.1.js"), null);
});
