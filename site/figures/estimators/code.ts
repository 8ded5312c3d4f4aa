import { codeOf } from "../losses/code.ts";
import type { Expression } from "../losses/expression.ts";
import { callOf, type Dials, entryOf } from "./menu.ts";

/** What a figure shows, as an audit. */
export interface CodeOf {
  readonly logits: readonly number[];
  readonly slope: number;
  readonly expression: Expression;
  readonly ids: readonly string[];
  readonly dials: Dials;
  readonly seed: number;
}

/** A module that measures the same with the library's `audit`. */
export function auditCode({ logits, slope, expression, ids, dials, seed }: CodeOf): string {
  const f = codeOf(expression);
  const entries = ids.map(entryOf);
  const names = [...new Set(["audit", "bernoulli", ...entries.map((e) => e.name), ...(f.includes("sigmoid(") ? ["sigmoid"] : [])])].sort(); // biome-ignore format: one list
  const scaled = slope === 1 ? "" : `.mul(${slope})`;
  return `import { defaultDevice, init, numpy as np } from "@jax-js/jax";
import { ${names.join(", ")} } from "hardgrad";

await init("wasm");
defaultDevice("wasm");
${slope === 1 ? "" : `// Gradients with respect to the logits ${slope} a; times ${slope} they are those with respect to a.\n`}const q = bernoulli(np.array([${logits.join(", ")}])${scaled});
const f = ${f};
const estimators = [${entries.map((e) => callOf(e, dials)).join(", ")}];
const report = await audit(q, f, estimators, { samples: 20000, seed: ${seed} });
console.log("exact gradient:", report.gradient);
for (const { id, relativeBias, relativeNoise, variance } of report.rows)
  console.log(id, "bias", relativeBias, "±", relativeNoise, "variance", variance);
for (const { id, reason } of report.skipped) console.log(id, reason);
`;
}
