// What every page needs from JavaScript. Without it all pages still work.
import { Button, ErrorSummary, NotificationBanner, SkipLink } from "nhsuk-frontend";
import { countCharacters } from "./kit/count.js";
import { loadLate } from "./kit/late.js";
import { revealConditional } from "./kit/reveal.js";
import { keepTyped } from "./kit/typed.js";

document.body.classList.add("js-enabled", "nhsuk-frontend-supported");

const PARTS = [
  [Button, { preventDoubleClick: true }],
  [NotificationBanner, {}],
  [ErrorSummary, {}], // after the banner: where both would take the focus, what is wrong comes first
  [SkipLink, {}],
];

/** Wakes each part of the page once; a part that fails leaves the others alone. */
function wake() {
  for (const [Part, options] of PARTS) {
    for (const root of document.querySelectorAll(`[data-module="${Part.moduleName}"]:not([data-awake])`)) {
      root.dataset.awake = "";
      try {
        new Part(root, options);
      } catch (error) {
        console.warn(Part.moduleName, error.message);
      }
    }
  }
  document.querySelectorAll("[data-tc-count]:not([data-awake])").forEach(countCharacters);
  document
    .querySelectorAll('[data-module="nhsuk-radios"]:not([data-awake]), [data-module="nhsuk-checkboxes"]:not([data-awake])')
    .forEach(revealConditional);
}

wake();
loadLate();
document.addEventListener("htmx:before:swap", keepTyped);
document.addEventListener("htmx:after:swap", wake);
