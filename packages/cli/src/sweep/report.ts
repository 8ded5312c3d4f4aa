import type { Experiment, Metric } from "@hardgrad/experiments";
import { lineChart } from "../figures/chart.ts";
import { colours, darkColours } from "../figures/draw.ts";
import { escapeXml } from "../figures/escape.ts";
import { sizeChart } from "../figures/size.ts";
import { type Axis, axes as allAxes, axisTitles, type Curves } from "./curves.ts";
import type { Result } from "./results.ts";
import type { Reported } from "./spec.ts";
import { shownMetrics, tableOf } from "./table.ts";

export interface ReportInput {
  readonly experiment: Experiment;
  readonly title: string;
  readonly command: string;
  readonly verdict: string;
  readonly results: readonly Result[];
  readonly curves: Curves;
  readonly reported?: Reported;
  /** Runs that failed, and why. */
  readonly failed: readonly { readonly name: string; readonly reason: string }[];
  /** Of the best run: SVG, by title. */
  readonly pictures: readonly { readonly title: string; readonly svg: string }[];
  /** Versions, device, machine and date. */
  readonly where: string;
}

const style = `
:root { color-scheme: light dark; --line: #8884; }
body { font: 16px/1.5 system-ui, Helvetica, Arial, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .3rem .7rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
svg { max-width: 100%; height: auto; }
pre { overflow-x: auto; padding: .7rem; border: 1px solid var(--line); border-radius: 4px; }
small { opacity: .8; }
.narrow { display: none; } .legend span { white-space: nowrap; margin-right: 1rem; } ${colours.map((c) => `[data-colour="${c}"] { color: ${c}; }`).join(" ")}
@media (max-width: 40rem) { .broad { display: none; } .narrow { display: block; } }
@media (prefers-color-scheme: dark) { ${colours.map(inTheDark).join(" ")} }`;

/** A curve's colour on a dark page. Pictures keep theirs: they bring white paper along. */
function inTheDark(colour: string, i: number): string {
  const curves = (["stroke", "fill"] as const).map(
    (kind) => `:is(.broad, .narrow) [${kind}="${colour}"] { ${kind}: ${darkColours[i]}; }`,
  );
  return [...curves, `[data-colour="${colour}"] { color: ${darkColours[i]}; }`].join(" ");
}

/** A page that needs nothing else: table, curves with error bands, pictures, how to make it again. */
export function report(input: ReportInput): string {
  const { experiment, results, where, reported, failed } = input;
  const metrics = shownMetrics(experiment, results, reported);
  const { headline } = experiment;
  const counts = results.map((r) => r.seeds.length);
  const [few, many] = [Math.min(...counts), Math.max(...counts)];
  const errorNote =
    many > 1
      ? `± is one standard error of the mean over ${few === many ? many : `${few} to ${many}`} seeds.`
      : "± is one standard error of the test set as a sample (one seed; how much seeds differ is not in it).";
  const notes = [headline, ...metrics].map((m) => escapeXml(m.note)).join(" ");
  const table = tableOf(experiment, results, reported);
  const shown = results.slice(0, colours.length).map((r) => r.group);
  const left =
    results.length > shown.length
      ? `<p><small>Curves: the ${shown.length} first lines of the table, of ${results.length}.</small></p>`
      : "";
  const axes = reported?.by ?? allAxes;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(input.title)}</title><style>${style}
