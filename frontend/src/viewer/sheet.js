// Where a turned and zoomed photo lies on its sheet.
export const STEP = 1.25;
const MOST = 4;

/** Gives the scale at which a turned photo is as wide as the stage; a small photo stays as it is. */
export function fitting(photo, turn, stageWidth) {
  const wide = turn % 180 ? photo.height : photo.width;
  return wide ? Math.min(1, stageWidth / wide) : 1;
}

/** Keeps a scale between the fitting one and four times the photo's own size. */
export const within = (scale, fit) => Math.min(MOST, Math.max(fit, scale));

/** Gives the sheet's size and how the photo is moved after its turn around its upper left corner. */
export function laid(photo, scale, turn) {
  const [width, height] = [photo.width * scale, photo.height * scale];
  const moves = { 0: [0, 0], 90: [height, 0], 180: [width, height], 270: [0, width] };
  const sheet = turn % 180 ? [height, width] : [width, height];
  return { width, height, sheet, move: moves[turn] };
}
