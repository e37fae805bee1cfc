// One file sent at once. XMLHttpRequest, since fetch cannot tell how much has gone.

/** Sends the file under the field's name; `told` hears parts from 0 to 1. Throws with `said`, the server's own words. */
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
    call.addEventListener("load", () => (call.status < 300 ? done() : fail(Object.assign(new Error(), { said: words(call) }))));
    for (const name of ["error", "abort", "timeout"]) call.addEventListener(name, () => fail(new Error()));
    call.timeout = 120000;
    call.send(form);
  });
}

function words(call) {
  try {
    return JSON.parse(call.responseText).error;
  } catch {
    return undefined;
  }
}
