// Photos of papers on a stage: zoom, turn, next and before, by button, wheel, key and hand.
import { fitting, laid, STEP, within } from "./viewer/sheet.js";

class Viewer {
  constructor(root) {
    this.root = root;
    this.stage = root.querySelector("[data-stage]");
    this.sheet = root.querySelector("[data-sheet]");
    this.photos = [...root.querySelectorAll("[data-pages] img")];
    if (!this.stage || !this.photos.length) return;
    this.turns = this.photos.map(() => 0);
    root.querySelector("[data-pages]").hidden = true;
    root.querySelector("[data-tools]").hidden = this.stage.hidden = false;
    root.querySelectorAll("[data-do]").forEach((button) => button.addEventListener("click", () => this[button.dataset.do]()));
    this.stage.addEventListener("keydown", (event) => this.key(event));
    this.stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.stage.addEventListener("pointerdown", (event) => this.drag(event));
    addEventListener("resize", () => this.fitted && this.fit());
    this.open(0);
  }

  get size() {
    return { width: this.photo.naturalWidth, height: this.photo.naturalHeight };
  }

  get turn() {
    return this.turns[this.number];
  }

  get smallest() {
    return fitting(this.size, this.turn, this.stage.clientWidth);
  }

  open(number) {
    this.number = number;
    const asked = new Image();
    asked.className = "tc-viewer__turned";
    asked.alt = this.photos[number].alt;
    asked.draggable = false;
    asked.addEventListener("load", () => asked === this.photo && this.fit());
    this.photo = asked;
    asked.src = this.photos[number].currentSrc || this.photos[number].src;
    this.sheet.replaceChildren(asked);
    for (const [name, end] of [["before", 0], ["next", this.photos.length - 1]]) {
      // aria-disabled and not disabled: the button keeps the focus of whoever pressed it last.
      this.root.querySelector(`[data-do="${name}"]`)?.setAttribute("aria-disabled", String(number === end));
    }
  }

  before() {
    if (this.number > 0) this.open(this.number - 1);
  }

  next() {
    if (this.number < this.photos.length - 1) this.open(this.number + 1);
  }

  closer() {
    this.zoom(this.scale * STEP);
  }

  farther() {
    this.zoom(this.scale / STEP);
  }

  fit() {
    this.scale = this.smallest;
    this.fitted = true;
    this.lay();
  }

  left() {
    this.rotate(270);
  }

  right() {
    this.rotate(90);
  }

  rotate(by) {
    this.turns[this.number] = (this.turn + by) % 360;
    this.fit();
  }

  /** Zooms so that the point at (x, y) of the stage stays where it is; its middle when none is given. */
  zoom(wanted, x = this.stage.clientWidth / 2, y = this.stage.clientHeight / 2) {
    const scale = within(wanted, this.smallest);
    const grown = scale / this.scale;
    const [left, top] = [(this.stage.scrollLeft + x) * grown - x, (this.stage.scrollTop + y) * grown - y];
    this.scale = scale;
    this.fitted = scale === this.smallest;
    this.lay();
    this.stage.scrollTo(left, top);
  }

  lay() {
    const { width, height, sheet, move } = laid(this.size, this.scale, this.turn);
    Object.assign(this.photo.style, {
      width: `${width}px`,
      height: `${height}px`,
      transform: `translate(${move[0]}px, ${move[1]}px) rotate(${this.turn}deg)`,
    });
    Object.assign(this.sheet.style, { width: `${sheet[0]}px`, height: `${sheet[1]}px` });
    const facts = { n: this.number + 1, all: this.photos.length, percent: Math.round(this.scale * 100), turn: this.turn };
    const told = this.root.dataset.told.replace(/\{(\w+)\}/g, (place, fact) => facts[fact] ?? place);
    this.root.querySelector("[data-told-here]").textContent = told;
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const deeds = { "+": "closer", "=": "closer", "-": "farther", 0: "fit", r: "right", R: "left", PageDown: "next", PageUp: "before" };
    const deed = deeds[event.key];
    if (!deed) return;
    event.preventDefault();
    this[deed]();
  }

  wheel(event) {
    // A wheel that only passes over the photo scrolls the page: it zooms once the photo has been chosen, or with Ctrl.
    if (!event.ctrlKey && document.activeElement !== this.stage) return;
    event.preventDefault();
    const box = this.stage.getBoundingClientRect();
    this.zoom(this.scale * (event.deltaY < 0 ? STEP : 1 / STEP), event.clientX - box.left, event.clientY - box.top);
  }

  drag(event) {
    if (event.pointerType !== "mouse" || event.button !== 0) return; // a finger scrolls by itself
    const start = { x: event.clientX + this.stage.scrollLeft, y: event.clientY + this.stage.scrollTop };
    const move = (at) => this.stage.scrollTo(start.x - at.clientX, start.y - at.clientY);
    const end = () => this.stage.removeEventListener("pointermove", move);
    this.stage.setPointerCapture(event.pointerId);
    this.stage.addEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"]) this.stage.addEventListener(name, end, { once: true });
  }
}

function wake() {
  for (const root of document.querySelectorAll("[data-tc-viewer]:not([data-awake])")) {
    root.dataset.awake = "";
    new Viewer(root);
  }
}

wake();
// The same desk prints letters to people without a phone.
const printer = document.querySelector("[data-print]");
printer?.addEventListener("click", () => print());
if (printer?.dataset.print === "now") {
  // Once: the page that is loaded anew or come back to does not print by itself.
  history.replaceState(null, "", location.pathname);
  addEventListener("load", () => print());
}
document.addEventListener("htmx:after:swap", wake);
