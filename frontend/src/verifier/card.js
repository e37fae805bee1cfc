// The one shape in which every format says what a certificate holds.

/**
 * An empty card. kind: vaccination | test | recovery | ""; birthDate: YYYY[-MM[-DD]] or ""; doses: list of
 * {number, of, product, productCode, maker, on (YYYY-MM-DD), country, lot}; tested, recovered: null or plain facts.
 */
export function emptyCard() {
  return {
    kind: "", name: "", nameLatin: "", birthDate: "", issuer: "", country: "", certificateId: "", doses: [],
    tested: null, recovered: null,
  };
}

/** The first value that is a non-empty text, else "". */
export function firstText(...values) {
  return values.find((value) => typeof value === "string" && value.trim())?.trim() ?? "";
}

/** The whole number that a value stands for, else null. */
export function wholeNumber(value) {
  const number = typeof value === "string" && value.trim() ? Number(value) : value;
  return Number.isInteger(number) ? number : null;
}

/** The day (YYYY-MM-DD) that a text, a moment or epoch seconds begins with, else "". */
export function dayOf(value) {
  if (typeof value === "number" && Number.isFinite(value)) return new Date(value * 1000).toISOString().slice(0, 10);
  return typeof value === "string" ? value.slice(0, 10) : "";
}
