import type { Look } from "../contract.ts";
import { shape } from "./svg.ts";

/**
 * Grey pictures as an `<image>`: ink in the page's ink, on nothing. A PNG with grey and opacity, its data stored as
 * they are: that takes no compressor, on the page or in Node.
 */
export function greyImage(
  look: Look,
  pixels: Uint8Array,
  size: { readonly width: number; readonly height: number },
  attributes: { readonly [name: string]: number },
): SVGElement {
  const ink = look.dark ? 238 : 17;
  const bytes = png(pixels, size.width, size.height, ink);
  const href = `data:image/png;base64,${btoa(String.fromCharCode(...bytes))}`;
  return shape(look.document, "image", { href, ...attributes });
}

function png(opacity: Uint8Array, width: number, height: number, ink: number): Uint8Array {
  const line = 1 + 2 * width;
  const size = height * line;
  const bytes = new Uint8Array(OVERHEAD + size);
  const view = new DataView(bytes.buffer);
  bytes.set(SIGNATURE);
  view.setUint32(8, 13);
  bytes.set(IHDR, 12);
  view.setUint32(16, width);
  view.setUint32(20, height);
  bytes.set([8, 4, 0, 0, 0], 24); // 8 bits, grey with opacity, no interlacing
  view.setUint32(29, crc32(bytes, 12, 29));
  view.setUint32(33, size + 11);
  bytes.set(IDAT, 37);
  bytes.set([0x78, 1, 1], 41); // one block, the last one, stored
  view.setUint16(44, size, true);
  view.setUint16(46, ~size, true);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = 48 + y * line + 1 + 2 * x; // before it the filter of the row: 0, none
      bytes[at] = ink;
      bytes[at + 1] = opacity[y * width + x]!;
    }
  view.setUint32(48 + size, adler32(bytes, 48, 48 + size));
  view.setUint32(52 + size, crc32(bytes, 37, 52 + size));
  bytes.set(IEND, 60 + size);
  view.setUint32(64 + size, crc32(bytes, 60 + size, 64 + size));
  return bytes;
}

const letters = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const [IHDR, IDAT, IEND] = ["IHDR", "IDAT", "IEND"].map(letters) as [number[], number[], number[]];
/** Bytes of a file besides its rows. */
const OVERHEAD = 68;

function adler32(bytes: Uint8Array, from: number, end: number): number {
  let [a, b] = [1, 0];
  for (let i = from; i < end; i++) {
    a = (a + bytes[i]!) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let crc = n;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array, from: number, end: number): number {
  let crc = 0xffffffff;
  for (let i = from; i < end; i++) crc = (crc >>> 8) ^ table[(crc ^ bytes[i]!) & 255]!;
  return ~crc >>> 0;
}
