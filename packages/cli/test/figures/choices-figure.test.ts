import type { MetricRow } from "@hardgrad/experiments";
import { expect, test } from "vitest";
import { choicesFigure } from "../../src/figures/choices.ts";
import { sizeChart } from "../../src/figures/size.ts";

test("choices: the share of gates that changed and the confidences, of every layer and epoch", () => {
  const metrics = [1, 2, 3].map(
    (epoch): MetricRow => ({
      step: 10 * epoch,
      epoch,
      values: Object.fromEntries(
        [1, 2].flatMap((layer) => [
          [`choices/changed-${layer}`, 1 / (epoch + layer)],
          [`choices/operations-${layer}`, 0.9 + 0.01 * epoch],
          // Fixed wires have no confidence.
          ...(layer === 1 ? [[`choices/wires-${layer}`, 0.1 * epoch]] : []),
        ]),
      ),
    }),
  );
  const { svg, rows } = choicesFigure([{ step: 5, epoch: 0.5, values: { "loss/train": 1 } }, ...metrics], 2);
  expect(rows).toHaveLength(3 * 5);
  expect(rows).toContainEqual({ panel: "changed", x: 3, series: "layer 2", value: 0.2 });
  expect(rows).toContainEqual({ panel: "confidence", x: 2, series: "operations, layer 1", value: 0.92 });
  for (const label of [
    "layer 1",
    "operations, layer 2",
    "wires, layer 1",
    "gates that changed in the epoch (%)",
  ])
    expect(svg).toContain(label);
  expect(svg).not.toContain("wires, layer 2");
  expect(svg).not.toMatch(/NaN|undefined/);
});

test("size: a point for every line, with its error bar where one is known", () => {
  const row = (series: string, x: number, error: number) => ({ series, x, y: 0.9, error });
  const options = { x: "gates", y: "accuracy (%)", percent: true };
  const wide = sizeChart([row("a", 500, 0.01), row("b", 8000, Number.NaN)], options);
  expect(wide.match(/<circle /g)).toHaveLength(2);
  expect(wide.match(/<line [^>]*stroke="#/g)).toHaveLength(1);
  // A logarithmic axis.
  for (const label of ["1k", "2k", "4k", ">a<", ">b<", "accuracy (%)"]) expect(wide).toContain(label);
  const narrow = sizeChart([row("a", 500, 0.01), row("b", 600, 0.01)], options);
  expect(narrow.match(/<circle /g)).toHaveLength(2);
  expect(narrow).not.toMatch(/NaN|undefined/);
});
