// What a phone has to fetch, as gzip sends it.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** Prints each built file with its size, plain and packed. */
export function printSizes(out) {
  for (const name of readdirSync(out).sort()) {
    const plain = readFileSync(join(out, name));
    console.log(name.padEnd(32), String(plain.length).padStart(9), String(gzipSync(plain, { level: 9 }).length).padStart(9));
  }
}
