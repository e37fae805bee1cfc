// A signer's own certificate: statements go from the server to the program on this computer, signatures back.
const box = document.querySelector("#signing");
const words = box?.dataset;

const say = (text) => { document.querySelector("#signing-status").textContent = text; };
const counted = (text, n) => text.replace("{n}", n.toLocaleString(document.documentElement.lang === "en" ? "en-GB" : "vi-VN"));

/** Takes what was signed off the number of doses that wait. */
function leave(signed) {
  const left = document.querySelector("#signing-left");
  left.dataset.left = Math.max(0, Number(left.dataset.left) - signed);
  left.textContent = counted("{n}", Number(left.dataset.left));
}

/** Takes the button away where nothing waits any more. */
function end(nothing) {
  go.disabled = false;
  go.hidden = nothing;
  document.querySelector("#signing-none").hidden = !nothing;
}

/** Gives the server's answer, or null where it sent us to prove the second factor again. */
async function fromServer(address, options = {}) {
  const answer = await fetch(address, { ...options, headers: { Accept: "application/json", ...options.headers } });
  if (answer.redirected) {
    location.href = answer.url;
    return null;
  }
  return answer.json();
}

/** Asks the program on this computer; its person may say no. */
async function fromAgent(asked) {
  const answer = await fetch(`${words.agent}/sign`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(asked),
  });
  return answer.status === 403 ? { refused: true } : answer.json();
}

async function signOnce() {
  const told = await fromServer(words.statements);
  if (!told) return "";
  if (told.problem) return told.problem;
  if (!told.statements.length) {
    leave(Infinity);
    return words.nothing;
  }
  say(counted(words.asking, told.statements.length));
  let made;
  try {
    made = await fromAgent(told);
  } catch {
    return words.gone;
  }
  if (made.refused) return words.refused;
  const done = await fromServer(words.signatures, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": words.token },
    body: JSON.stringify({ signed_at: told.signed_at, signatures: made.signatures }),
  });
  if (!done) return "";
  if (done.problem) return done.problem;
  leave(done.signed);
  const over = done.refused ? ` ${counted(words.over, done.refused)}` : "";
  return counted(words.done, done.signed) + over;
}

const go = document.querySelector("#signing-go");
go?.addEventListener("click", async () => {
  go.disabled = true;
  say(await signOnce().catch(() => words.failed));
  end(document.querySelector("#signing-left").dataset.left === "0");
});
