// How many characters a text may still take. Counts code points after NFC, as the server does, so that "ế" is one.
//
// The page carries the words: data-left="Còn {n} ký tự", data-over="Thừa {n} ký tự". Heard by screen readers at a pause.

const PAUSE_MS = 1000;

/** Keeps the sentence under the text field of `root` true while somebody types. */
export function countCharacters(root) {
  const { tcCount, left, over } = root.dataset;
  const field = root.querySelector("textarea, input");
  const seen = root.querySelector("[data-tc-count-seen]");
  const heard = root.querySelector("[data-tc-count-heard]");
  let timer = 0;
  const tell = () => {
    const rest = Number(tcCount) - [...field.value.normalize("NFC")].length;
    const words = (rest < 0 ? over : left).replace("{n}", Math.abs(rest));
    seen.textContent = words;
    seen.classList.toggle("nhsuk-error-message", rest < 0);
    clearTimeout(timer);
    timer = setTimeout(() => (heard.textContent = words), PAUSE_MS);
  };
  root.dataset.awake = "";
  field.addEventListener("input", tell);
  tell();
}
