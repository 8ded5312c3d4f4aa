// The cost of a training step in processor time, which a busy machine changes little.
import {
  drawnDigits,
  formOf,
  generator,
  resolveSettings,
  trainingStep,
  useDevice,
} from "@hardgrad/experiments";

const WARM = 2;

/** Median milliseconds of processor time of a step of each configuration, one after another in turn; on drawn digits. */
export async function processorTimes(configs, { device, threads, rounds }) {
  const backend = await useDevice(device, { threads, notice: (sentence) => console.error(sentence) });
  const dataset = drawnDigits({ train: 1000, test: 100 });
  const contestants = [];
  for (const config of configs) {
    const { initial, step, inputs } = await trainingStep(generator, { ...config, data: "drawn" }, dataset);
    contestants.push({ inputs, run: backend.update(step), resident: backend.put(initial), times: [] });
  }
  for (let round = 0; round < WARM + rounds; round++)
    for (const { run, resident, inputs, times } of contestants) {
      const since = process.cpuUsage();
      await run(resident, inputs(round % 3));
      const { user, system } = process.cpuUsage(since);
      if (round >= WARM) times.push((user + system) / 1000);
    }
  return contestants.map(({ resident, times }) => {
    resident.dispose();
    return median(times);
  });
}

const estimators = ["straight-through-gumbel-softmax", "straight-through", "exact"];

/** The digit drawn and trained through, against the sum over all digits: at 10 and at 100 classes without labels. */
export async function stepCosts(device, threads) {
  const results = [];
  for (const [classes, rounds] of [
    [10, 30],
    [100, 5],
  ]) {
    const given = { mode: "unsupervised", classes, batch: 100, asked: 0 };
    const configs = estimators.map((id) => configOf(id, "mnist", given));
    const times = await processorTimes(configs, { device, threads, rounds });
    const exact = times[estimators.indexOf("exact")];
    for (const [i, estimator] of estimators.entries()) {
      results.push({ classes, estimator, processorMs: times[i], exactOverThis: exact / times[i] });
      console.log(
        `${classes} classes, ${estimator}: ${times[i].toFixed(1)} ms, summing over all costs ${(exact / times[i]).toFixed(2)} times that`,
      );
    }
  }
  return results;
}

/** A run's configuration with what is recommended for it. */
export function configOf(id, data, given, seed = 0) {
  const suited = generator.recommended(id, data, given);
  return {
    experiment: "generator",
    estimator: { id, options: suited.options },
    data,
    seed,
    settings: resolveSettings(generator.options, { ...suited.settings, ...given }, formOf({ data })),
  };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
