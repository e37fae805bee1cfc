// One file sent at once. XMLHttpRequest, since fetch cannot tell how much has gone.

/**
 * Sends the file under the field's name; `told` hears parts from 0 to 1. Gives the ids of the pages that it became;
 * throws with `said`, the server's own words.
 */
export function sendFile(address, input, file, told) {
  const form = new FormData();
  form.append(input.name, file, file.name);
  const token = input.form?.querySelector('[name="csrfmiddlewaretoken"]')?.value;
  return new Promise((done, fail) => {
    const call = new XMLHttpRequest();
    call.open("POST", address);
    call.setRequestHeader("Accept", "application/json");
    if (token) call.setRequestHeader("X-CSRFToken", token);
    call.upload.addEventListener("progress", (event) => told(event.lengthComputable ? event.loaded / event.total : undefined));
    call.addEventListener("load", () => (call.status < 300 ? done(answer(call).pages ?? []) : fail(Object.assign(new Error(), { said: answer(call).error }))));
    for (const name of ["error", "abort", "timeout"]) call.addEventListener(name, () => fail(new Error()));
    call.timeout = 120000;
    call.send(form);
  });
}

/** Takes pages out again that were sent before; throws where the server did not do it. */
export async function takeBack(address, input, pages) {
  const form = new FormData();
  for (const page of pages) form.append("remove", page);
  const token = input.form?.querySelector('[name="csrfmiddlewaretoken"]')?.value;
  const headers = { Accept: "application/json", ...(token && { "X-CSRFToken": token }) };
  const answer = await fetch(address, { method: "POST", body: form, headers, credentials: "same-origin" });
  if (!answer.ok) throw new Error();
}

function answer(call) {
  try {
    return JSON.parse(call.responseText) ?? {};
  } catch {
    return {};
  }
}
