import type { MetricRow, RunConfig } from "@hardgrad/experiments";
import { Resvg } from "@resvg/resvg-js";
import { percent, short } from "../console.ts";
import { formatEstimator } from "../estimator-spec.ts";
import { type ChartRow, lineChart } from "../figures/chart.ts";
import { escapeXml } from "../figures/draw.ts";
import type { Environment } from "../run-folder/environment.ts";
import type { Finished } from "./pool.ts";
import type { Result } from "./results.ts";

export interface ReportInput {
  readonly title: string;
  readonly command: string;
  readonly verdict: string;
  readonly results: readonly Result[];
  readonly curves: readonly { readonly config: RunConfig; readonly rows: readonly MetricRow[] }[];
  readonly finished: readonly Finished[];
  readonly environment: Environment;
}

const style = `
:root { color-scheme: light dark; --line: #8884; --good: #009e73; --bad: #d55e00; }
body { font: 16px/1.5 system-ui, Helvetica, Arial, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .3rem .7rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
svg { max-width: 100%; height: auto; } .digits { display: flex; flex-wrap: wrap; gap: .4rem; }
figure.digit { margin: 0; text-align: center; font-size: .8rem; } figure.digit img { width: 56px; height: 56px; image-rendering: pixelated; display: block; }
.right { color: var(--good); } .wrong { color: var(--bad); font-weight: 700; }
pre { overflow-x: auto; padding: .7rem; border: 1px solid var(--line); border-radius: 4px; }
small { opacity: .8; }`;

/** A page that needs nothing else: table, curves with error bands, pictures, how to make it again. */
export function report(input: ReportInput): string {
  const { results, environment } = input;
  const seeds = results[0]?.seeds.length ?? 0;
  const errorNote =
    seeds > 1
      ? `± is one standard error of the mean over ${seeds} seeds.`
      : "± is one standard error of the test set as a sample (one seed; how much seeds differ is not in it).";
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(input.title)}</title><style>${style}</style></head><body>
<h1>${escapeXml(input.title)}</h1>
<p>A network with 0/1 hidden units learns to read digits. The estimators differ only in the gradient they give to the hidden layer.</p>
<p><strong>${escapeXml(input.verdict)}</strong></p>
<div class="wide"><table>
<thead><tr><th>estimator</th><th>test accuracy</th><th>best</th><th>gradient variance</th><th>ms per step</th><th>seeds</th></tr></thead>
<tbody>
${results.map(tableRow).join("\n")}
</tbody></table></div>
<p><small>${errorNote} Accuracy: one sample of the hidden layer per image, at the end. Best: over epochs, chosen on the test set. Gradient variance: total over the hidden layer's parameters for one batch, at each network's own end. Times are of runs side by side on a busy machine: compare them with each other only.</small></p>
<h2>Test accuracy</h2>
${lineChart(curve(input, "accuracy/test"), { x: "epoch", y: "test accuracy (%)", percent: true })}
<h2>Training loss</h2>
${lineChart(curve(input, "loss/train"), { x: "epoch", y: "cross-entropy (nats)", logarithmic: true })}
<h2>Variance of the hidden gradient</h2>
${lineChart(curve(input, "gradient/variance"), { x: "epoch", y: "total variance", logarithmic: true })}
<h2>Test images, as the best network reads them</h2>
<div class="digits">
${digits(input).join("\n")}
</div>
<h2>Make it again</h2>
<pre>${escapeXml(input.command)}</pre>
<p><small>${escapeXml(`${environment.date}, hardgrad ${environment.hardgrad}${environment.commit ? ` (${environment.commit})` : ""}, Node ${environment.node}, ${environment.device} on ${environment.cpu}.`)} Data of the table: results.json; of the curves: metrics.jsonl of each run.</small></p>
</body></html>
`;
}

function tableRow(r: Result): string {
  const cells = [
    `${percent(r.accuracy)} ± ${(100 * r.standardError).toFixed(2)}`,
    percent(r.best),
    short(r.gradientVariance),
    short(r.msPerStep),
    String(r.seeds.length),
  ];
  return `<tr><td>${escapeXml(r.estimator)}</td>${cells.map((c) => `<td>${c}</td>`).join("")}</tr>`;
}

/** Mean over seeds at each step, with one standard error to both sides. */
function curve({ curves }: ReportInput, tag: string): ChartRow[] {
  const points = new Map<string, { x: number; series: string; values: number[] }>();
  for (const { config, rows } of curves)
    for (const { step, epoch, values } of rows) {
      if (values[tag] === undefined) continue;
      const series = formatEstimator(config.estimator);
      const point = points.get(`${series} ${step}`) ?? { x: epoch, series, values: [] };
      point.values.push(values[tag]);
      points.set(`${series} ${step}`, point);
    }
  return [...points.values()].map(({ x, series, values }) => {
    const n = values.length;
    const y = values.reduce((a, b) => a + b, 0) / n;
    const error = n > 1 ? Math.sqrt(values.reduce((s, v) => s + (v - y) ** 2, 0) / (n - 1) / n) : 0;
    return { x, y, series, low: y - error, high: y + error };
  });
}

function digits({ finished, results }: ReportInput): string[] {
  const best = finished.find((f) => formatEstimator(f.job.config.estimator) === results[0]?.estimator);
  return (best?.examples ?? []).map(({ pixels, label, predicted }) => {
    const right = label === predicted;
    return `<figure class="digit"><img alt="a drawn or written ${label}" src="${png(pixels)}"><figcaption class="${right ? "right" : "wrong"}">${right ? label : `${predicted}, is ${label}`}</figcaption></figure>`;
  });
}

/** A 28 x 28 grey image as a data URI, dark ink on white. */
function png(pixels: readonly number[]): string {
  const squares = pixels.flatMap((v, i) =>
    v > 8
      ? [
          `<rect x="${i % 28}" y="${Math.floor(i / 28)}" width="1" height="1" fill="#000" fill-opacity="${(v / 255).toFixed(2)}"/>`,
        ]
      : [],
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="28" height="28" shape-rendering="crispEdges"><rect width="28" height="28" fill="#fff"/>${squares.join("")}</svg>`;
  return `data:image/png;base64,${Buffer.from(new Resvg(svg).render().asPng()).toString("base64")}`;
}
