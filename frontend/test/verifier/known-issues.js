// Published expectations that are wrong or that we read otherwise on purpose. Each row is narrow: country, files, layer.

const SCHEMA = "EXPECTEDSCHEMAVALIDATION";
const LIST = "named in the publisher's own list of known issues";
const CODES = "the body is well formed; a code outside the value sets (device 9999, country XY, maker ORG-99999999) is shown as "
  + "it stands, because genuine issuers (GE, SM) also use codes outside the sets";

export const KNOWN = [
  { files: /^RO\/2DCode\/raw\/2\.json$/, layer: SCHEMA, reason: `two vaccinations in one certificate; ${LIST}` },
  { files: /^PL\/1\.(?:0\.0|2\.1|3\.0)\/2DCode\/raw\/[789]\.json$/, layer: SCHEMA, reason: CODES },
  { files: /^PL\/1\.3\.0\/2DCode\/raw\/[15]\.json$/, layer: "EXPECTEDDECODE",
    reason: "the JSON layer names other people than the signed code (its CBOR layer agrees with the code)" },
  { files: /^HU\/2DCode\/raw\/3\.json$/, layer: SCHEMA, reason: `the test centre's name has more than 80 signs; ${LIST}` },
  { files: /^NL\//, layer: SCHEMA, reason: LIST },
  { files: /^SK\/2DCode\/raw\/3\.json$/, layer: SCHEMA, reason: LIST },
  { files: /^FR\/2DCode\/raw\/test_pcr_ok\.json$/, layer: "EXPECTEDDECODE", reason: LIST },
  { files: /^ES\/2DCode\/raw\/40[123]\.json$/, layer: "EXPECTEDVERIFY", reason: LIST },
  { files: /^FI\//, layer: "EXPECTEDVERIFY", reason: LIST },
  { files: /^FI\//, layer: "EXPECTEDEXPIRATIONCHECK", reason: LIST },
  { files: /^FI\//, layer: "EXPECTEDKEYUSAGE", reason: LIST },
];

/** The row of this disagreement, or undefined when it is not known. */
export function knownRow(file, layer) {
  return KNOWN.find((row) => row.layer === layer && row.files.test(file));
}