${axes.map(axisRule).join("\n")}</style></head><body>
<h1>${escapeXml(input.title)}</h1>
<p>${escapeXml(experiment.about)}</p>
<p><strong>${escapeXml(input.verdict)}</strong></p>
${failed.length > 0 ? `<p>${failed.length === 1 ? "1 run failed and is" : `${failed.length} runs failed and are`} not counted: ${failed.map(({ name, reason }) => escapeXml(`${name} (${reason.replace(/\.$/, "")})`)).join("; ")}.</p>` : ""}
<div class="wide"><table>
<thead>${row(table.head, "th")}</thead>
<tbody>
${table.rows.map((cells) => row(cells, "td")).join("\n")}
</tbody></table></div>
<p><small>${errorNote} ${notes} All at the end of training. Best: over epochs, chosen on the test set. Times are of runs side by side on a busy machine: compare them with each other only.</small></p>
${left}
<fieldset><legend>Curves over</legend>
${axes.map((axis, i) => `<label><input type="radio" name="axis" value="${axis}"${i === 0 ? " checked" : ""}> ${axisTitles[axis]}</label>`).join("\n")}
</fieldset>
${[headline, trainingLoss, ...metrics].map((metric) => charts(input, metric, shown, axes)).join("\n")}
${sizes(input)}
${input.pictures.map(({ title, svg }) => `<h2>${escapeXml(title)}</h2>\n${svg}`).join("\n")}
<h2>Make it again</h2>
<pre>${escapeXml(input.command)}</pre>
<p><small>${escapeXml(where)} Data of the table: results.json and results.csv; of the curves: metrics.jsonl of each run. Seconds: steps times the median time of a step.</small></p>
</body></html>
`;
}

/** What every experiment has besides its own metrics. */
const trainingLoss: Metric = {
  tag: "loss/train",
  title: "training loss",
  unit: "nats",
  better: "lower",
  logarithmic: true,
  note: "",
};

/** Shows the charts of the axis that is chosen; without scripts. */
function axisRule(axis: Axis): string {
  return `body:has(input[value="${axis}"]:checked) .by:not(.by-${axis}) { display: none; }`;
}

function charts(input: ReportInput, metric: Metric, shown: readonly string[], axes: readonly Axis[]): string {
  const { title } = metric;
  const parts = axes.map((axis) => chart(input, metric, shown, axis));
  if (parts.every((part) => part === "")) return "";
  return `<h2>${escapeXml(title[0]!.toUpperCase() + title.slice(1))}</h2>
${parts.map((part, i) => `<div class="by by-${axes[i]}">${part}</div>`).join("\n")}`;
}

function chart(
  { curves }: ReportInput,
  { tag, title, unit, logarithmic }: Metric,
  shown: readonly string[],
  axis: Axis,
): string {
  const y = unit === "percent" ? `${title} (%)` : unit === "nats" ? `${title} (nats)` : title;
  const rows = shown.flatMap((group) => curves.points(group, tag, axis));
  if (rows.length === 0) return "";
  const options = { x: axisTitles[axis], y, percent: unit === "percent", logarithmic: logarithmic === true };
  const broad = lineChart(rows, options);
  const narrow = lineChart(rows, { ...options, width: 340, height: 260, labelled: false });
  return `<div class="broad">${broad}</div>
<div class="narrow">${narrow}<p class="legend">${legendOf([...new Set(rows.map((r) => r.series))])}</p></div>`;
}

/** The headline against the size of what remains, where the experiment measures one. */
function sizes({ experiment, results }: ReportInput): string {
  const { headline, size } = experiment;
  const rows = results
    .slice(0, colours.length)
    .map(({ group, value, standardError, metrics }) => ({ series: group, x: metrics[size?.tag ?? ""] ?? Number.NaN, y: value, error: standardError })) // biome-ignore format: one thought
    .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  if (!size || rows.length < 2) return "";
  const percent = headline.unit === "percent";
  const options = { x: size.title, y: `${headline.title}${percent ? " (%)" : ""}`, percent };
  return `<h2>${escapeXml(headline.title[0]!.toUpperCase() + headline.title.slice(1))} against ${escapeXml(size.title)}</h2>
<div class="broad">${sizeChart(rows, options)}</div>
<div class="narrow">${sizeChart(rows, { ...options, width: 340, height: 260, labelled: false })}<p class="legend">${legendOf(rows.map(({ series }) => series))}</p></div>`;
}

function legendOf(series: readonly string[]): string {
  const entries = series.map((name, i) => {
    const colour = colours[i % colours.length]!;
    return `<span data-colour="${colour}">&#9679; ${escapeXml(name)}</span>`;
  });
  return entries.join(" ");
}

function row(cells: readonly string[], kind: "th" | "td"): string {
  return `<tr>${cells.map((c) => `<${kind}>${escapeXml(c)}</${kind}>`).join("")}</tr>`;
}
