import { defineFigure, type Look, type Row } from "../contract.ts";
import { netlists } from "../logic/files.ts";
import { netlist } from "../logic/netlist.ts";
import { operations } from "../logic/operations.ts";
import { levelsOf, wireBits } from "../logic/wires.ts";
import { moved } from "../plots/moved.ts";
import { count } from "../plots/numbers.ts";
import { picture, text } from "../plots/svg.ts";
import { percent, shareOf, withError } from "../shares.ts";
import { codeOf } from "./code.ts";
import { type CircuitData, type CircuitState, controls } from "./controls.ts";
import { type Followed, followed } from "./follow.ts";
import { accuracyPart, CHART, digitPart, functionsPart, pixelsPart, settlingPart, TOP, WALL, wall, wallArea } from "./parts.ts"; // biome-ignore format: one thought

const NETLIST = 120;

/** Where the parts lie at a width. */
function layoutOf({ width }: Pick<Look, "width">) {
  const gap = 26;
  if (width >= 720) {
    const side = WALL - TOP - 16;
    const half = (width - gap) / 2;
    const second = WALL + 18;
    const third = second + CHART + 18;
    const left = width - side - gap;
    return { digit: { x: 0, y: 0, width: side }, wall: { x: side + gap, y: 0, width: width - side - gap }, accuracy: { x: 0, y: second, width: half }, settling: { x: half + gap, y: second, width: half }, follow: { x: 0, y: third, width: left }, functions: { x: 0, y: third + TOP + NETLIST + 10, width: left }, pixels: { x: left + gap, y: third, width: side }, height: third + TOP + NETLIST + 10 + CHART + 4 } as const; // biome-ignore format: one thought
  }
  const side = Math.min(150, (width - gap) / 2);
  const at = [0];
  for (const height of [side + TOP + 30, WALL + 18, CHART + 18, CHART + 18, TOP + NETLIST + 18, CHART])
    at.push(at.at(-1)! + height);
  const full = (i: number) => ({ x: 0, y: at[i]!, width });
  return { digit: { x: 0, y: 0, width: side }, pixels: { x: side + gap, y: 0, width: side }, wall: full(1), accuracy: full(2), settling: full(3), follow: full(4), functions: full(5), height: at[6]! + 12 } as const; // biome-ignore format: one thought
}

const gateOf = ({ circuit }: CircuitData, { gate }: CircuitState): Followed | undefined =>
  circuit && followed(circuit, gate);

/** The followed gate, back to its pixels. */
function followPart(
  look: Look,
  at: { readonly x: number; readonly y: number; readonly width: number },
  data: CircuitData,
  gate: Followed | undefined,
): SVGElement {
  // biome-ignore format: one thought
  const title = gate ? `A gate of class ${gate.class}, back to its pixels` : "No gate to follow yet";
  const heading = text(look, 0, 14, title, { size: 14, bold: true });
  if (!gate) return moved(look, at.x, at.y, heading);
  const bits = wireBits(gate.part, data.image);
  const inputs = Array.from({ length: gate.part.inputs }, (_, pixel) => `${pixel % 28}, ${Math.floor(pixel / 28)}`); // biome-ignore format: one thought
  const classes = [`class ${gate.class}`];
  return moved(look, at.x, at.y, heading, moved(look, 0, TOP, netlist(look, { circuit: gate.part, bits, inputs, classes }, { width: Math.min(at.width, 520), height: NETLIST }))); // biome-ignore format: one thought
}

function says(data: CircuitData, state: CircuitState): string {
  const { circuit, points, scores, speed, of } = data;
  const last = points.at(-1);
  if (!circuit || !last || !speed) return "The network has not taken a step: its choices are random.";
  const most = Math.max(...scores);
  const second = Math.max(...scores.filter((_, i) => i !== scores.indexOf(most)));
  const what = data.label === undefined ? "Your digit" : `This ${data.label}`;
  const read = `${what} is read as ${scores.indexOf(most)}: ${most} of its gates are 1, ${second === most ? "as many of another's, which comes later" : `${second} of the runner-up's`}.`;
  const [own, net] = [shareOf(last.circuit), shareOf(last.network)];
  const gap = Math.abs(net.value - own.value) > 2 * Math.hypot(net.error, own.error) ? `; the network that trains by ${state.estimator} reads ${percent(net)}` : ""; // biome-ignore format: one thought
  const gate = gateOf(data, state);
  const followedText = gate ? ` The marked gate depends on ${new Set(gate.part.thresholds.map(([pixel]) => pixel)).size} pixels.` : ""; // biome-ignore format: one thought
  return `${read} After ${last.step} of ${of} steps the circuit reads ${percent(own)} of ${count(last.circuit.of)} test digits${gap}. It has ${count(circuit.gates.length)} gates in ${Math.max(0, ...levelsOf(circuit))} levels and no weights, and reads ${withError(speed)} million digits a second on this machine.${followedText}`;
}

/** A network of logic gates that learns to read digits, and its circuit. */
export const figure = defineFigure<typeof controls, CircuitData>({
  id: "circuit",
  question: "Can logic gates alone read a digit?",
  controls,
  first: 20,
  measured: ["million images a second", "standard error of that"],
  plays: true,
  draw(data, state, look) {
    const at = layoutOf(look);
    const gate = gateOf(data, state);
    return picture(
      look,
      at.height,
      says(data, state),
      digitPart(look, at.digit, data, gate),
      wall(look, at.wall, data, gate),
      accuracyPart(look, at.accuracy, data),
      settlingPart(look, at.settling, data),
      followPart(look, at.follow, data, gate),
      functionsPart(look, at.functions, data),
      pixelsPart(look, at.pixels, data, gate),
    );
  },
  drags: (_, look) => [{ control: "gate", ...wallArea(layoutOf(look).wall), value: (x, y) => [x, 1 - y] }],
  says,
  code: codeOf,
  rows: ({ points, functions, speed }) => [
    ...points.map(
      (p, i): Row => ({
        step: p.step,
        circuit: p.circuit.right / p.circuit.of,
        network: p.network.right / p.network.of,
        "functions changed": p.functions.right / p.functions.of,
        "wires changed": p.wires.right / p.wires.of,
        ...(i === points.length - 1 && speed ? { "million images a second": speed.value, "standard error of that": speed.error } : {}), // biome-ignore format: one thought
      }),
    ),
    ...functions.map((gates, o): Row => ({ function: operations[o]!.name, gates })),
  ],
  files: netlists,
});
