import { crc32, inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { greyImage } from "../figures/plots/grey.ts";
import { look } from "./played.ts";

/** The chunks of a PNG file, each with a checksum that is right. */
function chunksOf(png: Buffer): { readonly [type: string]: Buffer } {
  expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const chunks: { [type: string]: Buffer } = {};
  for (let at = 8; at < png.length; ) {
    const end = at + 8 + png.readUInt32BE(at);
    expect(png.readUInt32BE(end)).toBe(crc32(png.subarray(at + 4, end)));
    chunks[png.toString("ascii", at + 4, at + 8)] = png.subarray(at + 8, end);
    at = end + 4;
  }
  return chunks;
}

test("a grey picture is a PNG with ink as opacity, on both grounds", () => {
  for (const [dark, ink] of [
    [false, 17],
    [true, 238],
  ] as const) {
    const pixels = Uint8Array.of(0, 255, 128, 0, 64, 255);
    const image = greyImage(look(320, dark), pixels, { width: 3, height: 2 }, { x: 7 });
    expect(image.getAttribute("x")).toBe("7");
    const [, data] = image.getAttribute("href")!.split("data:image/png;base64,");
    const { IHDR, IDAT, IEND } = chunksOf(Buffer.from(data!, "base64"));
    expect([IHDR!.readUInt32BE(0), IHDR!.readUInt32BE(4)]).toEqual([3, 2]);
    expect([...IHDR!.subarray(8)]).toEqual([8, 4, 0, 0, 0]);
    expect([...inflateSync(IDAT!)]).toEqual([0, ink, 0, ink, 255, ink, 128, 0, ink, 0, ink, 64, ink, 255]);
    expect(IEND!.length).toBe(0);
  }
});
