import { defineFigure, type Look } from "../contract.ts";
import { picture } from "../plots/svg.ts";
import { type Estimate, percent, shareOf } from "../shares.ts";
import { codeOf } from "./code.ts";
import { controls, type ForgettingData, type ForgettingState, type Learner } from "./controls.ts";
import { MAP_TOP, mapHeight, weightMap } from "./map.ts";
import { nameOf, PANEL_HEIGHT, panel, sealText } from "./panel.ts";

/** Where the parts lie at a width. */
function layoutOf({ width }: Pick<Look, "width">) {
  const gap = 28;
  if (width >= 720) {
    const side = Math.min(280, width * 0.25);
    const each = (width - side - 2 * gap) / 2;
    const height = Math.max(PANEL_HEIGHT, mapHeight(side));
    return { panels: [{ x: 0, y: 0, width: each }, { x: each + gap, y: 0, width: each }], map: { x: width - side, y: 0, side }, height } as const; // biome-ignore format: one thought
  }
  const side = Math.min(300, width - 8);
  const two = width >= 620;
  const each = two ? (width - gap) / 2 : width;
  const below = two ? PANEL_HEIGHT : 2 * PANEL_HEIGHT;
  return { panels: [{ x: 0, y: 0, width: each }, two ? { x: each + gap, y: 0, width: each } : { x: 0, y: PANEL_HEIGHT, width: each }], map: { x: 4, y: below, side }, height: below + mapHeight(side) } as const; // biome-ignore format: one thought
}

const closedTitle = ({ protection }: ForgettingState): string =>
  protection === "exact" ? "Finished tasks closed" : "Only the gradient closed";

/** Accuracy on a task, on the day it was finished or now. */
function accuracy(
  { tasks }: ForgettingData,
  { points }: Learner,
  task: number,
  when: "done" | "now",
): Estimate {
  const own = points.filter((p) => p.right.length > task);
  const point = when === "now" ? own.at(-1)! : own.findLast((p) => p.tasks <= task + 1)!;
  return shareOf({ right: point.right[task]!, of: tasks[task]!.images });
}

const at = (...given: Parameters<typeof accuracy>): string => percent(accuracy(...given));

function says(data: ForgettingData, state: ForgettingState): string {
  const { open, closed, tasks, touched } = data;
  const learned = Math.min(open.seals.length, closed.seals.length);
  const digits = nameOf(tasks[0]!.digits);
  if (learned === 0)
    return `Both networks learn their first task, ${digits}. There is nothing to forget yet.`;
  const [then, now] = [at(data, closed, 0, "done"), at(data, closed, 0, "now")];
  const kept = then === now ? `stays at ${now}` : `goes from ${then} to ${now}`;
  if (learned === 1 && !touched)
    return `Both networks have learned ${digits}, and learn ${nameOf(tasks[1]!.digits)} now. Accuracy on ${digits} goes from ${at(data, open, 0, "done")} to ${at(data, open, 0, "now")} with nothing closed, and ${kept} with finished tasks closed.`;
  const other = then === now ? `still ${now}` : `now ${now}, from ${then},`;
  const fell = `After ${learned} tasks, accuracy on ${digits} has gone from ${at(data, open, 0, "done")} to ${at(data, open, 0, "now")} in the network with nothing closed; it is ${other} in the other one.`;
  return `${touched ? "" : `${fell} `}${sealsText(data, state)}${roomText(data)}`;
}

function sealsText({ closed, tasks, touched }: ForgettingData, { protection }: ForgettingState): string {
  const broken = closed.seals.filter(({ holds }) => !holds);
  const count = closed.seals.length;
  if (touched) {
    const what = `You changed one weight of the protected network, from ${touched.before.toPrecision(9)} to ${touched.after.toPrecision(9)}.`;
    if (touched.before === touched.after) return `${what} That is no change: the certificates hold.`;
    return broken.length === 0
      ? `${what} No finished task reads it: all ${count} certificates hold.`
      : `${what} ${broken.map((s) => sealText(s, tasks[s.task]!.digits)).join(" ")}`;
  }
  if (broken.length === 0)
    return `The certificates say why: not a bit of what its ${count} finished tasks read has changed.`;
  const why = protection === "gradient" ? " Their gradient was zero, but momentum and weight decay moved them." : ""; // biome-ignore format: one thought
  return `${broken.length} of its ${count} certificates do not hold: weights that those tasks read have changed.${why}`;
}

/** What protection costs: a late task has what the earlier ones left open. */
function roomText(data: ForgettingData): string {
  const { open, closed, tasks } = data;
  const finished = Math.min(open.seals.length, closed.seals.length);
  const gaps = tasks.slice(0, finished).map((_, t) => {
    const [free, bound] = [accuracy(data, open, t, "done"), accuracy(data, closed, t, "done")];
    return (free.value - bound.value) / (free.error + bound.error);
  });
  const worst = gaps.indexOf(Math.max(...gaps));
  if (!(gaps[worst]! > 3)) return "";
  return ` It has its price: ${nameOf(tasks[worst]!.digits)} reach only ${at(data, closed, worst, "done")} in what earlier tasks left open, and ${at(data, open, worst, "done")} where nothing is closed.`;
}

/** Two networks learn five tasks one after another; one of them closes what finished tasks read. */
export const figure = defineFigure<typeof controls, ForgettingData>({
  id: "forgetting",
  question: "Does a network forget what it learned first?",
  controls,
  // The first task and most of the second, of both networks.
  first: 20,
  plays: true,
  draw(data, state, look) {
    const { panels, map, height } = layoutOf(look);
    return picture(
      look,
      height,
      says(data, state),
      panel(look, panels[0], "Nothing closed", data, data.open),
      panel(look, panels[1], closedTitle(state), data, data.closed),
      weightMap(look, map, data, state),
    );
  },
  drags(_, look) {
    const { map } = layoutOf(look);
    return [
      {
        control: "weight",
        left: map.x,
        top: map.y + MAP_TOP,
        width: map.side,
        height: map.side,
        value: (x, y) => [x, 1 - y],
      },
    ];
  },
  says,
  code: codeOf,
  rows: ({ tasks, open, closed }) =>
    [["nothing closed", open] as const, ["closed", closed] as const].flatMap(([network, { points }]) =>
      points.flatMap((point) =>
        point.right.map((right, t) => {
          const of = tasks[t]!.images;
          const { value, error } = shareOf({ right, of });
          return {
            network,
            "tasks learned": point.tasks,
            digits: tasks[t]!.digits.join(" "),
            right,
            of,
            accuracy: value,
            "standard error": error,
          };
        }),
      ),
    ),
});
