// What was proven is kept on this device: the newest lists, each whole or not at all.
const SHELF = "tc-trust-data"; // its own name: the service worker clears its shelf at each new version
const FOLDER = "/verify/kept/";
const PROOF = "X-Proof";

/** The shelf itself; rejects where the browser keeps nothing. */
export function openShelf() {
  return caches.open(SHELF);
}

/** Keeps the bytes of a list with their proof; where nothing can be kept, nothing happens. */
export async function keepList(name, bytes, proof) {
  try {
    await (await openShelf()).put(FOLDER + name, new Response(bytes, { headers: { [PROOF]: proof } }));
  } catch {
    // Private windows and full disks: the page goes on with what it has in memory.
  }
}

/** What was kept under that name: {bytes, proof}; null where nothing was. */
export async function keptList(name) {
  try {
    const answer = await (await openShelf()).match(FOLDER + name);
    return answer ? { bytes: new Uint8Array(await answer.arrayBuffer()), proof: answer.headers.get(PROOF) ?? "" } : null;
  } catch {
    return null;
  }
}

/** What lies at an address now: {bytes, proof}; null where there is no network or no good answer. */
export async function fetchedList(address, fetcher = fetch) {
  try {
    const answer = await fetcher(address, { cache: "no-cache", credentials: "omit" });
    if (!answer.ok) return null;
    return { bytes: new Uint8Array(await answer.arrayBuffer()), proof: answer.headers.get(PROOF) ?? "" };
  } catch {
    return null; // the list in memory stays, and the page shows its age
  }
}
