// Every published vector, layer by layer: key and clock come from the vector, the answer from its EXPECTEDRESULTS.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { unpackHc1, isHc1 } from "../../src/verifier/hc1.js";
import { readTrust } from "../../src/verifier/trust.js";
import { verify } from "../../src/verifier/verify.js";
import { filesIn, readText, skip } from "./testdata.js";
import { KNOWN, knownRow } from "./known-issues.js";

const counts = { ran: 0, agreed: 0, known: 0 };
const used = new Set();

/** The vector's clock in epoch seconds; one without a zone is meant in UTC. */
function clockOf({ TESTCTX: { VALIDATIONCLOCK: clock } }) {
  return Date.parse(/(?:Z|[+-]\d\d:\d\d)$/.test(clock) ? clock : `${clock}Z`) / 1000;
}

function trustOf(vector) {
  const der = Buffer.from(vector.TESTCTX.CERTIFICATE ?? "", "base64");
  const kid = createHash("sha256").update(der).digest().subarray(0, 8).toString("base64");
  return readTrust({ keys: der.length ? [{ kid, certificate: der.toString("base64") }] : [] });
}

/** Values made comparable: moments as epoch, whole floats as integers, null as absent, spaces at the ends dropped. */
function normal(value) {
  if (Array.isArray(value)) return value.map(normal);
  if (value && typeof value === "object") {
    const pairs = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
    return Object.fromEntries(pairs.map(([key, inner]) => [key, normal(inner)]));
  }
  return typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : value?.trim?.() ?? value;
}

function unpacked(text) {
  try {
    return unpackHc1(text);
  } catch (error) {
    return { stoppedAt: error.detail ?? String(error) };
  }
}

/** What our reader says of each layer that the vector has an expectation for. */
async function layersOf(vector) {
  const text = vector.PREFIX ?? "";
  const trust = trustOf(vector);
  const read = await verify(text, { trust, now: clockOf(vector) });
  const open = unpacked(text);
  const stopped = open.stoppedAt ?? "";
  const faults = new Set(read.faults ?? [read.reason]);
  const none = (...names) => !names.some((name) => faults.has(name));
  const body = open.claims?.[-260]?.[1];
  return {
    EXPECTEDUNPREFIX: isHc1(text),
    EXPECTEDB45DECODE: isHc1(text) && !stopped.startsWith("base45"),
    EXPECTEDCOMPRESSION: isHc1(text) && !/^(?:base45|deflate)/.test(stopped),
    EXPECTEDDECODE: Boolean(body) && (!vector.JSON || isDeepStrictEqual(normal(body), normal(vector.JSON))),
    EXPECTEDVERIFY: Boolean(open.claims && read.faults) && none("UNKNOWN_KEY", "BAD_SIGNATURE", "UNSUPPORTED_ALGORITHM"),
    EXPECTEDSCHEMAVALIDATION: Boolean(body) && none("SCHEMA"),
    EXPECTEDEXPIRATIONCHECK: none("EXPIRED", "NOT_YET_VALID"),
    EXPECTEDKEYUSAGE: none("WRONG_KEY_USAGE"),
    verdict: read.verdict,
    reason: read.reason,
  };
}

test("every vector is read as published, layer by layer", { skip }, async (suite) => {
  for (const { name, path } of filesIn("dgc-testdata", /raw\/.*\.json$/)) {
    await suite.test(name, async () => {
      const vector = JSON.parse(readText(path));
      const layers = await layersOf(vector);
      const expected = Object.entries(vector.EXPECTEDRESULTS).filter(([layer]) => layer in layers);
      for (const [layer, wanted] of expected) {
        counts.ran += 1;
        const known = layers[layer] !== wanted && knownRow(name, layer);
        counts[known ? "known" : "agreed"] += 1;
        if (known) used.add(known);
        if (!known) assert.equal(layers[layer], wanted, `${layer}: ${layers.reason}`);
      }
      // A single layer that must fail is enough: such a certificate is never called valid.
      const mustFail = expected.some(([layer, wanted]) => !wanted && !knownRow(name, layer));
      if (mustFail) assert.notEqual(layers.verdict, "VALID");
      const allAsked = ["EXPECTEDVERIFY", "EXPECTEDSCHEMAVALIDATION", "EXPECTEDEXPIRATIONCHECK", "EXPECTEDKEYUSAGE"];
      if (allAsked.every((layer) => vector.EXPECTEDRESULTS[layer] === true)) assert.equal(layers.verdict, "VALID");
    });
  }
  after(() => suite.diagnostic(`${counts.ran} expectations: ${counts.agreed} agreed, ${counts.known} known to be wrong`));
});

test("enough vectors ran to mean something, and no known issue is listed without need", { skip }, () => {
  const held = filesIn("dgc-testdata", /raw\/.*\.json$/).map(({ name }) => name);
  assert.ok(counts.ran > 900, `only ${counts.ran} expectations ran`);
  const idle = KNOWN.filter((row) => held.some((name) => row.files.test(name)) && !used.has(row));
  assert.deepEqual(idle.map((row) => `${row.files} ${row.layer}`), []);
});
