// The page's own script, fetched once the page stands before its reader: nothing may compete with the first paint.
//
// A page names it by `{% set late_script = "tc/<name>.js" %}`. What needs that script lies inside [data-late-hold]
// (hidden without JavaScript by the class tc-scripted): a tap on a button there is held and done again when it has come.

const MOST_MS = 3000; // a page that never reports its paint gets its script all the same
let own = null;

/** Resolves to whether the script runs; a lost connection does not spoil the next try. */
function fetchOwn(address) {
  const lost = (error) => {
    own = null;
    console.warn("late", error.message);
    return false;
  };
  own ??= import(address).then(() => true, lost);
  return own;
}

/** Resolves when the reader sees the page; at once where nobody looks or the browser cannot tell. */
function painted() {
  if (document.hidden || !globalThis.PerformanceObserver?.supportedEntryTypes?.includes("paint")) return Promise.resolve();
  return new Promise((resolve) => {
    setTimeout(resolve, MOST_MS);
    new PerformanceObserver(resolve).observe({ type: "paint", buffered: true });
  });
}

const loaded = () =>
  document.readyState === "complete"
    ? Promise.resolve()
    : new Promise((resolve) => addEventListener("load", resolve, { once: true }));

const idle = () => new Promise((resolve) => (globalThis.requestIdleCallback ?? setTimeout)(resolve));

function holdTaps(root, address) {
  let last = null;
  const hold = async (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    last = button;
    if (!(await fetchOwn(address))) return;
    root.removeEventListener("click", hold, true);
    if (last !== button) return; // two taps are one, and of two buttons the later counts
    last = null;
    button.click();
  };
  root.addEventListener("click", hold, true);
  return () => root.removeEventListener("click", hold, true);
}

/** Fetches the script that `<body data-late="address">` names: after load, paint and a free moment, or at the first tap. */
export async function loadLate() {
  const address = document.body.dataset.late;
  if (!address) return;
  const releases = [...document.querySelectorAll("[data-late-hold]")].map((root) => holdTaps(root, address));
  await loaded();
  await painted();
  await idle();
  if (await fetchOwn(address)) releases.forEach((release) => release());
}
