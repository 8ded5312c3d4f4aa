import { firstBoard } from "./board.ts";
import type { LifeState } from "./controls.ts";
import { APART, DECAY, PATIENCE, RATE } from "./recipe.ts";

/** The course as a module for Node: the network, its training, the proof, and some generations. */
export const codeOf = (state: LifeState): string => `import { compileStep } from "@hardgrad/compiler";
import { adam } from "@hardgrad/experiments";
import { evaluateCircuit, simplifyCircuit } from "@hardgrad/runtime/circuit";
import { defaultDevice, init, nn, numpy as np, random, tree } from "@jax-js/jax";
import { logicGates, valueAndGrad } from "hardgrad";

await init("wasm");
defaultDevice("wasm");

// All 512 neighbourhoods, cell p of number n is bit p of n, and what the rule says of each.
const bit = (n, p) => (n >> p) & 1;
const all = Array.from({ length: 512 }, (_, n) => Array.from({ length: 9 }, (_, p) => bit(n, p)));
const lives = (cells) => {
  const others = cells.reduce((a, b) => a + b) - cells[4];
  return Number(others === 3 || (others === 2 && cells[4] === 1));
};
const x = { shape: [9, 512], data: Float32Array.from({ length: 9 * 512 }, (_, i) => all[i % 512][Math.floor(i / 512)]) };
const y = { shape: [1, 512], data: Float32Array.from(all, lives) };

// A tree: neighbours are joined to pairs, pairs to fours, fours with the cell itself; copies share their choices.
const layers = [[4, 2, [8]], [2, 16, [16, 16, 16]], [1, 33, [32, 32, 32, 16, 8]]].flatMap(([copies, given, sizes]) =>
  sizes.map((gates, i) => ({ copies, gates, first: i === 0, wires: given + (i === 0 ? 0 : sizes[i - 1]) })));

function initial(seed) {
  const both = [1, 2, 4, 6, 7, 8, 9, 11, 13, 14]; // operations that read both inputs
  const [logits, masks] = [{}, {}];
  const keys = np.split(random.split(random.key(seed), 3 * layers.length), 3 * layers.length, 0);
  for (const [i, { gates, wires }] of layers.entries()) {
    const [own, order, noise] = keys.slice(3 * i, 3 * i + 3).map((key) => key.reshape([2]));
    const operations = np.array(both).slice(random.randint(own, { shape: [gates], minval: 0, maxval: both.length }));
    logits["gates" + i] = np.equal(np.arange(16).astype(np.float32), operations.reshape([gates, 1])).astype(np.float32).mul(Math.log(15));
    logits["wires" + i] = random.normal(noise, [2 * gates, wires]);
    const rank = np.argsort(np.argsort(random.uniform(order, [2 * gates, wires]), -1), -1);
    masks["wires" + i] = np.where(np.less(rank, 8), 0, -1e9); // eight candidates each
  }
  return { moments: optimizer.init(tree.ref(logits)), logits, masks };
}

// Every choice is soft: the mean over operations, and over wires.
function outputs(logits, masks, x) {
  const [before, centre, behind] = np.split(x, [4, 5], 0);
  let [y, given] = [np.concatenate([before, behind]).reshape([1, 8 * 512]), np.zeros([1])];
  for (const [i, { copies, first }] of layers.entries()) {
    if (first) {
      given.dispose();
      const n = y.shape[0];
      given = np.transpose(y.reshape([n, copies, 2, 512]), [2, 0, 1, 3]).reshape([2 * n, copies * 512]);
      if (copies === 1) given = np.concatenate([given, centre.ref]);
    }
    const wires = first ? given.ref : np.concatenate([given.ref, y]);
    const [a, b] = np.split(np.matmul(nn.softmax(logits["wires" + i].add(masks["wires" + i]), -1), wires), 2, 0);
    y = logicGates(nn.softmax(logits["gates" + i], -1), a, b);
  }
  tree.dispose([given, centre]);
  return y;
}

const optimizer = adam({ b2: 0.99 });
const program = await compileStep(
  ({ logits, masks, moments }, { x, y, shrink }) => {
    const loss = (now) => np.mean(np.square(outputs(now, tree.ref(masks), x.ref).sub(y.ref)));
    const [value, gradients] = valueAndGrad(loss)(tree.ref(logits));
    tree.dispose([x, y]);
    const keep = np.negative(shrink).add(1);
    const kept = Object.fromEntries(Object.entries(logits).map(([name, a]) => [name, a.mul(keep.ref)]));
    keep.dispose();
    const next = optimizer.update(gradients, moments, kept, np.array(${RATE}));
    return { state: { moments: next.state, logits: next.params, masks }, loss: value };
  },
  { state: initial(${state.seed}), inputs: { x, y, shrink: 0 } },
  { device: "wasm" },
);

// The circuits of the network with its most probable choices, one for each of the last layer's gates.
function circuits() {
  const { logits, masks } = program.plainState();
  const largest = (values) => values.indexOf(Math.max(...values));
  const gates = [];
  let [outputs, given] = [[0, 1, 2, 3, 5, 6, 7, 8].map((cell) => [cell]), []];
  for (const [i, layer] of layers.entries()) {
    const [w, mask, own] = [logits["wires" + i].data, masks["wires" + i].data, logits["gates" + i].data];
    const row = (input) => Array.from({ length: layer.wires }, (_, k) => w[input * layer.wires + k] + mask[input * layer.wires + k]);
    const choices = Array.from({ length: layer.gates }, (_, g) =>
      [largest([...own.slice(16 * g, 16 * g + 16)]), largest(row(g)), largest(row(layer.gates + g))]);
    if (layer.first)
      given = Array.from({ length: layer.copies }, (_, c) =>
        [...outputs[2 * c], ...outputs[2 * c + 1], ...(layer.copies === 1 ? [4] : [])]);
    outputs = given.map((begin, c) => {
      const wires = layer.first ? begin : [...begin, ...outputs[c]];
      return choices.map(([operation, a, b]) => 8 + gates.push([operation, wires[a], wires[b]]));
    });
  }
  const thresholds = Array.from({ length: 9 }, (_, cell) => [cell, 0]);
  return outputs[0].map((wire) => ({ inputs: 9, thresholds, gates, classes: [{ wires: [], plus: 0 }, { wires: [wire] }] }));
}

const rows = Uint8Array.from(all.flat());
const isRight = (circuit) => {
  const scores = evaluateCircuit(circuit, rows);
  return all.every((cells, n) => scores[2 * n + 1] === lives(cells));
};
let [circuit, step, restarts] = [undefined, 0, 0];
while (!circuit) {
  if (step >= ${PATIENCE}) {
    program.setState(initial(${state.seed} + ${APART} * ++restarts));
    step = 0;
  }
  for (let i = 0; i < 25; i++, step++)
    program.run({ x, y, shrink: ${RATE} * (${DECAY[0]} + (${DECAY[1] - DECAY[0]} * step) / ${PATIENCE}) });
  circuit = circuits().map(simplifyCircuit).find(isRight);
}
program.dispose();
console.log(\`\${step} steps, \${restarts} given up: 512 of 512 right by \${circuit.gates.length} gates\`);

// It plays: four generations on a board whose edges are joined.
let board = ${JSON.stringify(rowsOf(firstBoard(state)))};
for (let generation = 0; generation <= 4; generation++) {
  console.log(\`generation \${generation}: \${board.join("").replaceAll(".", "").length} live cells\`);
  const cell = (y, x) => Number(board[(y + 28) % 28][(x + 28) % 28] === "#");
  board = board.map((row, y) => [...row].map((_, x) => {
    const around = Array.from({ length: 9 }, (_, p) => cell(y + Math.floor(p / 3) - 1, x + (p % 3) - 1));
    return evaluateCircuit(circuit, around)[1] === 1 ? "#" : ".";
  }).join(""));
}
`;

const rowsOf = (board: Uint8Array): string[] =>
  Array.from({ length: 28 }, (_, y) =>
    Array.from({ length: 28 }, (__, x) => (board[28 * y + x] ? "#" : ".")).join(""),
  );
