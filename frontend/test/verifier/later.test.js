// Codes checked without a network: kept sealed, asked about when there is one, gone with the answer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FIRST_MS, Later, LIFE_MS, LONGEST_MS, MOST } from "../../src/verifier/later.js";
import { tellUnknown } from "../../src/verifier/register.js";

/** The browser's place, in memory. */
class Shelf {
  constructor() {
    Object.assign(this, { entries: [], next: 1, held: undefined });
  }

  all = async () => [...this.entries];
  put = async (entry) => void this.entries.push({ ...entry, id: this.next++ });
  drop = async (id) => void (this.entries = this.entries.filter((entry) => entry.id !== id));
  key = async () => this.held;
  keepKey = async (key) => void (this.held = key);
  dropKey = async () => void (this.held = undefined);
}

/** A page with its shelf, a register that gives one word about everything, and what it means to do later. */
function page(word = "") {
  const state = { word, arrives: true, at: 1_700_000_000_000, asked: [], sent: [], due: [] };
  const shelf = new Shelf();
  const ask = async (hash) => state.asked.push(hash) && state.word;
  const tell = async (text) => state.sent.push(text) && state.arrives;
  const after = (work, ms) => state.due.push({ work, ms });
  return { state, shelf, later: new Later(shelf, ask, tell, () => state.at, after) };
}

test("nothing of a kept code can be read where it lies, and its key cannot be taken out", async () => {
  const { shelf, later } = page();
  await later.keep("aGFzaA==", "HC1:NGUYEN THI AN");
  const [{ iv, sealed, ...rest }] = shelf.entries;
  assert.deepEqual(Object.keys(rest).sort(), ["at", "id"]);
  for (const told of ["NGUYEN THI AN", "aGFzaA=="]) assert.ok(!Buffer.from(sealed).includes(told));
  assert.equal(iv.length, 12);
  await assert.rejects(crypto.subtle.exportKey("raw", shelf.held));
});

test("with a network the register is asked, and its word clears code and key", async () => {
  for (const word of ["VALID", "REVOKED", "EXPIRED", "REPLACED"]) {
    const { state, shelf, later } = page(word);
    await later.keep("h1", "one");
    await later.settle();
    assert.deepEqual([state.asked, state.sent, shelf.entries, shelf.held], [["h1"], [], [], undefined]);
  }
});

test("a code that the register does not know is sent in, and again until it has arrived", async () => {
  const { state, shelf, later } = page("UNKNOWN");
  await later.keep("h1", "one");
  state.arrives = false;
  await later.settle();
  assert.deepEqual([state.sent, shelf.entries.length], [["one"], 1]);
  state.arrives = true;
  await later.settle();
  assert.deepEqual([state.sent, shelf.entries.length, shelf.held], [["one", "one"], 0, undefined]);
});

test("where no answer comes everything stays, in its order", async () => {
  const { state, shelf, later } = page("");
  await later.keep("h1", "one");
  await later.keep("h2", "two");
  await later.settle();
  assert.deepEqual([state.asked, shelf.entries.length], [["h1"], 2]);
  state.word = "VALID";
  await Promise.all([later.settle(), later.settle()]);
  assert.deepEqual([state.asked, shelf.entries.length], [["h1", "h1", "h2"], 0]);
});

test("what got no answer is asked about again by itself, ever more slowly, until there is one", async () => {
  const { state, shelf, later } = page("");
  await later.keep("h1", "one");
  const waits = [];
  for (let n = 0; n < 7; n++) {
    assert.equal(state.due.length, 1);
    const [{ work, ms }] = state.due.splice(0);
    waits.push(ms);
    if (n === 6) state.word = "VALID";
    await work();
  }
  assert.equal(waits[0], FIRST_MS);
  assert.equal(waits[1], 2 * FIRST_MS);
  assert.equal(waits.at(-1), LONGEST_MS);
  assert.deepEqual([shelf.entries, state.due, later.pause], [[], [], FIRST_MS]);
});

test("a network that comes back is used at once, whatever was meant for later", async () => {
  const { state, shelf, later } = page("");
  await later.keep("h1", "one");
  await later.settle();
  state.word = "VALID";
  await later.settle();
  assert.deepEqual([shelf.entries, state.due.length], [[], 1]);
  await state.due[0].work();
  assert.deepEqual([state.asked.length, state.due.length], [2, 1]);
});

test("a code is kept for a day at most, and nobody asks about it afterwards, whichever way the clock was set", async () => {
  for (const way of [1, -1]) {
    const { state, shelf, later } = page("VALID");
    await later.keep("h1", "one");
    state.at += way * LIFE_MS;
    await later.settle();
    assert.deepEqual([state.asked, shelf.entries, shelf.held], [[], [], undefined]);
  }
});

test("the oldest goes where more are kept than there is room for", async () => {
  const { state, later, shelf } = page();
  for (let n = 0; n < MOST + 3; n++) await later.keep(`h${n}`, `${n}`);
  assert.equal(shelf.entries.length, MOST);
  state.word = "VALID";
  await later.settle();
  assert.deepEqual([state.asked[0], state.asked.length], ["h3", MOST]);
});

test("a browser that keeps nothing, and an entry that nobody can open, stop nobody", async () => {
  const none = new Proxy({}, { get: () => async () => Promise.reject(new Error("no place")) });
  const later = new Later(none, async () => "VALID", async () => true);
  await later.keep("h", "t");
  await later.settle();
  const { state, shelf, later: other } = page("VALID");
  await other.keep("h1", "one");
  await other.keep("h2", "two");
  shelf.entries[0].sealed = new ArrayBuffer(40);
  await other.settle();
  assert.deepEqual([state.asked, shelf.entries], [["h2"], []]);
});

test("a code counts as sent where the server took it, and as not sent where it was refused or away", async () => {
  assert.equal(await tellUnknown("/unknown", "x", async () => new Response(null, { status: 204 })), true);
  assert.equal(await tellUnknown("/unknown", "x", async () => new Response(null, { status: 429 })), false);
  assert.equal(await tellUnknown("/unknown", "x", async () => Promise.reject(new TypeError("away"))), false);
});
