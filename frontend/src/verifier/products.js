// Names that people know for the product codes in certificates; a code that is not here is shown as it stands.

const NAME_OF = {
  "EU/1/20/1528": "Comirnaty (Pfizer-BioNTech)",
  "EU/1/20/1507": "Spikevax (Moderna)",
  "EU/1/21/1529": "Vaxzevria (AstraZeneca)",
  "EU/1/20/1525": "Jcovden (Janssen)",
  "EU/1/21/1618": "Nuvaxovid (Novavax)",
  "EU/1/21/1624": "VLA2001 (Valneva)",
  "BBIBP-CorV": "Vero Cell (Sinopharm)",
  "Hayat-Vax": "Hayat-Vax",
  "Sputnik-V": "Sputnik V (Gamaleya)",
  "Sputnik-Light": "Sputnik Light (Gamaleya)",
  "CoronaVac": "CoronaVac (Sinovac)",
  "Covaxin": "Covaxin (Bharat Biotech)",
  "Covishield": "Covishield (Serum Institute of India)",
  "Abdala": "Abdala (CIGB)",
};

// ICD-11 codes, as the WHO's forms and travel seals name vaccines where no product stands beside them.
const NAME_OF_ICD11 = {
  XM8NQ0: "Comirnaty (Pfizer-BioNTech)", XM3DT5: "Spikevax (Moderna)", XM4YL8: "Vaxzevria (AstraZeneca)",
  XM97T2: "Covishield (Serum Institute of India)", XM6QV1: "Jcovden (Janssen)", XM8866: "Vero Cell (Sinopharm)",
  XM9FQ7: "Hayat-Vax", XM5ZJ4: "Sputnik V (Gamaleya)", XM5QM6: "Sputnik Light (Gamaleya)", XM1G90: "Covaxin (Bharat Biotech)",
  XM68M6: "COVID-19 vaccine",
};

// CVX codes, as SMART Health Cards name vaccines.
const NAME_OF_CVX = {
  207: "Spikevax (Moderna)", 208: "Comirnaty (Pfizer-BioNTech)", 210: "Vaxzevria (AstraZeneca)",
  211: "Nuvaxovid (Novavax)", 212: "Jcovden (Janssen)", 217: "Comirnaty (Pfizer-BioNTech)",
  218: "Comirnaty (Pfizer-BioNTech)", 219: "Comirnaty (Pfizer-BioNTech)", 221: "Spikevax (Moderna)",
  228: "Spikevax (Moderna)", 229: "Spikevax bivalent (Moderna)", 230: "Spikevax bivalent (Moderna)",
  300: "Comirnaty bivalent (Pfizer-BioNTech)", 301: "Comirnaty bivalent (Pfizer-BioNTech)",
  302: "Comirnaty bivalent (Pfizer-BioNTech)", 510: "Vero Cell (Sinopharm)",
  511: "CoronaVac (Sinovac)", 502: "Covaxin (Bharat Biotech)",
};

/** The known name of a product code of the EU value set or of ICD-11, else the code itself. */
export function productName(code) {
  return NAME_OF[code] ?? NAME_OF_ICD11[code] ?? String(code ?? "");
}

/** The known name of a CVX vaccine code, else "CVX <code>". */
export function cvxName(code) {
  return NAME_OF_CVX[code] ?? (code ? `CVX ${code}` : "");
}
