import { defineFigure, type Look, type Row } from "../contract.ts";
import { picture } from "../plots/svg.ts";
import { percent, shareOf, withError } from "../shares.ts";
import { accuracyDots, BARS_HEIGHT, timeBars } from "./bars.ts";
import { codeOf } from "./code.ts";
import {
  BLOCKS,
  controls,
  densityOf,
  type GatesData,
  type GatesState,
  type NetworkData,
} from "./controls.ts";
import { orderOf } from "./order.ts";
import { digitPart, OPENS_HEIGHT, opensPart, wall } from "./wall.ts";

function shownOf({ networks }: GatesData, { density }: GatesState): NetworkData | undefined {
  return networks.find(({ id }) => id === density);
}

/** Where the parts lie at a width. */
function layoutOf({ width }: Pick<Look, "width">) {
  const gap = 24;
  if (width >= 720) {
    const digit = Math.min(150, width * 0.14);
    const blocks = Math.min(220, width * 0.2);
    const rest = (width - digit - blocks - 3 * gap) / 2;
    const x = digit + blocks + 2 * gap;
    const top = Math.max(blocks + 40, digit + 70, BARS_HEIGHT);
    return { digit, blocks, wall: { x: digit + gap, y: 0 }, times: { x, y: 0, width: rest }, read: { x: x + rest + gap, y: 0, width: rest }, opens: { x: 0, y: top, width } } as const; // biome-ignore format: one thought
  }
  const digit = Math.min(120, width * 0.33);
  const blocks = Math.min(210, width - digit - gap);
  const top = Math.max(blocks, digit + 36) + 44;
  return { digit, blocks, wall: { x: digit + gap, y: 0 }, times: { x: 0, y: top, width }, read: { x: 0, y: top + BARS_HEIGHT, width }, opens: { x: 0, y: top + 2 * BARS_HEIGHT, width } } as const; // biome-ignore format: one thought
}

function says(data: GatesData, state: GatesState): string {
  const { label } = densityOf(state.density);
  const shown = shownOf(data, state);
  if (!shown) return `The network that may open ${label} of its blocks has not been trained yet; it is next.`;
  const open = shown.gates.filter((value) => value !== 0).length;
  const what = data.label === undefined ? "your digit" : `this ${data.label}`;
  const now = `For ${what}, ${open} of ${BLOCKS} blocks are open, and it is read as ${shown.answer.digit}.`;
  if (shown.steps < shown.of) return `${now} The network is in training: step ${shown.steps} of ${shown.of}.`;
  const dense = data.networks.find(({ id }) => id === "1");
  if (!dense || dense.steps < dense.of)
    return `${now} With ${percent(shown.rate)} of the blocks open it classifies ${percent(shareOf(shown.read))} of the test digits correctly. Its twin without gates is in training.`;
  return `${now} ${accuracyText(shown, dense)}${timeText(data, state)}`;
}

function accuracyText(shown: NetworkData, dense: NetworkData): string {
  const [own, all] = [shareOf(shown.read), shareOf(dense.read)];
  const gap = { value: 100 * (own.value - all.value), error: 100 * Math.hypot(own.error, all.error) };
  const both = `With ${percent(shown.rate)} of the blocks open the network classifies ${percent(own)} of the test digits correctly; its twin without gates, ${percent(all)}`;
  if (Math.abs(gap.value) < 2 * gap.error) return `${both}: a difference too small for these images to show.`;
  const size = { value: Math.abs(gap.value), error: gap.error };
  return `${both}: ${withError(size)} points ${gap.value < 0 ? "fewer" : "more"}.`;
}

function timeText({ times }: GatesData, { density }: GatesState): string {
  const own = times.find(({ id }) => id === density);
  if (!own) return "";
  const faster = own.times.value >= 1 ? `${withError(own.times)} times as fast` : `no faster (${withError(own.times)} times)`; // biome-ignore format: one thought
  return ` What is closed is skipped: it is ${faster} on this machine.`;
}

/** A network whose gates decide which blocks of units run. */
export const figure = defineFigure<typeof controls, GatesData>({
  id: "gates",
  question: "Which parts of a network run for which digit?",
  controls,
  // The network that is shown first and its twin without gates, trained and measured.
  first: 42,
  measured: ["microseconds", "microseconds, standard error"],
  plays: true,
  draw(data, state, look) {
    const at = layoutOf(look);
    const shown = shownOf(data, state);
    const order = shown?.digits.length ? orderOf(shown, BLOCKS) : Array.from({ length: BLOCKS }, (_, b) => b);
    return picture(
      look,
      at.opens.y + OPENS_HEIGHT,
      says(data, state),
      digitPart(look, { x: 0, y: 0, size: at.digit }, data, shown),
      wall(look, { ...at.wall, size: at.blocks }, shown, order),
      timeBars(look, at.times, data, state.density),
      accuracyDots(look, at.read, data, state.density),
      ...(shown ? [opensPart(look, at.opens, shown, order, state)] : []),
    );
  },
  says,
  code: codeOf,
  rows: ({ networks, times }) =>
    networks.flatMap((network): Row[] => {
      const { value, error } = shareOf(network.read);
      const time = times.find(({ id }) => id === network.id);
      const own = { "may open": densityOf(network.id).share };
      return [
        {
          ...own,
          "blocks open": network.rate.value,
          "blocks open, standard error": network.rate.error,
          accuracy: value,
          "accuracy, standard error": error,
          microseconds: time?.microseconds.value ?? "",
          "microseconds, standard error": time?.microseconds.error ?? "",
        },
        // Blocks that no image of a digit opens are left out.
        ...network.digits.flatMap(({ images, opens }, digit) =>
          opens.flatMap((count, block) =>
            count > 0 ? [{ ...own, digit, block, images, opens: count }] : [],
          ),
        ),
      ];
    }),
});
