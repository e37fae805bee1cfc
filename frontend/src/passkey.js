// Passkeys: shows one at the door, adds one on the account page, gives one for a deed in that deed's form. Without
// script or WebAuthn the code remains.
const box = document.querySelector("[data-tc-passkey]");

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const listed = (keys) => (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));

/** Turns the server's options into what the browser takes. */
function forBrowser({ publicKey: key }) {
  const asked = { ...key, challenge: bytes(key.challenge) };
  if (key.user) asked.user = { ...key.user, id: bytes(key.user.id) };
  if (key.excludeCredentials) asked.excludeCredentials = listed(key.excludeCredentials);
  if (key.allowCredentials) asked.allowCredentials = listed(key.allowCredentials);
  return { publicKey: asked };
}

/** Turns the browser's answer into plain JSON. */
function forServer(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  const extensions = credential.getClientExtensionResults();
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: extensions };
}

const form = box?.closest("form");
const token = () => box.dataset.csrf || form.elements.csrfmiddlewaretoken.value;

async function ask(adding) {
  const options = await fetch(box.dataset.at, { headers: { Accept: "application/json" } });
  if (options.redirected) return { go: options.url };
  const asked = forBrowser(await options.json());
  const credential = await (adding ? navigator.credentials.create(asked) : navigator.credentials.get(asked));
  const name = adding ? { name: box.querySelector("input").value } : {};
  const answer = await fetch(box.dataset.at, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
    body: JSON.stringify({ ...forServer(credential), ...name }),
  });
  return answer.json();
}

if (box && window.PublicKeyCredential) {
  box.hidden = false;
  const problem = box.querySelector("[data-tc-problem]");
  box.querySelector("button").addEventListener("click", async () => {
    problem.textContent = "";
    try {
      const said = await ask(box.dataset.tcPasskey === "add");
      if (said.proven) form.submit(); // not requestSubmit: nothing else is to be asked
      else if (said.go) window.location.assign(said.go);
      else problem.textContent = said.problem;
    } catch {
      problem.textContent = problem.dataset.tcProblem;
    }
  });
}
