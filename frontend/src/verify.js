// The public verifier: reads a code here, on this device, and says one of three things about it.
import { prepareScanning, scanCamera, scanImage } from "./scan.js";
import { Clock } from "./verifier/clock.js";
import { Later } from "./verifier/later.js";
import { freshness, weighed, worse } from "./verifier/freshness.js";
import { VALID } from "./verifier/outcome.js";
import { askRegister, LATER_PATIENCE_MS, registered, tellUnknown } from "./verifier/register.js";
import { Roots } from "./verifier/roots.js";
import { Screen } from "./verifier/screen.js";
import { tell, tellChecked, tellClock, tellList } from "./verifier/tell.js";
import { TrustStore } from "./verifier/trust-store.js";
import { Vault } from "./verifier/vault.js";
import { verify } from "./verifier/verify.js";

const root = document.querySelector("[data-verify-page]");
const words = JSON.parse(document.getElementById("verify-words").textContent);
const screen = new Screen();
const clock = new Clock();
const { trust, foreign, lists, state: register, unknown } = root.dataset;
let store = null;
store = new TrustStore({ trust, foreign, lists }, clock, showList, new Roots(root.dataset.roots.split(" ").filter(Boolean)));
const part = screen.part;
const LIST_MS = 4000; // an answer waits this long for the page's first trust list, then goes by what is there
const LATER_MS = 10_000; // the long lists leave a slow network to the page until it is all here, or somebody uses it, or so long
const started = store.start();
const whole = () => started.then(() => store.complete());
let goOn = () => {};
const used = new Promise((resolve) => {
  goOn = resolve;
  for (const sign of ["pointerdown", "keydown", "visibilitychange"]) addEventListener(sign, resolve, { once: true });
  setTimeout(resolve, LATER_MS);
});
let stopCamera = null;
let byCamera = false;

const now = () => clock.now(store?.current().madeAt);

function showList() {
  if (!store) return; // the store's first word comes while it is being made
  const [keys, revoked] = [store.current().madeAt, store.revocations().madeAt];
  const age = worse(freshness(keys, now()), revoked ? freshness(revoked, now()) : "FRESH");
  const known = age === "FRESH" && !revoked ? "KEYS" : age; // of our own nothing is called good by the keys alone
  const state = store.refused ? "REFUSED" : known;
  screen.list(tellList(state, revoked ? Math.min(keys, revoked) : keys, now(), words), state);
  screen.clock(tellClock(clock.off(), words));
}

const askPatiently = (leaf) => askRegister(register, leaf, fetch, LATER_PATIENCE_MS);
const later = new Later(new Vault(), askPatiently, (text) => tellUnknown(unknown, text));

/** Sends in a code that we never issued, or keeps what could not be asked or sent for when there is a network. */
async function settled(word, leaf, text) {
  if (word && (word !== "UNKNOWN" || (await tellUnknown(unknown, text)))) return;
  await later.keep(leaf, text);
}

/**
 * What the register says of a code that holds good; the code itself leaves this device only if we never issued it. Of one
 * that a list revokes it knows whether another took its place: the list does not, and its holder only has to show that one.
 */
async function asked(answer, text) {
  const listed = answer.reason === "REVOKED";
  if ((answer.verdict !== VALID && !listed) || !answer.own || !answer.leaf) return answer;
  const word = await askRegister(register, answer.leaf);
  if (listed) return word === "REPLACED" ? registered(answer, word) : answer;
  settled(word, answer.leaf, text.trim());
  return registered(answer, word);
}

const atMost = (work) => Promise.race([work, new Promise((resolve) => setTimeout(resolve, LIST_MS))]);

/** Judges by the lists that are here; a key that is not is asked for where that can be done. */
async function judged(text) {
  const judge = () => verify(text, { trust: store.current(), now: now(), revocations: store.revocations() });
  const answer = await judge();
  return answer.reason === "UNKNOWN_KEY" && (await atMost(store.refreshForUnknown())) ? judge() : answer;
}

async function check(text) {
  await atMost(whole());
  screen.problem("");
  const answer = await asked(await judged(text), text);
  const [keys, revocations] = [store.current(), store.revocations()];
  const found = weighed(answer, freshness(keys.madeAt, now()), freshness(revocations.madeAt, now()));
  screen.answer({ ...tell(found, words), checked: tellChecked(found, revocations.madeAt, keys, now(), words) });
}

function endCamera() {
  stopCamera?.();
  stopCamera = null;
  part("viewer").hidden = true;
  part("camera").hidden = false;
}

function cameraProblem(error) {
  endCamera();
  screen.problem(error.name === "NotAllowedError" ? words.problem.camera_refused : words.problem.camera_none);
}

async function startCamera() {
  screen.problem("");
  byCamera = true;
  part("viewer").hidden = false;
  part("camera").hidden = true;
  try {
    stopCamera = await scanCamera(part("video"), (text) => {
      endCamera();
      check(text);
    }, cameraProblem);
    if (part("viewer").hidden) endCamera(); // stopped while the camera was still waking
    else part("stop").focus();
  } catch (error) {
    cameraProblem(error);
  }
}

async function readImage() {
  const [file] = part("image").files;
  if (!file) return;
  byCamera = false;
  let text = null;
  try {
    text = await scanImage(file);
  } catch {
    part("image").value = "";
    return screen.problem(words.problem.no_image);
  }
  part("image").value = "";
  if (text) check(text);
  else screen.problem(words.problem.no_code);
}

function readPaste(event) {
  event.preventDefault();
  byCamera = false;
  const text = part("text").value;
  if (!text.trim()) {
    screen.problem(words.problem.no_text);
    part("text").focus();
    return;
  }
  part("text").value = "";
  check(text);
}

function again() {
  screen.ask();
  showList();
  if (byCamera) startCamera();
  else part("camera").focus();
}

async function prepareOffline() {
  screen.offline(words.offline.waiting, false);
  if (!("serviceWorker" in navigator)) return screen.offline(words.offline.never, false);
  try {
    await navigator.serviceWorker.register(root.dataset.worker, { scope: root.dataset.scope });
    await navigator.serviceWorker.ready;
    await prepareScanning();
    await started;
    goOn(); // whoever walks into a tunnel now must have the lists too
    await whole();
    screen.offline(words.offline.ready, true);
  } catch {
    screen.offline(words.offline.never, false);
  }
}

part("camera").addEventListener("click", startCamera);
part("stop").addEventListener("click", () => {
  endCamera();
  part("camera").focus();
});
part("image").addEventListener("change", readImage);
part("paste").addEventListener("submit", readPaste);
part("again").addEventListener("click", again);
if (!navigator.mediaDevices?.getUserMedia) part("camera").hidden = true;
if (part("image").files.length) readImage(); // chosen before this script had come
/** Lets the browser offer the verifier as an app; its manifest and icon are of no use before. */
function offerApp() {
  if (document.querySelector('link[rel="manifest"]')) return;
  const link = Object.assign(document.createElement("link"), { rel: "manifest", href: root.dataset.manifest });
  document.head.append(link);
}

// Who comes again may keep the page as an app at once; a first visit is not slowed by it.
if (navigator.serviceWorker?.controller) offerApp();
used.then(whole).then(offerApp).then(() => later.settle());
addEventListener("online", () => later.settle());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && later.settle());
prepareOffline();
