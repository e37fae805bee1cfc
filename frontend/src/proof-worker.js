// Solves one puzzle of altcha's version 2 with PBKDF2: finds the number whose derived key begins as the puzzle asks.
// Gets the puzzle's parameters, answers with the number and the key, or with nothing where it cannot.

const AT_ONCE = 8; // tries in flight: enough to keep the browser's own threads busy

const bytes = (hex) => Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Gives the key of one number as hex: PBKDF2 over nonce and number (32 bits, the highest byte first). */
async function keyOf({ nonce, salt, cost, keyLength, algorithm }, number) {
  const start = bytes(nonce);
  const word = new Uint8Array(start.length + 4);
  word.set(start);
  new DataView(word.buffer).setUint32(start.length, number);
  const key = await crypto.subtle.importKey("raw", word, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: algorithm.split("/")[1], salt: bytes(salt), iterations: cost };
  return hex(await crypto.subtle.deriveBits(how, key, keyLength * 8));
}

async function solve(puzzle) {
  for (let from = 0; ; from += AT_ONCE) {
    const keys = await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => keyOf(puzzle, from + n)));
    const n = keys.findIndex((key) => key.startsWith(puzzle.keyPrefix));
    if (n >= 0) return { counter: from + n, derivedKey: keys[n] };
  }
}

onmessage = ({ data }) => solve(data).then(postMessage, () => postMessage(null));
