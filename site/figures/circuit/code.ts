import type { CircuitState } from "./controls.ts";
import { digits, settingsOf } from "./settings.ts";

/** The course as a module for Node. */
export const codeOf = (
  state: CircuitState,
): string => `import { drawnDigits, logic, parametersOf, resolveSettings, startRun, trainedCircuit, useDevice } from "@hardgrad/experiments";
import { circuitStatistics, circuitVerilog, loadCircuit, simplifyCircuit } from "@hardgrad/runtime/circuit";

const drawn = ${JSON.stringify(digits)};
const data = drawnDigits(drawn);
const settings = resolveSettings(logic.options, ${JSON.stringify(settingsOf(state))}, data);
const estimator = { id: "${state.estimator}", options: {} };
const config = { experiment: "logic", estimator, data: "drawn", drawn, seed: ${state.seed}, settings };
const run = await startRun(logic, config, data, await useDevice("wasm"));
while (run.step < run.totalSteps) await run.advance();

// Every choice takes its most probable value; what is left is a netlist.
const circuit = simplifyCircuit(trainedCircuit(logic, parametersOf(await run.checkpoint()), config));
const { gates, depth } = circuitStatistics(circuit);
const runtime = await loadCircuit(circuit);
const { images, labels, count } = data.test;
const right = runtime.classify(images).filter((digit, n) => digit === labels[n]).length;

let seconds = Number.POSITIVE_INFINITY;
for (let pass = 0; pass < 100; pass++) {
  const since = performance.now();
  runtime.classify(images);
  seconds = Math.min(seconds, (performance.now() - since) / 1000);
}
console.log(\`\${gates} gates in \${depth} levels: \${right} of \${count} test digits, \${(count / seconds / 1e6).toFixed(1)} million a second\`);
console.log(\`Verilog: \${circuitVerilog(circuit).length} characters\`);
`;
