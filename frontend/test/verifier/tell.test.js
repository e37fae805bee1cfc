import assert from "node:assert/strict";
import { test } from "node:test";
import { freshness, HARD_LIMIT, SOFT_LIMIT, weighed } from "../../src/verifier/freshness.js";
import { emptyCard } from "../../src/verifier/card.js";
import { countryInWords, dayInWords, fill, tell, tellChecked, tellList } from "../../src/verifier/tell.js";

const NOW = 1_700_000_000;
const words = {
  lang: "vi",
  kind: {}, result: { VALID: "hợp lệ", INVALID: "không hợp lệ", UNKNOWN: "không kiểm tra được" },
  reason: {
    GENUINE: { what: "đúng", todo: "so tên" }, EXPIRED: { what: "hết hạn {until}", todo: "mã mới" },
    BAD_SIGNATURE: { what: "sai", todo: "từ chối" }, UNKNOWN_KEY: { what: "khóa lạ", todo: "cập nhật" },
    UNSUPPORTED_CONTENT: { what: "lạ", todo: "hỏi" },
  },
  holder: { proven: "cấp cho", unproven: "chưa xác nhận", born: "Sinh {born}", born_unknown: "không ghi" },
  fact: { dose_of: "Mũi {n}/{of}: {what}", dose: "Mũi {n}: {what}", dose_plain: "Tiêm: {what}", issuer: "Nơi cấp: {issuer}",
    until: "đến {until}", tested: "âm {on}", tested_positive: "dương {on}", recovered: "khỏi {on} {from} {until}" },
  elsewhere: { todo: "hỏi nơi cấp", old_list: "danh sách nước ngoài cũ", old_list_todo: "Bộ Y tế nhận danh sách mới" },
  checked: { register: "sổ", register_refuses: "sổ từ chối", lists: "không hỏi được {at}", listed: "theo danh sách {at}",
    old_lists: "cũ {days}" },
  list: { FRESH: "lúc {at}", OLD: "{days} ngày", TOO_OLD: "quá {days} ngày", NONE: "chưa có" },
};
const dose = { number: 2, of: 2, product: "Abdala", on: "2021-09-17" };
const answer = (verdict, reason, genuine, more = {}) => ({
  ...emptyCard(), verdict, reason, genuine, name: "Trần Thị An", birthDate: "1984-03-05", doses: [dose], validUntil: null, ...more,
});

test("a genuine answer shows whom, born when, and the dose", () => {
  const { title, what, holder } = tell(answer("VALID", "", true, { country: "VN" }), words);
  assert.deepEqual([title, what], ["hợp lệ", "đúng"]);
  assert.deepEqual([holder.heading, holder.name, holder.born], ["cấp cho", "Trần Thị An", "Sinh 05/03/1984"]);
  assert.deepEqual(holder.lines, ["Mũi 2/2: Abdala, 17/09/2021", "Nơi cấp: Việt Nam"]);
});

test("a forged answer shows nobody, an unknown key's only with the warning, an expired one's with its day", () => {
  assert.equal(tell(answer("INVALID", "BAD_SIGNATURE", false), words).holder, null);
  assert.equal(tell(answer("UNKNOWN", "UNKNOWN_KEY", false), words).holder.heading, "chưa xác nhận");
  const expired = tell(answer("INVALID", "EXPIRED", true, { validUntil: NOW }), words);
  assert.match(expired.what, /^hết hạn 1[45]\/11\/2023$/);
  assert.equal(expired.holder.heading, "cấp cho");
});

test("whoever holds an ended code of another issuer asks there; our own holders open their book", () => {
  const ended = (own) => tell(answer("INVALID", "EXPIRED", true, { validUntil: NOW, own }), words).todo;
  assert.deepEqual([ended(false), ended(true)], ["hỏi nơi cấp", "mã mới"]);
});

