// Gated against dense kernels: ratios by density, batch and block size. One thread, interleaved, outputs checked here.
// node packages/runtime/bench/gated-kernels.mjs [--json] [--quick]
import { denseTwin, gatedNetwork, generator, isolate, randomFloats } from "./layer.mjs";
import { printTable } from "./table.mjs";
import { interleave, quantile } from "./timing.mjs";

const json = process.argv.includes("--json");
const quick = process.argv.includes("--quick");
const shapes = quick
  ? [[1024, 1024]]
  : [
      [784, 2000],
      [1024, 1024],
      [2048, 512],
      [4096, 1024],
    ];
const blocks = quick ? [1, 16] : [1, 8, 16, 32];
const densities = quick ? [1, 0.25, 0.1] : [1, 0.9, 0.75, 0.5, 0.25, 0.1, 0.05, 0.02];
const pathNames = ["auto", "dense", "gates", "inputs"];
const batch = 64;
const random = generator(7);
const rows = [];

for (const [inputs, outputs] of shapes)
  for (const block of blocks) {
    const network = gatedNetwork(inputs, outputs, block, random);
    const gated = await isolate(network, "auto");
    const dense = await isolate(denseTwin(network), "dense");
    const x = randomFloats(batch * inputs, random);
    const groups = Math.ceil(outputs / block);
    for (const density of densities) {
      const masks = Float32Array.from({ length: batch * groups }, () => (random() < 2 * density - 1 ? 1 : 0));
      const open = masks.reduce((sum, gate) => sum + gate, 0) / masks.length;
      dense.load(x);
      gated.load(x, masks);
      const error = check(network, x, masks, gated, dense, block);
      const whole = interleave([() => dense.run(batch), () => gated.run(batch)], { rounds: 12, stretch: 4 });
      const batchPath = pathNames[gated.path()];
      // A stream of single examples, each with gates of its own.
      const rowsOf = (values, length) =>
        Array.from({ length: batch }, (_, i) => values.subarray(i * length, (i + 1) * length));
      const inputRows = rowsOf(x, inputs);
      const maskRows = rowsOf(masks, groups);
      let turn = 0;
      const next = () => {
        turn = (turn + 1) % batch;
        gated.load(inputRows[turn], maskRows[turn]);
        gated.run(1);
      };
      const nextDense = () => {
        turn = (turn + 1) % batch;
        dense.load(inputRows[turn]);
        dense.run(1);
      };
      const single = interleave([nextDense, next], { rounds: 30 });
      for (const [examples, times, path] of [
        [1, single, pathNames[gated.path()]],
        [batch, whole, batchPath],
      ])
        rows.push(row({ inputs, outputs, block, density: open, examples, path, error }, times));
    }
  }

if (json) console.log(JSON.stringify({ node: process.version, rows }, null, 1));
else print();

function row(cell, [dense, gated]) {
  const ratios = dense.times.map((time, i) => time / gated.times[i]);
  return {
    ...cell,
    gflops: (2 * cell.inputs * cell.outputs * cell.examples) / dense.fastest / 1e3,
    denseMicroseconds: dense.fastest,
    gatedMicroseconds: gated.fastest,
    ratio: dense.fastest / gated.fastest,
    low: quantile(ratios, 0.25),
    high: quantile(ratios, 0.75),
  };
}

/** Largest difference from the masked dense layer; block gates must give the same bits. Throws where they differ. */
function check(network, x, masks, gated, dense, block) {
  dense.run(batch);
  gated.run(batch);
  const { inputs } = network;
  const { outputs, weight } = network.layers.at(-1);
  const groups = Math.ceil(outputs / block);
  let worst = 0;
  for (let i = 0; i < batch; i++) {
    const all = dense.output(i);
    const own = gated.output(i);
    for (let j = 0; j < outputs; j++) {
      const wanted = masks[i * groups + Math.floor(j / block)] ? all[j] : 0;
      worst = Math.max(worst, Math.abs(own[j] - wanted));
    }
  }
  // Another order of summation: inputs times half a unit in the last place of the sum of sizes, of about inputs / 4.
  const bound = block === 1 ? (inputs * inputs * 2 ** -24) / 4 : 0;
  if (!(worst <= bound))
    throw new Error(`wrong output: off by ${worst} at block ${block}, more than ${bound}`);
  const first = dense.output(0);
  for (let j = 0; j < outputs; j += 97) {
    let sum = network.layers.at(-1).bias[j];
    for (let k = 0; k < inputs; k++) sum += x[k] * weight[k * outputs + j];
    if (!(Math.abs(sum - first[j]) <= (inputs * inputs * 2 ** -24) / 4))
      throw new Error(`dense is wrong at ${j}`);
  }
  return worst;
}

function print() {
  const head = ["inputs", "outputs", "block", "density", "examples", "dense us", "GFLOP/s", "gated us"];
  printTable(
    [...head, "ratio", "quartiles", "path"],
    rows.map((r) => [
      ...[r.inputs, r.outputs, r.block, r.density.toFixed(3), r.examples],
      ...[r.denseMicroseconds.toFixed(1), r.gflops.toFixed(1), r.gatedMicroseconds.toFixed(1)],
      ...[r.ratio.toFixed(2), `${r.low.toFixed(2)}-${r.high.toFixed(2)}`, r.path],
    ]),
  );
}
