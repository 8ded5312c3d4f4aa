import { readFileSync } from "node:fs";
import { catalogue } from "hardgrad";
import { expect, test } from "vitest";
import { biasVarianceFigure } from "../../src/figures/bias-variance.ts";
import { codesFigure } from "../../src/figures/codes.ts";
import { familiesFigure } from "../../src/figures/families.ts";

test("figure families: every estimator in its family, and the picture of the docs is up to date", async () => {
  const { svg, rows } = await familiesFigure();
  const members = rows.flatMap((r) => String(r.members).split(" "));
  expect([...members].sort()).toEqual(catalogue.map(({ id }) => id).sort());
  for (const { family, unbiased, members } of rows) {
    const own = catalogue
      .map(({ create }) => create())
      .filter((e) => String(members).split(" ").includes(e.id));
    expect(new Set(own.map((e) => e.family))).toEqual(new Set([family]));
    expect(own.filter((e) => e.unbiased).length).toBe(unbiased);
  }
  const kept = readFileSync(new URL("../../../../docs/figures/families.svg", import.meta.url), "utf8");
  expect(`${svg}\n`, "hardgrad figure families --out docs/figures/families.svg --force").toBe(kept);
});

test("figure bias-variance: unbiased estimates are centred on the exact gradient, biased ones off by the bias of the audit", async () => {
  const { svg, rows } = await biasVarianceFigure(0);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  const byId = new Map(rows.map((r) => [String(r.estimator), r as { [column: string]: number }]));
  const unbiased = catalogue.flatMap(({ id, create }) => (create().unbiased ? [id] : []));
  const error = (row: { [column: string]: number }): number => row.deviation! / Math.sqrt(2000);
  for (const [id, row] of byId) {
    const shift = Math.abs(row.mean! - 1);
    if (unbiased.includes(id)) expect(shift, id).toBeLessThan(4.5 * error(row));
    // A projection is no longer than what is projected.
    else expect(shift, id).toBeLessThan(row.relative_bias! + 4.5 * error(row));
  }
  expect(byId.get("straight-through")!.mean! - 1).toBeGreaterThan(2);
  const total = rows.filter((r) => r.estimator === "rloo").reduce((sum, r) => sum + Number(r.share), 0);
  expect(total).toBeCloseTo(1, 6); // none of rloo's lies beyond the ends
});

test("figure codes: lengths and directions are those of the formulas, and the picture of the docs is up to date", async () => {
  const { svg, rows } = await codesFigure();
  const of = (method: string) => rows.filter((r) => r.method === method) as { [column: string]: number }[];
  for (const r of of("straight-through")) {
    expect([r.step_of_e_x, r.step_of_q_x]).toEqual([Math.fround(0.45), 0]);
  }
  for (const r of of("rotation trick")) {
    const ratio = Math.hypot(1.6, 1.1) / Math.hypot(r.e_x!, r.e_y!);
    expect(Math.hypot(r.step_of_e_x!, r.step_of_e_y!)).toBeCloseTo(0.45 * ratio, 5);
  }
  for (const r of of("DiVeQ")) {
    expect(r.step_of_e_x! + r.step_of_q_x!).toBeCloseTo(0.45, 5);
    expect(r.step_of_e_x! * (1.6 - r.e_x!) + r.step_of_e_y! * (1.1 - r.e_y!)).toBeCloseTo(0, 5);
  }
  const kept = readFileSync(new URL("../../../../docs/figures/codes.svg", import.meta.url), "utf8");
  expect(`${svg}\n`, "hardgrad figure codes --out docs/figures/codes.svg --force").toBe(kept);
});