test("a foreign list that is too old is the ministry's to renew, one of the page's own this device's", () => {
  const old = { reason: { ...words.reason, LIST_TOO_OLD: { what: "cũ", todo: "kết nối mạng" } } };
  const told = (source, more = {}) =>
    tell(answer("UNKNOWN", "LIST_TOO_OLD", false, { source, ...more }), { ...words, ...old });
  assert.deepEqual([told("EU").what, told("EU").todo], ["danh sách nước ngoài cũ", "Bộ Y tế nhận danh sách mới"]);
  assert.deepEqual([told(null).what, told(null).todo], ["cũ", "kết nối mạng"]);
  const both = weighed(answer("VALID", "", true, { source: "EU" }), "TOO_OLD");
  assert.equal(tell(both, { ...words, ...old }).todo, "kết nối mạng");
});

test("the last day of our own code is Vietnam's, as on paper, wherever the device is", () => {
  const late = Date.UTC(2027, 10, 22, 19, 39) / 1000; // 02:39 of the next day there
  assert.ok(tell(answer("VALID", "", true, { validUntil: late, own: true }), words).holder.lines.includes("đến 23/11/2027"));
});

test("a code that a list refuses was judged by the list, a good one that nobody could ask about says so", () => {
  const by = (reason, more = {}) => tellChecked(answer("", reason, true, { own: true, ...more }), NOW, {}, NOW, words);
  assert.match(by("REVOKED"), /^theo danh sách /);
  assert.match(by(""), /^không hỏi được /);
  assert.deepEqual([by("REVOKED", { asked: true }), by("", { asked: true })], ["sổ từ chối", "sổ"]);
});

test("what a certificate does not say is said so or left out", () => {
  const doses = [{ ...dose, number: 1, of: null }, { ...dose, number: null, on: "" }];
  const { holder } = tell(answer("VALID", "", true, { birthDate: "", doses }), words);
  assert.equal(holder.born, "không ghi");
  assert.deepEqual(holder.lines, ["Mũi 1: Abdala, 17/09/2021", "Tiêm: Abdala"]);
});

test("days are written as far as they are known", () => {
  assert.deepEqual(["1984-03-05", "1984-03", "1984", "", undefined].map(dayInWords), ["05/03/1984", "03/1984", "1984", "", ""]);
});

test("a country has a name in the reader's language, or keeps its code", () => {
  assert.equal(countryInWords("TH", "vi"), "Thái Lan");
  assert.deepEqual([countryInWords("CHE", "vi"), countryInWords("EL", "vi"), countryInWords("QQQ", "vi"), countryInWords("", "vi")],
    ["Thụy Sĩ", "Hy Lạp", "QQQ", ""]);
});

test("facts are put in as text, and a missing one leaves its place empty", () => {
  assert.equal(fill("{a} và {b}{c}", { a: "{b}", b: "<b>" }), "{b} và <b>");
});

test("the list's age warns first and stops later", () => {
  assert.equal(freshness(0, NOW), "NONE");
  assert.equal(freshness(NOW - SOFT_LIMIT, NOW), "FRESH");
  assert.equal(freshness(NOW - SOFT_LIMIT - 1, NOW), "OLD");
  assert.equal(freshness(NOW - HARD_LIMIT - 1, NOW), "TOO_OLD");
  assert.equal(tellList("OLD", NOW - 3 * 86_400, NOW, words), "3 ngày");
});

test("without a good list nothing is valid, and what is forged stays forged", () => {
  const valid = answer("VALID", "", true);
  const forged = answer("INVALID", "BAD_SIGNATURE", false);
  for (const state of ["FRESH", "OLD"]) assert.equal(weighed(valid, state), valid);
  assert.deepEqual([weighed(valid, "NONE").verdict, weighed(valid, "NONE").reason], ["UNKNOWN", "LIST_MISSING"]);
  assert.deepEqual([weighed(valid, "TOO_OLD").verdict, weighed(valid, "TOO_OLD").genuine], ["UNKNOWN", false]);
  for (const state of ["FRESH", "OLD", "TOO_OLD", "NONE"]) assert.equal(weighed(forged, state), forged);
});
