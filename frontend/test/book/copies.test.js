// A kept card says by itself that it is a copy that nobody has checked, and whether a sign-in would help.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Phone } from "./phone.js";

const CARD = "/so/the/1";
const SPEAKING = '<html lang="vi"><div data-book="copy"></div>card';
const EARLIER = '<html lang="vi">card';
const marked = (why) => SPEAKING.replace("<html", `<html data-copy="${why}"`);

/** A phone that keeps this page of a card. */
async function keeping(page) {
  const phone = new Phone();
  await phone.deploy("one", { [CARD]: page });
  await phone.caches.open("tc-book-cards");
  assert.equal(await phone.open(CARD), page, "what the server gives is no copy");
  return phone;
}

test("where the server wants a sign-in the kept card is a copy that asks for it", async () => {
  const phone = await keeping(SPEAKING);
  phone.signedIn = false;
  assert.equal(await phone.open(CARD), marked("enter"));
});

test("without a network, and where the server is busy, it is a copy that nobody could check", async () => {
  const phone = await keeping(SPEAKING);
  phone.busy = true;
  assert.equal(await phone.open(CARD), marked("away"));
  phone.online = false;
  assert.equal(await phone.open(CARD), marked("away"));
});

test("the mark is not kept: signed in again, the server's page is no copy", async () => {
  const phone = await keeping(SPEAKING);
  phone.signedIn = false;
  await phone.open(CARD);
  phone.signedIn = true;
  assert.equal(await phone.open(CARD), SPEAKING);
});

test("a page kept before copies could say so leads to the sign-in, and still opens without a network", async () => {
  const phone = await keeping(EARLIER);
  phone.signedIn = false;
  assert.equal(await phone.open(CARD), null);
  phone.online = false;
  assert.match(await phone.open(CARD), /card$/);
});
