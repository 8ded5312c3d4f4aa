import { defineFigure, type State } from "../contract.ts";
import { listed, percent } from "../plots/numbers.ts";
import { code } from "./code.ts";
import { controls, type TrainControls } from "./controls.ts";
import { accuracyError, type TrainData } from "./data.ts";
import { draw } from "./picture.ts";

export const figure = defineFigure<TrainControls, TrainData>({
  id: "train",
  question: "Does it learn?",
  controls,
  first: 24,
  // The networks are there, and tested.
  early: 4,
  measured: ["seconds"],
  plays: true,
  draw,
  says,
  code,
  rows: (data) =>
    data.points.flatMap(({ step, accuracies, seconds }) =>
      accuracies.map((accuracy, i) => ({
        estimator: data.networks[i]!.estimator,
        step,
        seconds: seconds[i]!,
        accuracy,
        standard_error: accuracyError(accuracy, data.tested),
      })),
    ),
});

function says(data: TrainData, state: State<TrainControls>): string {
  const last = data.points.at(-1);
  if (!last) return "The training steps are being compiled.";
  const ranked = last.accuracies
    .map((accuracy, i) => ({
      accuracy,
      error: accuracyError(accuracy, data.tested),
      name: data.networks[i]!.estimator,
    }))
    .sort((a, b) => b.accuracy - a.accuracy);
  const [first, second] = ranked;
  const worst = ranked.at(-1)!;
  const read = (who: typeof worst): string => `${who.name} reads ${percent(who.accuracy, who.error)}`;
  const when = `After ${last.step} steps ${read(first!)} of ${data.tested} test digits`;
  const rest = !second
    ? "."
    : first!.accuracy - worst.accuracy < 2 * Math.hypot(first!.error, worst.error)
      ? last.step < 20
        ? "; nobody has learned anything yet."
        : "; the others are within two standard errors."
      : `; ${read(worst)}.`;
  return `${when}${rest} ${ofDigit(data, state)}`;
}

/** What the networks read the digit as. */
function ofDigit(data: TrainData, state: State<TrainControls>): string {
  const answers = data.networks.map(({ probabilities, errors, estimator }) => {
    const digit = probabilities.indexOf(Math.max(...probabilities));
    return { digit, p: probabilities[digit]!, error: errors[digit]!, name: estimator };
  });
  const [first] = answers;
  if (!first) return "";
  const which = state.digit === "" ? `The first test digit, a ${data.labels[0]},` : "Your digit";
  if (answers.every(({ digit }) => digit === first.digit)) {
    const by = answers.length === 1 ? first.name : answers.length === 2 ? "both" : `all ${answers.length}`;
    const lowest = answers.reduce((a, b) => (b.p < a.p ? b : a));
    return `${which} is read as ${first.digit} by ${by}, with probability ${percent(lowest.p, lowest.error)}${answers.length > 1 ? " or more" : ""}.`;
  }
  const digits = [...new Set(answers.map(({ digit }) => digit))];
  const by = digits.map((digit) => {
    const names = answers.flatMap((answer) => (answer.digit === digit ? [answer.name] : []));
    return `as ${digit} by ${listed(names)}`;
  });
  return `${which} is read ${by.join(", ")}.`;
}
