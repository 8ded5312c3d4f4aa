import { Resvg } from "@resvg/resvg-js";
import { expect, test } from "vitest";
import { greyImage } from "../figures/plots/grey.ts";
import { look } from "./played.ts";

test("a grey picture is a PNG with ink as opacity, on both grounds", () => {
  for (const dark of [false, true]) {
    const image = greyImage(
      look(320, dark),
      Uint8Array.of(0, 255, 128, 0, 64, 255),
      { width: 3, height: 2 },
      {},
    );
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2">${image.outerHTML}</svg>`;
    const { pixels } = new Resvg(svg).render();
    const opacity = Array.from({ length: 6 }, (_, n) => pixels[4 * n + 3]);
    expect(opacity).toEqual([0, 255, 128, 0, 64, 255]);
    expect(pixels[4]).toBe(dark ? 238 : 17);
  }
});
