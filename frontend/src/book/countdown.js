// The button that sends another code: counts down, then may be pressed.

/** Holds the button back for `data-wait` seconds. */
export function startCountdown(button) {
  if (!button) return;
  const words = button.textContent;
  const end = Date.now() + Number(button.dataset.wait) * 1000;
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    button.disabled = left > 0;
    button.textContent = left > 0 ? button.dataset.waiting.replace("{seconds}", left) : words;
    if (left > 0) setTimeout(tick, 250);
  };
  tick();
}
