// The EU DCC body (HCERT sub-claim 1), schema 1.0.0 to 1.3.3: lenient where versions differ, strict where all agree.
import { productName } from "./products.js";

const KINDS = { v: "vaccination", t: "test", r: "recovery" };
const DETECTED = "260373001"; // SNOMED CT: the disease was found
const DAY = /^\d{4}-\d\d-\d\d/;
const BIRTH = /^(?:(?:19|20)\d\d(?:-\d\d(?:-\d\d(?:T.*)?)?)?)?$/; // BG writes a moment here
const LATIN = /^[A-Z<]*$/;
const short = (value) => typeof value === "string" && [...value].length <= 80;
const text = (value) => typeof value === "string";
const day = (value) => text(value) && DAY.test(value) && !Number.isNaN(Date.parse(value.slice(0, 10)));
const count = (value) => Number.isInteger(value) && value >= 1;
const country = (value) => text(value) && /^[A-Z]{1,10}$/.test(value);
const optional = (check) => (value) => value === undefined || value === null || check(value);

const FIELDS = {
  v: { tg: text, vp: text, mp: text, ma: text, dn: count, sd: count, dt: day, co: country, is: short, ci: short },
  t: { tg: text, tt: text, sc: day, tr: text, co: country, is: short, ci: short, nm: optional(short),
    tc: optional(short) },
  r: { tg: text, fr: day, df: day, du: day, co: country, is: short, ci: short },
};

/** The letter (v, t, r) of the one kind of entry that the body holds, or "" where that is not so. */
export function kindLetter(dcc) {
  const filled = Object.keys(KINDS).filter((letter) => dcc?.[letter] !== undefined && dcc[letter] !== null);
  return filled.length === 1 ? filled[0] : "";
}

function nameFaults(nam) {
  if (!nam || typeof nam !== "object") return ["nam"];
  const faults = ["fn", "gn"].filter((key) => !optional(short)(nam[key]));
  for (const key of ["fnt", "gnt"]) {
    if (!optional((value) => short(value) && LATIN.test(value))(nam[key])) faults.push(key);
  }
  return nam.fnt === undefined && nam.gnt === undefined ? [...faults, "fnt"] : faults;
}

/** Names of the fields that no version of the schema accepts; empty when the body is well formed. */
export function schemaFaults(dcc) {
  if (!dcc || typeof dcc !== "object" || Array.isArray(dcc)) return ["dcc"];
  const faults = nameFaults(dcc.nam);
  if (!text(dcc.ver) || !/^\d+\.\d+\.\d+$/.test(dcc.ver)) faults.push("ver");
  if (!text(dcc.dob) || !BIRTH.test(dcc.dob)) faults.push("dob");
  const letter = kindLetter(dcc);
  const entries = dcc[letter];
  if (!letter || !Array.isArray(entries) || entries.length !== 1) return [...faults, "v|t|r"];
  const entry = entries[0] ?? {};
  const wrong = Object.entries(FIELDS[letter]).filter(([key, check]) => !check(entry[key]));
  return [...faults, ...wrong.map(([key]) => `${letter}.${key}`)];
}

const fromLatin = (value) => (value ?? "").replace(/<+/g, " ").trim();

/** Family name first, as passports and Vietnamese papers write it; the Latin form where no other is given. */
function fullName({ fn, gn, fnt, gnt }) {
  const family = text(fn) && fn.trim() ? fn.trim() : fromLatin(fnt);
  const given = text(gn) && gn.trim() ? gn.trim() : fromLatin(gnt);
  return [family, given].filter(Boolean).join(" ");
}

function doseOf(entry) {
  return {
    number: entry.dn, of: entry.sd, product: productName(entry.mp), productCode: entry.mp, maker: entry.ma,
    on: String(entry.dt).slice(0, 10), country: entry.co, lot: "",
  };
}

/** What the body says about whom: the common card of every format (see card.js for its fields). */
export function dccCard(dcc) {
  const letter = kindLetter(dcc);
  const entry = dcc[letter]?.[0] ?? {};
  const nam = dcc.nam ?? {};
  return {
    kind: KINDS[letter] ?? "",
    name: fullName(nam),
    nameLatin: [fromLatin(nam.fnt), fromLatin(nam.gnt)].filter(Boolean).join(" "),
    birthDate: text(dcc.dob) ? dcc.dob.slice(0, 10) : "",
    issuer: text(entry.is) ? entry.is : "",
    country: text(entry.co) ? entry.co : "",
    certificateId: text(entry.ci) ? entry.ci : "",
    doses: letter === "v" ? [doseOf(entry)] : [],
    tested: letter === "t" ? { at: entry.sc, result: entry.tr, positive: entry.tr === DETECTED } : null,
    recovered: letter === "r" ? { on: entry.fr, from: entry.df, until: entry.du } : null,
  };
}
