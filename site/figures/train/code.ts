import type { State } from "../contract.ts";
import type { TrainControls } from "./controls.ts";

/** The same networks on the same digits, with hardgrad's experiments: accuracies at the ends of epochs are those of the figure. */
export function code({ estimators, hidden, rate, seed }: State<TrainControls>): string {
  return `import { classifier, drawnDigits, resolveSettings, startRun, useDevice } from "@hardgrad/experiments";

// Digits drawn by code; 40 steps of 100 images are one epoch.
const sizes = { train: 4000, test: 500 };
const dataset = drawnDigits({ seed: ${seed}, ...sizes });
const backend = await useDevice("wasm");

for (const id of ${JSON.stringify(estimators)}) {
  const settings = resolveSettings(
    classifier.options,
    { ...classifier.recommended(id).settings, hidden: ${hidden}, learningRate: ${rate}, epochs: 5 },
    dataset,
  );
  const estimator = { id, options: {} };
  const config = { experiment: "classifier", estimator, data: "drawn", drawn: sizes, seed: ${seed}, settings };
  const run = await startRun(classifier, config, dataset, backend);
  while (run.step < run.totalSteps) {
    const rows = await run.advance();
    for (const { step, values } of rows)
      if ("accuracy/test" in values) console.log(id, step, values["accuracy/test"]);
  }
  run.dispose();
}
`;
}
