import type { Look } from "../contract.ts";
import { greyImage } from "../plots/grey.ts";
import { moved } from "../plots/moved.ts";
import { percent, withError } from "../plots/numbers.ts";
import { shape, text, tip } from "../plots/svg.ts";
import { type Badge, badgeMark, lines } from "./badges.ts";
import { accuracyError, type Network, type TrainData } from "./data.ts";

const ROW = 24;

/** The first test images, and what each network reads them as. */
export function tests(
  data: TrainData,
  badges: readonly Badge[],
  look: Look,
): { svg: SVGElement; height: number } {
  const wide = look.width >= 720;
  const gutter = wide ? 210 : 28;
  const count = data.labels.length;
  const tile = Math.min(60, (look.width - gutter - 4) / count);
  const { quiet } = look.colours;
  const size = data.images.length / count;
  const images = data.labels.map((label, n) =>
    moved(
      look,
      gutter + n * tile,
      20,
      greyImage(
        look,
        data.images.subarray(n * size, (n + 1) * size),
        { width: 28, height: 28 },
        { width: tile - 2, height: tile - 2 },
      ),
      shape(
        look.document,
        "rect",
        { width: tile - 2, height: tile - 2, fill: "transparent" },
        tip(look.document, `a test image of a ${label}`),
      ),
    ),
  );
  const rows = data.networks.flatMap((network, i) => {
    const y = 24 + tile + i * ROW;
    const badge = badges[i]!;
    return [
      badgeMark(look, 10, y + 10, badge),
      ...(wide ? [text(look, 26, y + 14, lines(badge.name, gutter - 34)[0]!)] : []),
      ...network.reads.map((read, n) =>
        reading(look, gutter + n * tile, y, tile - 2, read, data.labels[n]!, badge),
      ),
    ];
  });
  const title = text(look, 4, 12, "Test digits, and what each network reads", { fill: quiet });
  return { svg: moved(look, 0, 0, title, ...images, ...rows), height: 28 + tile + badges.length * ROW };
}

/** One answer: on the network's colour where it is right, struck where it is wrong. */
function reading(
  look: Look,
  x: number,
  y: number,
  width: number,
  read: number,
  label: number,
  { colour, name }: Badge,
): SVGElement {
  const right = read === label;
  const { ink, quiet, line } = look.colours;
  const strike = { x1: width / 2 - 7, x2: width / 2 + 7, y1: 16, y2: 4, stroke: quiet };
  return moved(
    look,
    x,
    y,
    tip(look.document, `${name} reads the ${label} as ${read}`),
    shape(look.document, "rect", {
      width,
      height: ROW - 4,
      fill: right ? colour : "transparent",
      "fill-opacity": 0.3,
      stroke: right ? "none" : line,
    }),
    text(look, width / 2, 15, String(read), {
      anchor: "middle",
      fill: right ? ink : quiet,
      size: 13,
      bold: right,
    }),
    ...(right ? [] : [shape(look.document, "line", strike)]),
  );
}

const UNIT = 9;
const BARS = 64;

/** Height of a network's column. */
export function columnHeight(hidden: number, width: number): number {
  return 58 + Math.ceil(hidden / perRow(width)) * UNIT + 14 + BARS + 30;
}

const perRow = (width: number): number => [32, 16].find((units) => units * UNIT < width) ?? 8;

/** One network: its accuracy, its hidden units, and what it reads the digit as. */
export function column(data: TrainData, i: number, badge: Badge, look: Look, width: number): SVGElement {
  const network = data.networks[i]!;
  const accuracy = data.points.at(-1)?.accuracies[i];
  const { quiet } = look.colours;
  const names = lines(badge.name, width - 30);
  const said =
    accuracy === undefined
      ? "not tested yet"
      : `${percent(accuracy, accuracyError(accuracy, data.tested))}, ${network.seconds.toFixed(1)} s`;
  const columns = perRow(width);
  const strip = Math.ceil(network.firing.length / columns) * UNIT;
  return moved(
    look,
    0,
    0,
    badgeMark(look, 10, 10, badge),
    ...names.map((name, n) => text(look, 24, 14 + n * 14, name, { bold: true })),
    text(look, 0, 46, said, { fill: quiet }),
    moved(look, 0, 56, ...units(network, data.samples, badge, look, columns)),
    moved(look, 0, 56 + strip + 14, ...bars(network, badge, look, Math.min(width - 8, 200))),
  );
}

/** A square for each hidden unit: full where it is 1 in this sample. */
function units(
  network: Network,
  samples: number,
  { colour }: Badge,
  look: Look,
  columns: number,
): SVGElement[] {
  return Array.from(network.firing, (fires, n) =>
    shape(
      look.document,
      "rect",
      {
        x: (n % columns) * UNIT + 0.5,
        y: Math.floor(n / columns) * UNIT + 0.5,
        width: UNIT - 2,
        height: UNIT - 2,
        fill: fires ? colour : "transparent",
        stroke: fires ? colour : look.colours.line,
      },
      tip(
        look.document,
        `unit ${n + 1} is 1 in ${Math.round(network.rates[n]! * samples)} of ${samples} samples`,
      ),
    ),
  );
}

/** Probabilities of the ten digits, with a bar of one standard error. */
function bars(network: Network, { colour, name }: Badge, look: Look, width: number): SVGElement[] {
  const slot = width / 10;
  const { ink, line, quiet } = look.colours;
  const best = network.probabilities.indexOf(Math.max(...network.probabilities));
  const top = (share: number): number => BARS * (1 - Math.min(1, Math.max(0, share)));
  const each = network.probabilities.map((p, digit) => {
    const error = network.errors[digit]!;
    const said = `${name}: ${digit} with probability ${withError(p, error)}`;
    return moved(
      look,
      digit * slot,
      0,
      tip(look.document, said),
      shape(look.document, "rect", { width: slot, height: BARS + 16, fill: "transparent" }),
      shape(look.document, "rect", { x: 1, y: top(p), width: slot - 2, height: BARS - top(p), fill: colour }),
      shape(look.document, "path", {
        d: `M${slot / 2} ${top(p - error)}V${top(p + error)}`,
        stroke: ink,
      }),
      text(look, slot / 2, BARS + 14, String(digit), {
        anchor: "middle",
        size: 11,
        fill: digit === best ? ink : quiet,
        bold: digit === best,
      }),
    );
  });
  return [...each, shape(look.document, "line", { x1: 0, x2: width, y1: BARS, y2: BARS, stroke: line })];
}
