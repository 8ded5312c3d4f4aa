import type { RunConfig, Summary } from "@hardgrad/experiments";
import { percent, short } from "../console.ts";
import { formatEstimator } from "../estimator-spec.ts";
import { kebab } from "../flags.ts";
import type { Environment } from "./environment.ts";

/** The command that makes this run again. */
export function commandOf(config: RunConfig): string {
  const flags = Object.entries(config.settings).map(([name, value]) => `--${kebab(name)} ${value}`);
  const drawn = config.drawn
    ? [`--train-size ${config.drawn.train}`, `--test-size ${config.drawn.test}`]
    : [];
  const head = `npx hardgrad train ${config.experiment} --estimator ${formatEstimator(config.estimator)} --data ${config.data}`;
  return [head, ...drawn, `--seed ${config.seed}`, ...flags].join(" ");
}

/** README.md of a run, in the form of a model card: front matter, then what a reader wants to know. */
export function modelCard(config: RunConfig, summary: Summary, environment: Environment): string {
  const name = `${config.experiment} trained with ${formatEstimator(config.estimator)}`;
  return `---
license: mit
library_name: hardgrad
tags: [hardgrad, ${config.estimator.id}, binary-neurons]
datasets: [${config.data}]
metrics: [accuracy]
model-index:
  - name: ${name}
    results:
      - task: { type: image-classification }
        dataset: { name: ${config.data}, type: ${config.data} }
        metrics: [{ type: accuracy, value: ${summary.testAccuracy} }]
---

# ${name}

A 784 - ${config.settings.hidden} - 10 network whose hidden layer is 0 or 1, on ${config.data}, seed ${config.seed}.

| | |
|---|---|
| test accuracy at the end | ${percent(summary.testAccuracy)} |
| best test accuracy | ${percent(summary.bestTestAccuracy)} (epoch ${summary.bestEpoch}; chosen on the test set) |
| training loss, last report | ${short(summary.trainLoss)} nats |
| variance of the hidden gradient at the end | ${short(summary.gradientVariance)} |
| steps | ${summary.steps} |
| ms per step (this machine, while it was busy with whatever it was) | ${short(summary.msPerStep)} |

One sample of the hidden layer per image${config.settings.mode === "deterministic" ? " is not drawn: units are thresholded" : ""}.

## Use

\`checkpoint.safetensors\` holds \`params.w1 [784, hidden]\`, \`params.b1\`, \`params.w2 [hidden, 10]\`, \`params.b2\`: pixels are \`(grey/255 - 0.1307) / 0.3081\`, \`h = 1[u < sigmoid(slope (x w1 + b1))]\`, scores are \`h w2 + b2\`. The other tensors are the optimiser's state, for resuming.

## Limits

Trained to compare gradient estimators, not to read mail.

## Make it again

\`\`\`
${commandOf(config)}
\`\`\`

${environment.date}, hardgrad ${environment.hardgrad}${environment.commit ? ` (${environment.commit})` : ""}, Node ${environment.node}, ${environment.device} on ${environment.cpu}.
`;
}
