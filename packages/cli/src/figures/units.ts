import { useDevice } from "@hardgrad/experiments";
import { numpy as np } from "@jax-js/jax";
import * as Plot from "@observablehq/plot";
import { grad, learnedRoundings, oneHot, pseudoDerivatives, sign, step } from "hardgrad";
import { plotSvg, stack } from "./draw.ts";
import type { Figure } from "./figure.ts";

const POINTS = 601;

/** Every unit (orange) with its pseudo-derivative (blue) over [-3, 3], from the code that trains. */
export async function unitsFigure(): Promise<Figure> {
  await useDevice("wasm");
  const x = np.linspace(-3, 3, POINTS);
  const panels: { name: string; unit: Float32Array; slope: Float32Array }[] = [];
  for (const { create } of pseudoDerivatives) {
    const derivative = create();
    const settings = Object.entries(derivative.settings).map(([k, v]) => ` ${k}=${v}`);
    for (const unit of derivative.id === "clip" ||
    derivative.id === "approx-sign" ||
    derivative.id === "swish-sign"
      ? [sign({ derivative })]
      : [step({ derivative })])
      panels.push({
        name: `${unit.id}, ${derivative.id}${settings.join()}`,
        unit: (await unit.apply(x.ref).data()) as Float32Array,
        slope: (await unit.slope!(x.ref).data()) as Float32Array,
      });
  }
  // One-hot argmax of (x, 0): its first component, and that component's derivative p(1 - p) by the softmax Jacobian.
  const pair = (v: typeof x): typeof x => np.stack([v.ref, np.zerosLike(v)], -1);
  const first = (v: typeof x): typeof x => np.sum(v.mul(np.array([1, 0])), -1);
  const choice = oneHot();
  panels.push({
    name: "one-hot argmax of (x, 0), softmax Jacobian",
    unit: (await first(choice.apply(pair(x.ref))).data()) as Float32Array,
    slope: (await grad((v: typeof x) => np.sum(first(choice.apply(pair(v)))))(x.ref).data()) as Float32Array,
  });
  for (const { create } of learnedRoundings) {
    const rounding = create();
    panels.push({
      name: `${rounding.title}, step 1`,
      unit: (await rounding.apply(x.ref, np.array(1)).data()) as Float32Array,
      slope: (await rounding.slope(x.ref, np.array(1)).data()) as Float32Array,
    });
  }
  const xs = (await x.data()) as Float32Array;
  const rows = panels.flatMap((p) =>
    Array.from(xs, (v, i) => ({ panel: p.name, x: v, unit: p.unit[i]!, pseudoDerivative: p.slope[i]! })),
  );
  const drawn = panels.map((p) => {
    const data = rows.filter((r) => r.panel === p.name);
    return plotSvg({
      width: 300,
      height: 190,
      marginLeft: 34,
      marginTop: 30,
      style: { background: "white", fontSize: "10px", color: "#222" },
      x: { label: null, domain: [-3, 3], ticks: 7 },
      y: { label: null, grid: true, ticks: 5 },
      marks: [
        Plot.ruleY([0], { stroke: "#999" }),
        Plot.lineY(data, { x: "x", y: "unit", stroke: "#d55e00", strokeWidth: 1.5 }),
        Plot.lineY(data, { x: "x", y: "pseudoDerivative", stroke: "#0072b2", strokeWidth: 1.8 }),
        Plot.text([p.name], { frameAnchor: "top", dy: -18, fontSize: 11, fontWeight: 600 }),
      ],
    });
  });
  const title = "Hard units (orange) and what stands in for their derivative (blue)";
  return { svg: stack(drawn, { width: 300, height: 190, columns: 4, title }), rows };
}
