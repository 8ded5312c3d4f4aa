import { checkedCircuit, refuse } from "../check.ts";
import { type Circuit, inputsRead } from "../circuit.ts";
import { levelsOf } from "../statistics.ts";
import { operationLabel } from "./label.ts";

const mostWires = 2000;
const [boxWidth, boxHeight, columnWidth, rowHeight] = [104, 22, 180, 30];

/**
 * A drawing of the circuit: thresholds at the left, logic gates by level, classes at the right.
 *
 * @throws CircuitError for a circuit that can't be used, or of more than 2,000 wires: draw a part of it (circuitPart).
 * @example
 * writeFileSync("circuit.svg", circuitSvg(circuit));
 */
export function circuitSvg(given: Circuit): string {
  const circuit = checkedCircuit(given);
  const { thresholds, gates, classes } = circuit;
  const first = thresholds.length;
  const wires = first + gates.length;
  if (wires > mostWires)
    refuse(
      `it has ${wires} wires, but a drawing at most ${mostWires}; draw the part that some depend on (circuitPart)`,
    );
  const levels = levelsOf(circuit);
  const last = 1 + levels.reduce((most, level) => Math.max(most, level), 0);
  const columns = [...levels].map((level, wire) => (wire < first ? 0 : Math.max(1, level)));
  const nodes = [...columns, ...classes.map(() => Math.max(last, 1 + Math.max(...columns, 0)))];
  const rows: number[] = [];
  const places = nodes.map((column) => {
    rows[column] = (rows[column] ?? 0) + 1;
    return { x: 10 + column * columnWidth, y: 10 + (rows[column]! - 1) * rowHeight };
  });
  const labels = [
    ...thresholds.map(([pixel, above]) => `pixel ${pixel} > ${above}`),
    ...gates.map(([operation]) => operationLabel(operation)),
    ...classes.map(({ plus = 0 }, i) => `class ${i}${plus ? ` + ${plus}` : ""}`),
  ];
  const line = (from: number, to: number): string => {
    const [a, b] = [places[from]!, places[to]!];
    const [x1, y1, x2, y2] = [a.x + boxWidth, a.y + boxHeight / 2, b.x, b.y + boxHeight / 2];
    const bend = (x2 - x1) / 2;
    return `<path d="M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}"/>`;
  };
  const lines = [
    ...gates.flatMap(([operation, a, b], i) => {
      const [readsA, readsB] = inputsRead(operation);
      return [...(readsA ? [line(a, first + i)] : []), ...(readsB ? [line(b, first + i)] : [])];
    }),
    ...classes.flatMap((entry, i) => entry.wires.map((wire) => line(wire, wires + i))),
  ];
  const boxes = places.map(
    ({ x, y }, i) =>
      `<rect x="${x}" y="${y}" width="${boxWidth}" height="${boxHeight}" rx="${i < first || i >= wires ? 0 : 10}"/>` +
      `<text x="${x + boxWidth / 2}" y="${y + 15}">${labels[i]!.replaceAll(">", "&gt;")}</text>`,
  );
  const width = 20 + Math.max(...nodes) * columnWidth + boxWidth;
  const height = 20 + Math.max(...Array.from(rows, (n) => n ?? 0)) * rowHeight;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11" text-anchor="middle">
<g fill="none" stroke="#888">
${lines.join("\n")}
</g>
<g fill="#fff" stroke="#333">
${boxes.map((box) => box.replace("<text", '<text fill="#111" stroke="none"')).join("\n")}
</g>
</svg>
`;
}
