// The desk: everything here only saves taps; without it each page works with its own fields and buttons.
import { scanCamera } from "./scan.js";

/** The focus stands where the next thing is done; an error summary keeps it, since it comes first. */
function focusNext() {
  if (document.querySelector(".nhsuk-error-summary")) return;
  document.querySelector("[data-desk-focus]")?.focus();
}

/** Ticking one step leads to the next one still open, and at last to the button. */
function walkSteps(form) {
  const steps = [...form.querySelectorAll("[data-desk-step]")];
  const send = form.querySelector("[data-desk-send]");
  const goOn = () => (steps.find((step) => !step.checked) ?? send)?.focus();
  for (const step of steps) {
    step.addEventListener("change", () => step.checked && goOn());
    step.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.ctrlKey || event.repeat) return;
      event.preventDefault();
      if (step.checked) goOn();
      else step.click();
    });
  }
  // A line of text must not send the whole form by accident: a scanner ends every code with Enter.
  form.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement && event.target.type === "text";
    if (typing && event.key === "Enter" && !event.ctrlKey) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey && !event.repeat) send?.click();
  });
}

/** A scanner's last key may come twice, and a hand may too: a search is sent once. */
function sendOnce(form) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  addEventListener("pageshow", () => (sent = false));
}

function offerCamera(form) {
  const button = form.querySelector("[data-desk-camera]");
  const video = form.querySelector("[data-desk-video]");
  const problem = form.querySelector("[data-desk-problem]");
  if (!button || !navigator.mediaDevices?.getUserMedia) return;
  const start = button.textContent;
  let stop = null;
  button.hidden = false;
  const end = () => {
    stop?.();
    stop = null;
    video.hidden = true;
    button.textContent = start;
  };
  const fail = () => {
    end();
    problem.textContent = button.dataset.refused;
    problem.hidden = false;
  };
  button.addEventListener("click", async () => {
    if (stop) return end();
    problem.hidden = true;
    video.hidden = false;
    button.textContent = button.dataset.stop;
    try {
      stop = await scanCamera(
        video,
        (text) => {
          end();
          form.elements.text.value = text;
          form.requestSubmit();
        },
        fail,
      );
    } catch {
      fail();
    }
  });
}

/** The minutes under watch run on while the list stays open. */
function countDown() {
  const places = [...document.querySelectorAll("[data-desk-until]")];
  const tell = () => {
    for (const place of places) {
      const left = Math.max(0, Math.ceil((Date.parse(place.dataset.deskUntil) - Date.now()) / 60000));
      const words = left ? place.dataset.left.replace("{n}", left) : place.dataset.over;
      if (place.textContent.trim() !== words) place.firstElementChild.textContent = words;
    }
  };
  if (places.length) setInterval(tell, 10000);
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "F2") return;
  event.preventDefault();
  const field = document.querySelector('[data-desk="scan"] [data-desk-focus]');
  if (field) field.focus();
  else document.querySelector(".tc-nav a")?.click();
});
document.querySelectorAll('[data-desk="person"]').forEach(walkSteps);
document.querySelectorAll('[data-desk="scan"]').forEach((form) => {
  sendOnce(form);
  offerCamera(form);
});
countDown();
focusNext();
