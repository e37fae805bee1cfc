// Proof of work in place of a captcha: begins once the page is drawn, tells politely how it stands, and fills its field.
// A form sent too early is held back and goes by itself; one whose proof grows too old, or was used, gets a new one.

const EARLY_MS = 60_000; // a new puzzle so long before the old one is too old

/** Hands a puzzle to a worker and gives its solution. */
function solved(parameters, source) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(source);
    const end = (answer) => {
      worker.terminate();
      if (answer) resolve(answer);
      else reject(new Error("unsolved"));
    };
    worker.onmessage = ({ data }) => end(data);
    worker.onerror = () => end(null);
    worker.postMessage(parameters);
  });
}

function prove(box) {
  const [field, without] = [box.querySelector('[name="captcha"]'), box.querySelector("[data-without]")];
  const [status, again, form] = [box.querySelector('[role="status"]'), box.querySelector("button"), field.form];
  let [busy, held, renewal] = [false, null, 0];
  without?.remove(); // scripts run here: without a proof only where the puzzle cannot be solved

  const tell = (what) => (status.textContent = box.dataset[what]);

  async function start() {
    if (busy) return;
    [busy, field.value, again.hidden] = [true, "", true];
    clearTimeout(renewal);
    without?.remove();
    tell("waiting");
    try {
      const answer = await fetch(box.dataset.tcProof, { headers: { Accept: "application/json" } });
      const challenge = await answer.json();
      const { until } = challenge.parameters.data;
      const solution = await solved(challenge.parameters, box.dataset.worker);
      field.value = btoa(JSON.stringify({ challenge, solution }));
      tell("done");
      renewal = setTimeout(renew, Math.max(EARLY_MS, until * 1000 - Date.now() - EARLY_MS));
    } catch {
      if (without) field.after(without);
      again.hidden = false;
      tell("failed");
    }
    busy = false;
    if (held && (field.value || without)) form.requestSubmit(held.submitter);
    held = null;
  }

  // A page that nobody looks at solves nothing.
  const renew = () => (document.hidden ? document.addEventListener("visibilitychange", start, { once: true }) : start());

  form.addEventListener("submit", (event) => {
    if (!busy) return;
    event.preventDefault();
    held = event;
    tell("held");
  });
  again.addEventListener("click", start);
  addEventListener("pageshow", (event) => event.persisted && start());
  start();
}

const begin = () => setTimeout(() => document.querySelectorAll("[data-tc-proof]").forEach(prove), 0);
if (document.readyState === "complete") begin();
else addEventListener("load", begin);
