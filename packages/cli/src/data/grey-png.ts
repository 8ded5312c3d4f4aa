import { convertIndexedToRgb, type DecodedPng, decode } from "fast-png";
import { reasonOf } from "../ask/errors.ts";

/** Width and height by the header of a PNG file, which is all that needs to be right for this. */
export function sizeOfPng(bytes: Uint8Array, name: string): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = bytes.length >= 24 && view.getUint32(0) === 0x89504e47 && view.getUint32(12) === 0x49484452;
  const [width, height] = header ? [view.getUint32(16), view.getUint32(20)] : [0, 0];
  if (width * height === 0) throw new RangeError(`${name}: is not a PNG file; save it as PNG, or remove it.`);
  return { width, height };
}

/**
 * The grey values of a PNG file, 0 to 255: colours by their luma (0.299 R + 0.587 G + 0.114 B), transparent parts towards
 * black, 16 bits rounded to 8.
 *
 * @returns the values, and whether something was colour or transparent.
 * @throws RangeError that names the file if it is damaged.
 */
export function greyOfPng(bytes: Uint8Array, name: string): { grey: Uint8Array; changed: boolean } {
  // Below 8 bits fast-png 8 takes each pixel of an interlaced file for a whole byte.
  if (bytes[24]! < 8 && bytes[28] === 1)
    throw new RangeError(`${name}: is interlaced with ${bytes[24]} bits a pixel, which is not read; save it without interlacing.`); // biome-ignore format: one thought
  try {
    const png = decode(bytes, { checkCrc: true });
    if (bytes[25] === 3 && !png.palette) throw new RangeError("its palette is missing");
    return greyOf(png);
  } catch (error) {
    throw new RangeError(
      `${name}: is a damaged PNG file (${reasonOf(error).replace(/[.:]+$/, "")}); save it again, or remove it.`,
    );
  }
}

function greyOf(png: DecodedPng): { grey: Uint8Array; changed: boolean } {
  const size = png.width * png.height;
  const indexed = png.palette !== undefined;
  const values = indexed ? convertIndexedToRgb(png) : png.depth < 8 ? unpacked(png) : png.data;
  const channels = indexed ? png.palette![0]!.length : png.channels;
  const most = indexed ? 255 : 2 ** png.depth - 1;
  const key = indexed ? undefined : png.transparency;
  const colours = channels < 3 ? 1 : 3;
  const grey = new Uint8Array(size);
  let changed = false;
  for (let n = 0; n < size; n++) {
    const at = (c: number): number => values[n * channels + c]!;
    const luma = colours === 1 ? at(0) : 0.299 * at(0) + 0.587 * at(1) + 0.114 * at(2);
    const hidden = key?.every((value, c) => value === at(c));
    const alpha = hidden ? 0 : channels > colours ? at(colours) / most : 1;
    grey[n] = Math.round((255 * luma * alpha) / most);
    if (alpha < 1 || (colours === 3 && (at(0) !== at(1) || at(1) !== at(2)))) changed = true;
  }
  return { grey, changed };
}

/** Grey values of 1, 2 or 4 bits, whose rows begin at whole bytes. */
function unpacked({ data, width, height, depth }: DecodedPng): Uint8Array {
  const stride = Math.ceil((width * depth) / 8);
  return Uint8Array.from({ length: width * height }, (_, n) => {
    const bit = (n % width) * depth;
    const byte = data[Math.floor(n / width) * stride + (bit >> 3)]!;
    return (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
  });
}
