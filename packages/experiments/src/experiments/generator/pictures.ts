import type { EvaluationContext } from "../../contract/experiment.ts";
import type { Picture } from "../../contract/run.ts";
import { classNames } from "../../data/index.ts";
import { nameClasses } from "./naming.ts";
import { classCount } from "./network.ts";
import { styleNoise } from "./noise.ts";

/** A row for each class, a column for each style. */
export async function pictures(context: EvaluationContext, count: number): Promise<readonly Picture[]> {
  const { settings, dataset } = context;
  const columns = Math.min(count, 12);
  const classes = Array.from({ length: classCount(settings) }, (_, k) => k);
  const size = settings.styleSize as number;
  const noise = styleNoise(size, columns, 0);
  const rows: Picture["tiles"][number][] = [];
  for (const k of classes) {
    const { pixels } = await context.call("draw", {
      digits: { shape: [columns], data: new Float32Array(columns).fill(k) },
      noise: { shape: [columns, size], data: noise },
    });
    for (let n = 0; n < columns; n++)
      rows.push({
        pixels: Uint8Array.from({ length: 784 }, (_, i) => Math.round(255 * pixels!.data[n * 784 + i]!)),
      });
  }
  const found = settings.mode === "unsupervised" ? await nameClasses(context) : classes;
  const names = classNames(dataset.name);
  return [
    {
      name: "digits",
      title: "What the network draws when it is asked: a row for each class, a column for each style",
      columns,
      rows: found.map((digit) => names[digit] ?? "none"),
      tiles: rows,
    },
  ];
}
