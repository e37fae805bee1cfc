// Photos of papers: made small on the phone, shown, and sent one by one where the page has an address for that.
import { sendFile, takeBack } from "./shrink/send.js";
import { isPhoto, Unreadable, shrunk } from "./shrink/photo.js";

const LARGEST = 10 * 1024 * 1024;

class EvidenceInput {
  constructor(root) {
    this.root = root;
    this.input = root.querySelector('input[type="file"]');
    this.list = root.querySelector("[data-list]");
    this.bar = root.querySelector("[data-progress]");
    this.kept = []; // what goes with the form; each has file, item
    this.sent = 0;
    this.turn = Promise.resolve();
    this.input.addEventListener("change", () => {
      const chosen = [...this.input.files];
      this.turn = this.turn.then(() => this.take(chosen)); // one photo at a time: a phone has little memory
    });
    // The form must not leave while a photo is still being made small.
    this.input.form?.addEventListener("submit", (event) => this.hold(event));
  }

  word(name, facts = {}) {
    return this.root.dataset[name].replace(/\{(\w+)\}/g, (place, fact) => facts[fact] ?? place);
  }

  async take(files) {
    this.busy = true;
    this.root.querySelector("[data-faults]").replaceChildren();
    for (const file of files) {
      if (this.kept.length + this.sent >= Number(this.root.dataset.most)) {
        this.complain(this.word("many"));
        break;
      }
      await this.takeOne(file);
    }
    this.busy = false;
    this.putBack();
  }

  async takeOne(file) {
    const name = file.name;
    try {
      this.say(this.word("working", { name }));
      const small = await this.prepare(file);
      if (this.root.dataset.send) {
        this.say(this.word("sending", { name }));
        const pages = await sendFile(this.root.dataset.send, this.input, small, (part) => this.progress(part));
        this.sent += 1;
        this.show(small, this.word("sent", { name }), pages);
      } else {
        this.show(small, this.word("ready", { name, size: Math.ceil(small.size / 1024) }));
      }
    } catch (problem) {
      this.complain(problem.said ?? this.word(problem.code ?? "failed", { name, size: problem.size }));
    } finally {
      this.progress(null);
    }
  }

  /** Gives the file to send; throws Unreadable with the code of its words. */
  async prepare(file) {
    const photo = isPhoto(file);
    if (!photo && file.type !== "application/pdf" && !/\.pdf$/i.test(file.name)) throw new Unreadable("wrong");
    const small = photo ? await shrunk(file) : file;
    if (small.size > LARGEST) throw new Unreadable("large");
    return small;
  }

  /** Lists a file: one that goes with the form, or one whose `pages` lie on the server. Each can be taken out again. */
  show(file, text, pages = null) {
    const item = document.createElement("li");
    item.className = "tc-evidence__item";
    if (file.type.startsWith("image/")) {
      const picture = document.createElement("img");
      picture.className = "tc-evidence__picture";
      picture.alt = "";
      picture.src = URL.createObjectURL(file);
      picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
      item.append(picture);
    }
    const words = document.createElement("span");
    words.textContent = text;
    item.append(words);
    if (!pages) {
      this.kept.push({ file, item });
      item.append(this.removal(file, () => this.drop(file, item)));
    } else if (pages.length) {
      item.append(this.removal(file, () => this.unsend(file, item, pages)));
    }
    this.list.append(item);
    this.list.hidden = false;
    this.say(text);
  }

  removal(file, takeOut) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "nhsuk-button nhsuk-button--secondary nhsuk-button--small tc-evidence__remove";
    button.textContent = this.word("removeWord");
    button.setAttribute("aria-label", this.word("remove", { name: file.name }));
    button.addEventListener("click", takeOut);
    return button;
  }

  drop(file, item) {
    this.kept = this.kept.filter((one) => one.item !== item);
    item.remove();
    this.list.hidden = !this.list.children.length;
    this.putBack();
    this.say(this.word("removed", { name: file.name }));
    this.input.focus();
  }

  async unsend(file, item, pages) {
    if ("leaving" in item.dataset) return; // a second press while the first is on its way
    item.dataset.leaving = "";
    try {
      await takeBack(this.root.dataset.send, this.input, pages);
      this.sent -= 1;
      this.drop(file, item);
    } catch {
      delete item.dataset.leaving;
      this.complain(this.word("unremoved", { name: file.name }));
    }
  }

  /** The field holds what is listed: the form then sends the small photos as if they had been chosen. */
  putBack() {
    try {
      const transfer = new DataTransfer();
      for (const { file } of this.kept) transfer.items.add(file);
      this.input.files = transfer.files;
    } catch {
      // An old Safari cannot fill a file field: it sends what was chosen last, as large as it is.
    }
  }

  hold(event) {
    if (!this.busy) {
      this.progress(this.kept.length ? undefined : null);
      return;
    }
    event.preventDefault();
    const { submitter } = event;
    this.turn.then(() => this.input.form.requestSubmit(submitter ?? undefined));
  }

  /** Shows a part from 0 to 1, an unknown part for undefined, nothing for null. */
  progress(part) {
    this.bar.hidden = part === null;
    if (typeof part === "number") this.bar.value = Math.round(part * 100);
    else this.bar.removeAttribute("value");
  }

  say(text) {
    this.root.querySelector("[data-said]").textContent = text;
  }

  complain(text) {
    const line = document.createElement("p");
    line.className = "nhsuk-error-message";
    line.textContent = text;
    this.root.querySelector("[data-faults]").append(line);
    this.say("");
  }
}

function wake() {
  for (const root of document.querySelectorAll("[data-tc-evidence]:not([data-awake])")) {
    root.dataset.awake = "";
    new EvidenceInput(root);
  }
}

wake();
document.addEventListener("htmx:after:swap", wake);
