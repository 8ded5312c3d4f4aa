// Asks a small trained generator for a digit: `node examples/draw.mjs 3`, or with the checkpoint of a run of yours after it.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadGenerator } from "@hardgrad/experiments";

const small = import.meta.resolve("@hardgrad/cli/digits/checkpoint.safetensors");
const [digit = 7, path = fileURLToPath(small)] = process.argv.slice(2);
const generator = await loadGenerator(readFileSync(path));
const pictures = await generator.draw({ digit: Number(digit), count: 2, seed: 1 });
generator.dispose();

// A picture is a Uint8Array of 28 x 28 grey values, row by row: 0 is the background, 255 the ink.
const shades = [..." ░▒▓█"];
for (const pixels of pictures)
  for (let y = 0; y < 28; y += 2) {
    const row = Array.from({ length: 28 }, (_, x) => (pixels[28 * y + x] + pixels[28 * y + 28 + x]) / 2);
    console.log(row.map((ink) => shades[Math.round(ink / 64)]).join(""));
  }
