import type { Look } from "../contract.ts";
import type { Estimated } from "../estimators/estimates.ts";
import { colourOf, labelOf } from "../estimators/marks.ts";
import { plain, withError } from "../plots/numbers.ts";
import { shape, text, tip } from "../plots/svg.ts";

interface Bar {
  readonly label: string;
  readonly value: number;
  readonly error: number;
  /** One standard deviation of a single estimate. */
  readonly deviation: number;
  readonly colour: string;
}

/** What comes back through the neuron when a gradient of 1 arrives: a bar each. */
export function bars(
  data: { readonly exact: number; readonly rows: readonly Estimated[] },
  look: Look,
  at: { readonly x: number; readonly y: number; readonly width: number },
): { readonly elements: SVGElement[]; readonly height: number } {
  const { document, colours } = look;
  const all: Bar[] = [
    { label: "the step itself", value: 0, error: 0, deviation: 0, colour: colours.ink },
    { label: "derivative of P(h = 1)", value: data.exact, error: 0, deviation: 0, colour: colours.ink },
    ...data.rows.map(({ id, measured }) => ({
      label: id,
      value: measured?.mean[0] ?? Number.NaN,
      error: measured?.noise ?? 0,
      deviation: Math.sqrt(measured?.variance ?? 0),
      colour: colourOf(look, id),
    })),
  ];
  const most = Math.max(
    1,
    1.1 * data.exact,
    ...all.map((b) => (Number.isFinite(b.value) ? 1.05 * b.value : 0)),
  );
  const numbers = 92;
  const room = at.width - numbers - 8;
  const place = (v: number): number => at.x + (Math.min(Math.max(v, 0), most) / most) * room;
  const row = 40;
  const elements = all.flatMap((bar, i): SVGElement[] => {
    const y = at.y + i * row;
    const known = Number.isFinite(bar.value);
    const number = !known ? "not enough samples yet" : bar.error > 0 ? withError(bar.value, bar.error) : plain(bar.value); // biome-ignore format: one thought
    const about = `${bar.label}: ${number}${bar.deviation > 1e-6 ? `, a single one scatters by ${plain(bar.deviation)}` : ""}`;
    return [
      text(look, at.x, y + 12, labelOf(bar.label, Math.floor(at.width / 6.4)), { size: 12, bold: i < 2 }),
      ...(known
        ? [
            shape(document, "rect", { x: at.x, y: y + 18, width: Math.max(1.5, place(bar.value) - at.x), height: 11, fill: bar.colour, "fill-opacity": i < 2 ? 1 : 0.75 }, tip(document, about)), // biome-ignore format: one mark
          ]
        : []),
      ...(bar.deviation > 1e-6
        ? [
            shape(document, "line", { x1: place(bar.value - bar.deviation), x2: place(bar.value + bar.deviation), y1: y + 23.5, y2: y + 23.5, stroke: colours.quiet, "stroke-width": 1.5 }, tip(document, about)), // biome-ignore format: one mark
          ]
        : []),
      text(look, at.x + at.width, y + 27, number, { size: 11, anchor: "end", fill: colours.quiet }),
    ];
  });
  const exactAt = place(data.exact);
  const guides = all.slice(1).map((_, i) => {
    const y = at.y + (i + 1) * row;
    return shape(document, "line", {
      x1: exactAt,
      x2: exactAt,
      y1: y + 16.5,
      y2: y + 32,
      stroke: colours.ink,
      "stroke-width": 1.5,
    });
  });
  return { elements: [...elements, ...guides], height: all.length * row };
}
