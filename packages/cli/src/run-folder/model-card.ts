import {
  type Experiment,
  formOf,
  type Metric,
  type Picture,
  type RunConfig,
  type Summary,
} from "@hardgrad/experiments";
import { formatEstimator } from "../ask/estimator.ts";
import { kebab } from "../ask/flags.ts";
import { percent, short } from "../print/console.ts";
import { formatMetric } from "../print/metric.ts";
import { type Environment, environmentText } from "./environment.ts";

/** The command that makes this run again. */
export function commandOf(config: RunConfig): string {
  const flags = Object.entries(config.settings).map(([name, value]) => `--${kebab(name)} ${value}`);
  const drawn = config.drawn
    ? [`--train-size ${config.drawn.train}`, `--test-size ${config.drawn.test}`]
    : [];
  const head = `npx hardgrad train ${config.experiment} --estimator ${formatEstimator(config.estimator)} --data ${config.data}`;
  return [head, ...drawn, `--seed ${config.seed}`, ...flags].join(" ");
}

/** How to get models for other programs, if the experiment has any. */
function exportOf(names: readonly string[]): string {
  if (names.length === 0) return "";
  return `

For other programs, \`npx hardgrad export .\` in this folder writes ONNX models into \`export/\`: ${names.map((name) => `\`${name}.onnx\``).join(", ")}. Each says inside what its inputs and outputs are.`;
}

/** README.md of a run, in the form of a model card: front matter, then what a reader wants to know. */
export function modelCard(
  experiment: Experiment,
  config: RunConfig,
  summary: Summary,
  environment: Environment,
  pictures: readonly Pick<Picture, "name" | "title">[],
): string {
  const { headline } = experiment;
  const form = formOf(config);
  const { description, use, task, tags } = experiment.card(config.settings, form);
  const name = `${config.experiment} trained with ${formatEstimator(config.estimator)}`;
  const row = ({ tag, title, unit }: Metric): string =>
    `| ${title} | ${formatMetric(unit, summary.metrics[tag] ?? Number.NaN)} |`;
  const best = summary.bests[headline.tag];
  return `---
license: mit
library_name: hardgrad
tags: [${["hardgrad", config.estimator.id, ...tags].join(", ")}]
datasets: [${config.data}]
metrics: [${headline.tag.split("/")[0]}]
model-index:
  - name: ${name}
    results:
      - task: { type: ${task} }
        dataset: { name: ${config.data}, type: ${config.data} }
        metrics: [{ type: ${headline.tag.split("/")[0]}, name: ${headline.title}, value: ${summary.metrics[headline.tag]} }]
---

# ${name}

${description} Trained on ${config.data}, seed ${config.seed}.

| at the end | |
|---|---|
${row(headline)}
| best ${headline.title} (epoch ${best?.epoch ?? "—"}; chosen on the test set) | ${formatMetric(headline.unit, best?.value ?? Number.NaN)} |
${experiment.metrics.map(row).join("\n")}
| training loss, last report | ${short(summary.metrics["loss/train"] ?? Number.NaN)} nats |
| steps | ${summary.steps} |
| ms per step (on this machine, beside whatever else ran) | ${short(summary.msPerStep)} |
| part of the training time outside the compiled step | ${percent(summary.outsideFraction, 1)} |

${headline.note}
${pictures.map(({ name, title }) => `\n${title}:\n\n![${title}](figures/${name}.svg)\n`).join("")}
## Use

${use}${exportOf(Object.keys(experiment.models?.(config.settings, form, 0) ?? {}))}

## Limits

Trained to compare gradient estimators, and for nothing else.

## Make it again

\`\`\`
${commandOf(config)}
\`\`\`

${environmentText(environment)}
`;
}
