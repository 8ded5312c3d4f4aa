import type { ImageShape } from "../../contract/dataset.ts";
import type { EvaluationContext } from "../../contract/experiment.ts";
import type { Picture } from "../../contract/run.ts";
import { greyOf } from "../../nn/classify.ts";
import { nameClasses } from "./naming.ts";
import { styleNoise } from "./noise.ts";
import type { GeneratorSettings } from "./options.ts";

/** A row for each class, a column for each style. */
export async function pictures(
  context: EvaluationContext<GeneratorSettings>,
  count: number,
): Promise<readonly Picture[]> {
  const { settings, dataset } = context;
  const columns = Math.min(count, 12);
  const classes = Array.from({ length: settings.classes }, (_, k) => k);
  const size = settings.styleSize;
  const noise = styleNoise(size, columns, 0);
  const rows: Picture["tiles"][number][] = [];
  for (const k of classes) {
    const { pixels } = await context.call("draw", {
      digits: { shape: [columns], data: new Float32Array(columns).fill(k) },
      noise: { shape: [columns, size], data: noise },
    });
    for (let n = 0; n < columns; n++)
      rows.push({
        pixels: greyOf(pixels!.data, n, dataset.test.size),
      });
  }
  const found = settings.mode === "unsupervised" ? await nameClasses(context) : classes;
  return [
    {
      name: "digits",
      title: "What the network draws when it is asked: a row for each class, a column for each style",
      columns,
      shape: dataset.shape as ImageShape,
      rows: found.map((digit) => dataset.classes[digit] ?? "none"),
      tiles: rows,
    },
  ];
}
