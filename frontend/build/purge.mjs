// Leaves out the rules of the kit that no page wears: half of the style sheet, and a round trip on slow networks.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const SOURCES = /\.(html|py|js)$/;
// choices.html and choice.html put these names together from `kind`.
const COMPOSED = ["nhsuk-checkboxes", "nhsuk-radios"];

/** Gives a function that leaves out every selector whose classes stand in no source below `folders`, nor in `scripts`. */
export function purger(folders, scripts) {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true }).filter((name) => SOURCES.test(name)).map((name) => join(folder, name)),
  );
  const names = new Set([...files, ...scripts].flatMap((file) => readFileSync(file, "utf8").match(/[A-Za-z][\w-]*/g) ?? []));
  // "nhsuk-tag--" before a `{{ colour }}` keeps every colour of the tag.
  const starts = [...names].filter((name) => /^(nhsuk|tc)-.+-$/.test(name)).concat(COMPOSED);
  const worn = (name) => names.has(name) || starts.some((start) => name.startsWith(start));
  const kept = (selector) => (selector.replace(/:not\([^)]*\)/g, "").match(/\.[A-Za-z][\w-]*/g) ?? []).every((c) => worn(c.slice(1)));
  return (css) => purge(css, kept);
}

function purge(css, kept) {
  return css.replace(/([^{};]+)\{((?:[^{}]|\{[^{}]*\})*)\}/g, (rule, head, body) => {
    if (head.startsWith("@")) {
      if (!body.includes("{") || head.includes("keyframes")) return rule;
      const inner = purge(body, kept);
      return inner ? `${head}{${inner}}` : "";
    }
    const selectors = head.split(/,(?![^(]*\))/).filter(kept);
    return selectors.length ? `${selectors.join(",")}{${body}}` : "";
  });
}
