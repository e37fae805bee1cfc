// Says that the session is about to close, before it does.

const WARN_BEFORE_MIN = 2;

/** Shows `box` two minutes before `minutes` without use are over. */
export function watchIdle(box, minutes) {
  if (!box || !minutes) return;
  setTimeout(() => {
    box.hidden = false;
  }, (minutes - WARN_BEFORE_MIN) * 60000);
}
