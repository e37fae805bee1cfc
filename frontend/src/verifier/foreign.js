// The keys of other countries as `/verify/foreign.json` carries them: no certificates, only what a check needs.
import { fromBase64, toBase64 } from "./bytes.js";
import { readPublicKey } from "./x509.js";

const KIND_OF = { t: "test", v: "vaccination", r: "recovery" };
const DAY = 86_400;

function publicKeyOf(text) {
  if (text[0] === "R" && text.includes(".")) {
    const [modulus, exponent] = text.slice(1).split(".").map(fromBase64);
    return { kind: "RSA", modulus, exponent };
  }
  const point = new Uint8Array(65);
  point[0] = 4;
  point.set(fromBase64(text), 1);
  return { kind: "EC", curve: "P-256", point };
}

function readLine([kid, country, kinds, from, to, source, text], sources) {
  // The key is unpacked when it is first asked for: a list has a thousand of them and a code needs one.
  let publicKey = null;
  return {
    kid: toBase64(fromBase64(kid)), country, kinds: new Set([...kinds].map((letter) => KIND_OF[letter]).filter(Boolean)),
    validFrom: from || -Infinity, validTo: to || Infinity, purpose: "", givenUp: false, source: sources[source] ?? null,
    get publicKey() {
      publicKey ??= publicKeyOf(text);
      return publicKey;
    },
  };
}

/** An authority above signers: {country, validFrom, validTo, source, publicKey}; null where its key cannot be read. */
export function readAuthority([country, from, to, source, spki], sources) {
  try {
    const publicKey = readPublicKey(fromBase64(spki));
    return { country, validFrom: from || -Infinity, validTo: to || Infinity, source: sources[source] ?? null, publicKey };
  } catch {
    return null;
  }
}

function attempt(read) {
  try {
    return read();
  } catch {
    return null;
  }
}

/**
 * The imported lists made ready: {sources, softLimit, hardLimit (seconds), kids (Map of base64 id to keys), issuers,
 * authorities, size}; of nothing where there is no list. A source is {name, madeAt (epoch seconds)}.
 */
export function readForeign(list) {
  const sources = (list?.sources ?? []).map(({ name, made_at: madeAt }) => ({
    name, madeAt: Math.floor(Date.parse(madeAt) / 1000) || 0,
  }));
  const kids = new Map();
  for (const line of list?.keys ?? []) {
    const key = attempt(() => readLine(line, sources));
    if (key) kids.set(key.kid, [...(kids.get(key.kid) ?? []), key]);
  }
  const issuers = new Map();
  for (const issuer of list?.issuers ?? []) {
    issuers.set(issuer.url, { keys: issuer.keys ?? [], source: sources[issuer.source] ?? null });
  }
  return {
    sources, kids, issuers, softLimit: (list?.soft_days ?? 7) * DAY, hardLimit: (list?.hard_days ?? 30) * DAY,
    authorities: (list?.authorities ?? []).map((line) => readAuthority(line, sources)).filter(Boolean),
    size: kids.size + issuers.size,
  };
}

/** Our own list and the imported ones as one: what readTrust gives, our own keys asked first; ours alone for our address. */
export function withForeign(own, foreign) {
  return {
    ...own,
    foreign,
    size: own.size + foreign.size,
    keysFor: (kid) => [...own.keysFor(kid), ...(foreign.kids.get(toBase64(kid)) ?? [])],
    issuer: (url) => own.issuer(url) ?? (own.address && url === own.address ? undefined : foreign.issuers.get(url)),
    authorities: [...own.authorities, ...foreign.authorities],
  };
}

/** FRESH, OLD or TOO_OLD: how far a source may be believed at `now` (epoch seconds). */
export function ageOfSource({ madeAt }, foreign, now) {
  const age = now - madeAt;
  return age > foreign.hardLimit ? "TOO_OLD" : age > foreign.softLimit ? "OLD" : "FRESH";
}
