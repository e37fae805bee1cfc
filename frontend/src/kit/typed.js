/**
 * Keeps what was typed while an answer was on its way. The server had seen nothing of it: swapped in, a ready text would
 * stand where the officer's own sentence was. For a box with data-tc-typed around one text field.
 */
export function keepTyped(event) {
  const box = event.detail.ctx?.target;
  const field = box?.matches?.("[data-tc-typed]") ? box.querySelector("textarea") : null;
  if (field?.value.trim() && field.value !== field.defaultValue) event.preventDefault();
}
