// Questions that follow from an answer, and answers that exclude the others.
//
// The kit's own script says aria-expanded on radio buttons, where the standard does not allow it. Here the further question
// simply comes next in reading order as soon as its answer is chosen.

function showWhatFollows(root) {
  for (const field of root.querySelectorAll("input[data-aria-controls]")) {
    const block = document.getElementById(field.dataset.ariaControls);
    const kind = field.type === "radio" ? "radios" : "checkboxes";
    block?.classList.toggle(`nhsuk-${kind}__conditional--hidden`, !field.checked);
  }
}

function clearExcluded(root, chosen) {
  if (chosen.type !== "checkbox" || !chosen.checked) return;
  const alone = "checkboxExclusive" in chosen.dataset;
  for (const field of root.querySelectorAll('input[type="checkbox"]')) {
    if (field !== chosen && (alone || "checkboxExclusive" in field.dataset)) field.checked = false;
  }
}

/** Keeps a group of radio buttons or checkboxes and what hangs on them in step. */
export function revealConditional(root) {
  root.dataset.awake = "";
  root.addEventListener("change", (event) => {
    clearExcluded(root, event.target);
    showWhatFollows(root);
  });
  showWhatFollows(root);
}
