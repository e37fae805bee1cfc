// Shows a page anew that has changed on the server, but never in the way of a reader who is going elsewhere.

const LEAVING_MS = 15_000; // a slow network takes that long to answer a tap; a link that only saves a file stays here

let left = -Infinity;
const leave = () => {
  left = performance.now();
};
addEventListener("click", (event) => event.target.closest?.("a[href]") && leave());
addEventListener("submit", leave);

/** Loads this page anew; while a tap of the reader is on its way it waits, for that would be undone. */
export function renew() {
  const wait = left + LEAVING_MS - performance.now();
  return wait > 0 ? setTimeout(renew, wait) : location.reload();
}
