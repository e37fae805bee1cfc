// A photo made small: 12 megapixels of a phone become some 300 KB that can still be read.
import { tooManyPixels } from "./size.js";

export const LONGEST = 2000;
const QUALITY = 0.8;

/** A file that cannot be sent; `code` names its words, `size` is a number for them. */
export class Unreadable extends Error {
  constructor(code, size) {
    super(code);
    this.code = code;
    this.size = size;
  }
}

const isHeic = (file) => /hei[cf]/i.test(file.type) || /\.hei[cf]$/i.test(file.name);

/** Tells whether the file says that it is a photo. */
export const isPhoto = (file) => file.type.startsWith("image/") || isHeic(file);

/** Gives width and height so that the longest side has at most `longest`; nothing is made larger. */
export function fitted(width, height, longest = LONGEST) {
  const scale = Math.min(1, longest / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

async function decoded(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    // Safari of 2019 knows no options, some systems decode HEIC in pages only.
    const picture = new Image();
    picture.src = URL.createObjectURL(file);
    try {
      await picture.decode();
      return picture;
    } finally {
      URL.revokeObjectURL(picture.src);
    }
  }
}

/** Gives a JPEG file of the photo, at most 2000 pixels long; throws Unreadable for what this browser cannot open. */
export async function shrunk(file) {
  let picture;
  try {
    picture = await decoded(file);
  } catch {
    const millions = await tooManyPixels(file);
    throw millions ? new Unreadable("pixels", millions) : new Unreadable(isHeic(file) ? "heic" : "wrong");
  }
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = fitted(picture.naturalWidth ?? picture.width, picture.naturalHeight ?? picture.height);
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close?.();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  canvas.width = canvas.height = 0; // frees the pixels at once: phones with little memory count them
  if (!blob) return file;
  return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
}
