// WHO's bodies: the DDCC core sets (sub-claims 3 and 4, or straight in the payload) and the digital yellow card (-6).
import { productName } from "./products.js";
import { dayOf, emptyCard, firstText, wholeNumber } from "./card.js";

const coded = (value) => firstText(value?.display, value?.code, value);

function vaccinationOf(core) {
  const inner = core.vaccination ?? core;
  if (!inner.vaccine && !inner.brand) return [];
  return [{
    number: wholeNumber(inner.dose), of: wholeNumber(inner.totalDoses ?? inner.total_doses),
    product: firstText(productName(coded(inner.brand)), productName(coded(inner.vaccine))), productCode: coded(inner.brand),
    maker: coded(inner.manufacturer ?? inner.ma_holder ?? inner.maholder), on: dayOf(inner.date),
    country: coded(inner.country), lot: firstText(inner.lot),
  }];
}

/** True when a payload is the DDCC core set itself, as early WHO codes carry it without sub-claims. */
export function isCoreSet(body) {
  return Boolean(body?.name && (body.vaccine || body.vaccination || body.test || body.birthDate));
}

/** Card of a DDCC core data set (vaccination or test result). */
export function coreSetCard(core) {
  const doses = core.test ? [] : vaccinationOf(core); // a key for tests vouches for no dose that stands beside one
  return {
    ...emptyCard(),
    kind: core.test ? "test" : doses.length ? "vaccination" : "",
    name: firstText(core.name),
    birthDate: dayOf(core.birthDate),
    issuer: firstText(core.certificate?.issuer, core.pha, core.meta?.reference),
    country: coded(core.country ?? core.vaccination?.country ?? core.test?.country),
    certificateId: firstText(core.hcid, core.certificate?.hcid, core.identifier),
    doses,
    tested: core.test ? { at: core.test.date, result: coded(core.test.result), positive: core.test.result?.code === "260373001" } : null,
  };
}

/** Names of the fields that a core set lacks to say whom it is about. */
export function coreSetFaults(core) {
  return firstText(core?.name) ? [] : ["name"];
}

/** Card of the digital yellow card (sub-claim -6): {n, dob, v: {vp, mp, dt, bo, dn, ...}} or a list of v. */
export function yellowCard(body) {
  const entries = [body.v ?? []].flat();
  return {
    ...emptyCard(),
    kind: "vaccination",
    name: firstText(body.n),
    birthDate: dayOf(body.dob),
    issuer: firstText(entries[0]?.is),
    country: firstText(body.ntl),
    doses: entries.map((entry) => ({
      number: wholeNumber(entry.dn), of: null, product: productName(firstText(entry.mp, entry.vp)),
      productCode: firstText(entry.mp), maker: firstText(entry.ma), on: dayOf(entry.dt), country: "",
      lot: firstText(entry.bo),
    })),
  };
}

/** Names of the fields that a yellow card lacks. */
export function yellowCardFaults(body) {
  return [!firstText(body?.n) && "n", ![body?.v].flat().some((entry) => entry?.dt) && "v"].filter(Boolean);
}
