// A spiking network through 100 steps of time: what it learns of a delayed choice, and what a step costs to compile.
//   node bench/delayed-choice.mjs [--seeds 3] [--updates 150] [--rows NAME,...] [--unrolled 10,25] [--json FILE]
// Channel y, 0 or 1, fires with p = .4 in steps 5 to 19, both with .05 otherwise; channel 2 is 1 from step 90 on. Scores
// are the mean of W_o S over the last 10 steps, the loss is the cross-entropy of y. 64 neurons, threshold 1, soft reset at
// once, detached, fast sigmoid with k = 10; Adam 3e-3, gradients clipped to norm 1, batch 64; accuracy on 1024 new examples.
import "./sentence.mjs";
import { renameSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { compileStep } from "@hardgrad/compiler";
import { adam, splitKey, useDevice } from "@hardgrad/experiments";
import { jit, numpy as np, random, tree } from "@jax-js/jax";
import { fastSigmoid, leakyIntegrateAndFire, logSoftmax, scan, valueAndGrad } from "hardgrad";

const { values: flags } = parseArgs({
  options: {
    seeds: { type: "string", default: "3" },
    updates: { type: "string", default: "150" },
    rows: { type: "string" },
    unrolled: { type: "string", default: "" },
    json: { type: "string" },
  },
});

const [T, N, B] = [100, 64, 64];
const slow = Array.from({ length: N }, (_, i) => (i < N / 2 ? 0.9 : 0.99));
const table = {
  "feed-forward, decay .9": { recurrent: false, decay: 0.9 },
  "feed-forward, decay .98": { recurrent: false, decay: 0.98 },
  "recurrent, decay .9": { recurrent: true, decay: 0.9 },
  "recurrent, half of the neurons at .99": { recurrent: true, decay: slow },
};
const names = flags.rows ? flags.rows.split(";") : Object.keys(table);
for (const name of names)
  if (!table[name]) {
    console.error(`there is no row ${name}; known: ${Object.keys(table).join("; ")}.`);
    process.exit(2);
  }

function networkOf({ recurrent, decay }) {
  const neuron = leakyIntegrateAndFire({ decay, derivative: fastSigmoid({ k: 10 }) });
  return scan((p, [u, before], x) => {
    const current = np.matmul(x, p.input);
    const all = recurrent ? current.add(np.matmul(before, p.recurrent)) : current;
    const [next, spikes] = neuron.step(u, all);
    return [[next, spikes.ref], np.matmul(spikes, p.output)];
  });
}
/** Processor time so far, in ms: the machine may be busy with other things. */
const clock = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const start = () => [np.zeros([B, N]), np.zeros([B, N])];
const answer = (scores) => np.mean(scores.slice([T - 10, T]), 0);
const loss = (_params, scores, _state, wanted) =>
  np.negative(np.mean(np.sum(logSoftmax(answer(scores)).mul(wanted), -1)));

function initialParams(key, { recurrent }) {
  const [a, b, c] = splitKey(key, 3);
  const params = {
    input: random.normal(a, [3, N]),
    recurrent: random.normal(b, [N, N]).mul(0.5 / Math.sqrt(N)),
    output: random.normal(c, [N, 2]).mul(1 / Math.sqrt(N)),
  };
  if (!recurrent) {
    params.recurrent.dispose();
    delete params.recurrent;
  }
  return params;
}

/** Inputs `[time, batch, 3]` and one-hot labels, drawn from the key. */
function examples(key) {
  const [forLabels, forSpikes] = splitKey(key, 2);
  const labels = Array.from(random.bernoulli(forLabels, 0.5, [B]).dataSync(), Number);
  const rates = Float32Array.from({ length: T * B * 3 }, (_, k) => {
    const [time, label, channel] = [Math.floor(k / 3 / B), labels[Math.floor(k / 3) % B], k % 3];
    return channel === 2 ? Number(time >= 90) : time >= 5 && time < 20 && channel === label ? 0.4 : 0.05;
  });
  const x = np.less(random.uniform(forSpikes, [T, B, 3]), np.array(rates).reshape([T, B, 3]));
  return { x: x.astype(np.float32), wanted: np.array(labels.map((y) => [1 - y, y])), labels };
}

/** Gradients of norm 1 at most. */
const clipped = (gradients) => {
  const norm = np.sqrt(
    Object.values(gradients).reduce((sum, g) => sum.add(np.sum(np.square(g.ref))), np.array(0)),
  );
  const factor = np.reciprocal(np.maximum(norm, 1));
  const result = tree.map((g) => g.mul(factor.ref), gradients);
  factor.dispose();
  return result;
};

function run(row, seed) {
  const network = networkOf(row);
  const train = network.valueAndGrad(loss);
  const optimizer = adam();
  const update = jit((g, state, p, rate) => optimizer.update(clipped(g), state, p, rate));
  const keys = splitKey(random.key(seed), 2);
  let params = initialParams(keys[0], row);
  let state = optimizer.init(tree.ref(params));
  const times = [];
  let last = Number.NaN;
  for (const key of splitKey(keys[1], Number(flags.updates))) {
    const { x, wanted } = examples(key);
    const from = clock();
    const [value, gradients] = train(tree.ref(params), start(), x, wanted);
    ({ params, state } = update(gradients, state, params, np.array(0.003)));
    last = value.item();
    times.push(clock() - from);
  }
  let right = 0;
  for (const key of splitKey(random.key(1_000_000 + seed), 16)) {
    const { x, wanted, labels } = examples(key);
    wanted.dispose();
    const [end, scores] = network.run(tree.ref(params), start(), x);
    tree.dispose(end);
    const classes = np.argmax(answer(scores), -1).dataSync();
    right += labels.filter((y, i) => y === classes[i]).length;
  }
  const sorted = times.slice(1).sort((a, b) => a - b);
  return {
    seed,
    accuracy: right / (16 * B),
    loss: last,
    firstUpdateMs: Math.round(times[0]),
    msPerUpdate: Math.round(sorted[Math.floor(sorted.length / 2)] * 10) / 10,
  };
}

/** The first update of so many steps, and one of those after: by a scan, and unrolled in `jit` and in `compileStep`. */
async function compileTimes(steps) {
  const row = table["recurrent, decay .9"];
  const mean = (_params, scores) => np.mean(np.square(scores));
  const inputs = () => random.uniform(random.key(1), [steps, B, 3]);
  const unrolled = (p) => {
    const network = networkOf(row);
    return valueAndGrad((q) => mean(q, network.run(q, start(), inputs())[1]))(p);
  };
  const time = async (make) => {
    const from = clock();
    const update = await make();
    const read = () => {
      const [value, gradient] = update(initialParams(random.key(0), row));
      for (const x of [value, ...Object.values(gradient)]) x.dataSync();
    };
    read();
    const first = clock() - from;
    const then = clock();
    for (let n = 0; n < 20; n++) read();
    return { firstMs: Math.round(first), updateMs: Math.round((clock() - then) / 20) };
  };
  const compiled = async () => {
    const step = await compileStep(
      (state, { p }) => {
        const [value, gradient] = unrolled(p);
        return { state, value, gradient };
      },
      { state: {}, inputs: { p: initialParams(random.key(0), row) } },
      { device: "wasm", threads: 1 },
    );
    return (p) => {
      const { value, gradient } = step.run({ p });
      return [np.array(value), tree.map((g) => np.array(g), gradient)];
    };
  };
  return {
    steps,
    scan: await time(() => {
      const train = networkOf(row).valueAndGrad(mean);
      return (p) => train(p, start(), inputs());
    }),
    jit: await time(() => jit(unrolled)),
    compileStep: await time(compiled),
  };
}

const device = await useDevice("wasm");
device.dispose?.();
const compiled = [];
for (const steps of flags.unrolled.split(",").filter(Boolean))
  compiled.push(await compileTimes(Number(steps)));
for (const { steps, ...ways } of compiled)
  for (const [way, { firstMs, updateMs }] of Object.entries(ways))
    console.log(`${steps} steps, ${way}: first update ${firstMs} ms, then ${updateMs} ms`);
const results = names.map((name) => {
  const runs = Array.from({ length: Number(flags.seeds) }, (_, seed) => run(table[name], seed));
  console.log(name, runs.map((r) => `${r.accuracy.toFixed(3)} (${r.msPerUpdate} ms per update)`).join(" "));
  return { name, runs };
});
if (flags.json) {
  const record = {
    command: `node bench/delayed-choice.mjs ${process.argv
      .slice(2)
      .filter((a, i, all) => a !== "--json" && all[i - 1] !== "--json")
      .join(" ")}`.trim(),
    device: "wasm, one thread; times are processor times",
    cpu: cpus()[0].model,
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
    updates: Number(flags.updates),
    compiled,
    results,
  };
  writeFileSync(`${flags.json}.part`, `${JSON.stringify(record, undefined, 1)}\n`);
  renameSync(`${flags.json}.part`, flags.json);
}
