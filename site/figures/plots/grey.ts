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
  const rows = new Uint8Array(height * line); // each begins with its filter: 0, none
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      rows[y * line + 1 + 2 * x] = ink;
      rows[y * line + 2 + 2 * x] = opacity[y * width + x]!;
    }
  const header = [...word(width), ...word(height), 8, 4, 0, 0, 0]; // 8 bits, grey with opacity, no interlacing
  const length = [rows.length & 255, rows.length >> 8];
  const stored = [0x78, 1, 1, ...length, ...length.map((b) => b ^ 255), ...rows, ...word(adler32(rows))];
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk("IHDR", header),
    ...chunk("IDAT", stored),
    ...chunk("IEND", []),
  ]);
}

const word = (value: number): number[] => [
  value >>> 24,
  (value >>> 16) & 255,
  (value >>> 8) & 255,
  value & 255,
];

function chunk(type: string, data: readonly number[]): number[] {
  const content = [...[...type].map((letter) => letter.charCodeAt(0)), ...data];
  return [...word(data.length), ...content, ...word(crc32(content))];
}

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}

function crc32(bytes: readonly number[]): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
