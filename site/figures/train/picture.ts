import type { Look, State } from "../contract.ts";
import { greyImage } from "../plots/grey.ts";
import { moved } from "../plots/moved.ts";
import { picture, shape, text, tip } from "../plots/svg.ts";
import { badgesOf } from "./badges.ts";
import type { TrainControls } from "./controls.ts";
import { type Axis, curves } from "./curves.ts";
import type { TrainData } from "./data.ts";
import { column, columnHeight, tests } from "./panels.ts";

const GAP = 22;
const DIGIT = 56;

/** From top to bottom: curves, test images, and the networks beside each other. */
export function draw(data: TrainData, state: State<TrainControls>, look: Look): SVGElement {
  const { width } = look;
  const ids = data.networks.map(({ estimator }) => estimator);
  const badges = badgesOf(ids, look);
  const chart = width >= 720 ? 290 : 230;
  const tested = tests(data, badges, look);
  const perRow = width >= 640 ? Math.max(1, badges.length) : Math.min(2, Math.max(1, badges.length));
  const each = Math.min(320, width / perRow);
  const below = chart + GAP + tested.height + GAP;
  const columnsTop = below + DIGIT + 16;
  const tall = columnHeight(state.hidden, each);
  const own = state.digit !== "";
  const said = own
    ? "Your digit, scaled and centred as the training digits are"
    : "The first test digit; draw your own";
  const height = columnsTop + Math.ceil(badges.length / perRow) * tall;
  return picture(
    look,
    height,
    "Networks with hard units learn to read digits",
    curves(data, state.axis as Axis, badges, look, chart),
    moved(look, 0, chart + GAP, tested.svg),
    moved(
      look,
      0,
      below,
      shape(
        look.document,
        "rect",
        { width: DIGIT, height: DIGIT, fill: "none", stroke: look.colours.line },
        tip(look.document, said),
      ),
      greyImage(look, data.read, { width: 28, height: 28 }, { width: DIGIT, height: DIGIT }),
      ...phrases(width).map(
        (phrase, n) =>
        text(look, DIGIT + 12, 16 + 16 * n, n === 0 ? said : phrase, { fill: n === 0 ? look.colours.ink : look.colours.quiet }), // biome-ignore format: one thought
      ),
    ),
    ...data.networks.map((_, i) =>
      moved(
        look,
        (i % perRow) * each,
        columnsTop + Math.floor(i / perRow) * tall,
        column(data, i, badges[i]!, look, each - 12),
      ),
    ),
  );
}

/** What stands beside the digit. */
const phrases = (width: number): readonly string[] =>
  width >= 560
    ? [
        "",
        "Squares: the hidden units in one sample, full where 1.",
        "Bars: probability of each digit, mean of 16 samples.",
      ]
    : ["", "Squares: hidden units, full where 1.", "Bars: probability of each digit."];
