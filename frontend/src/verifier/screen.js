// Puts what tell.js says on the screen: one full-screen answer, or the question again.

const KIND = { VALID: "valid", INVALID: "invalid", UNKNOWN: "unknown" };

function paragraph(text, className) {
  const element = document.createElement("p");
  element.className = className;
  element.textContent = text;
  return element;
}

function showHolder(box, holder) {
  box.hidden = !holder;
  box.replaceChildren();
  if (!holder) return;
  const name = paragraph(holder.name, "tc-result__name");
  const parts = [paragraph(holder.heading, "nhsuk-hint"), name];
  if (holder.latin) parts.push(paragraph(holder.latin, "tc-result__facts"));
  parts.push(paragraph(holder.born, "tc-result__facts"));
  box.append(...parts, ...holder.lines.map((line) => paragraph(line, "tc-result__facts")));
}

/** The page's two faces, made of its [data-verify=...] parts; only texts are written, never markup. */
export class Screen {
  constructor() {
    this.part = (name) => document.querySelector(`[data-verify="${name}"]`);
    this.title = document.title;
  }

  /** Shows an answer and moves the focus to its title, so that it is also heard. */
  answer({ verdict, title, what, todo, kind, holder, checked }) {
    const result = this.part("result");
    result.className = `tc-result tc-result--${KIND[verdict]}`;
    result.dataset.verdict = verdict;
    for (const sign of result.querySelectorAll("[data-sign]")) sign.hidden = sign.dataset.sign !== KIND[verdict];
    this.part("title").textContent = title;
    this.part("what").textContent = what;
    this.part("todo").textContent = todo;
    for (const [name, text] of [["kind", kind], ["checked", checked]]) {
      this.part(name).textContent = text;
      this.part(name).hidden = !text;
    }
    showHolder(this.part("holder"), holder);
    this.part("ask").hidden = true;
    this.part("footer").hidden = true;
    result.hidden = false;
    document.title = title;
    scrollTo(0, 0);
    this.part("title").focus();
  }

  /** Forgets the answer and asks the question again. */
  ask() {
    this.part("result").hidden = true;
    delete this.part("result").dataset.verdict;
    this.part("holder").replaceChildren();
    this.part("ask").hidden = false;
    this.part("footer").hidden = false;
    document.title = this.title;
  }

  /** Says a problem that is about the scan and not about a certificate; "" takes it away. */
  problem(text) {
    this.part("problem").textContent = text;
    this.part("problem").hidden = !text;
  }

  /** Says how old the trust list is; `state` other than FRESH is a warning. */
  list(text, state) {
    this.part("list").textContent = text;
    this.part("list").dataset.state = state;
    const calm = state === "FRESH" || state === "KEYS"; // what is still on its way is no warning
    this.part("list-warning").textContent = calm ? "" : text;
    this.part("list-warning").hidden = calm;
    this.part("list").hidden = !calm;
  }

  /** Says that this device's clock is wrong; "" takes it away. */
  clock(text) {
    this.part("clock").textContent = text;
    this.part("clock").hidden = !text;
  }

  /** Says whether the page will work without a network. */
  offline(text, ready) {
    this.part("offline").textContent = text;
    this.part("offline").dataset.ready = String(ready);
  }
}
