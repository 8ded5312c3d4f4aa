// The cost of a step: the digit drawn and trained through, against the sum over all digits.
import { drawnDigits, generator, trainingStep, useDevice } from "../packages/experiments/dist/index.js";

const WARM = 2;
const ROUNDS = { 10: 30, 100: 5 };
const estimators = ["straight-through-gumbel-softmax", "straight-through", "exact"];

/**
 * Median milliseconds of processor time of a step at 10 and at 100 classes without labels, with the estimators in turn: a
 * busy machine changes it little.
 */
export async function stepCosts(device, threads) {
  const backend = await useDevice(device, { threads, notice: (sentence) => console.error(sentence) });
  const dataset = drawnDigits({ train: 1000, test: 100 });
  const defaults = Object.fromEntries(
    Object.entries(generator.options).map(([name, o]) => [name, o.default]),
  );
  const results = [];
  for (const classes of [10, 100]) {
    const contestants = [];
    for (const id of estimators) {
      const given = { mode: "unsupervised", classes, batch: 100, asked: 0 };
      const suited = generator.recommended(id, "mnist", given);
      const settings = { ...defaults, ...suited.settings, ...given };
      const config = {
        experiment: "generator",
        estimator: { id, options: suited.options },
        data: "drawn",
        drawn: { train: 1000, test: 100 },
        seed: 0,
        settings,
      };
      const { initial, step, inputs } = await trainingStep(config, dataset);
      contestants.push({ id, inputs, run: backend.update(step), resident: backend.put(initial), times: [] });
    }
    for (let round = 0; round < WARM + ROUNDS[classes]; round++)
      for (const { run, resident, inputs, times } of contestants) {
        const given = inputs(round % 10);
        const since = process.cpuUsage();
        await run(resident, given);
        const { user, system } = process.cpuUsage(since);
        if (round >= WARM) times.push((user + system) / 1000);
      }
    const exact = contestants.find(({ id }) => id === "exact");
    for (const { id, resident, times } of contestants) {
      results.push({
        classes,
        estimator: id,
        ms: median(times),
        exactOverThis: median(exact.times) / median(times),
      });
      resident.dispose();
      const { ms, exactOverThis } = results.at(-1);
      console.log(
        `${classes} classes, ${id}: ${ms.toFixed(1)} ms, summing over all costs ${exactOverThis.toFixed(2)} times that`,
      );
    }
  }
  return results;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
