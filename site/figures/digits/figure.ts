import { defineFigure, type State } from "../contract.ts";
import { withError } from "../plots/numbers.ts";
import { code } from "./code.ts";
import { controls, type DigitsControls } from "./controls.ts";
import type { DigitsData } from "./data.ts";
import { drags, draw } from "./picture.ts";

export const figure = defineFigure<DigitsControls, DigitsData>({
  id: "digits",
  question: "Ask for a digit. In which style?",
  controls,
  first: 0,
  draw,
  drags,
  says,
  code,
  rows: ({ at: [x, y], digits }) =>
    digits.map(({ digit, pixels, slant, weight }) => ({
      digit,
      x,
      y,
      slant_degrees: slant,
      weight,
      pixels: pixels.join(" "),
    })),
});

function says({ digits, training }: DigitsData, { axes }: State<DigitsControls>): string {
  const [slant, slantError] = meanOf(digits.map((d) => d.slant));
  const [weight, weightError] = meanOf(digits.map((d) => 100 * d.weight));
  const lean = slant < 0 ? "to the left" : "to the right";
  const [leaning, ink] = [withError(Math.abs(slant), slantError), withError(weight, weightError)];
  const now =
    digits.length === 1
      ? `The one digit that this generator knows leans ${leaning}° ${lean} and covers ${ink} % of its picture with ink.`
      : `The ${digits.length} digits lean ${leaning}° ${lean} and cover ${ink} % of their pictures with ink (means, ± one standard error).`;
  if (training && training.step < training.of) {
    const loss = training.loss === undefined ? "" : `, loss ${training.loss.toFixed(0)} nats per picture`;
    return training.step === 0
      ? "It has not learned anything yet: press play, and watch digits appear."
      : `Step ${training.step} of ${training.of}${loss}. ${now}`;
  }
  const what =
    axes === "random"
      ? "Drag the point: which digit you get stays, how it is written changes."
      : "Drag the point to the right and they lean over; upwards, and they get bolder.";
  return `${now} ${what}`;
}

/** Mean, and its standard error. */
function meanOf(values: readonly number[]): readonly [number, number] {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return [mean, Math.sqrt(squares / (values.length - 1) / values.length)];
}
