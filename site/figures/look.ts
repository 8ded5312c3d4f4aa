import type { Colours, Look } from "./contract.ts";

/** The colours of a page, by ground: one for each family of estimators, safe for colour-blind eyes; `exact` is ink. */
export const colours: { readonly light: Colours; readonly dark: Colours } = {
  light: {
    ground: "#ffffff",
    ink: "#111111",
    quiet: "#5c5c5f",
    line: "#d9d9dd",
    family: {
      exact: "#111111",
      "score function": "#d55e00",
      "coupled samples": "#e69f00",
      "straight-through": "#0072b2",
      relaxation: "#56b4e9",
      "control variate": "#009e73",
      perturbation: "#cc79a7",
      noise: "#8a8a00",
    },
  },
  dark: {
    ground: "#1b1b1f",
    ink: "#eeeeee",
    quiet: "#a5a5aa",
    line: "#3a3a40",
    family: {
      exact: "#eeeeee",
      "score function": "#ff8a4c",
      "coupled samples": "#ffc247",
      "straight-through": "#5ab4f0",
      relaxation: "#9bd8ff",
      "control variate": "#3fd0a4",
      perturbation: "#f0a6cc",
      noise: "#c8c84a",
    },
  },
};

/** Tasks in the order in which they are learned: one hue that no family has, told apart by lightness and by labels. */
const tasks = {
  light: ["#23124f", "#44318a", "#6650b3", "#846fcf", "#9a87dc"],
  dark: ["#f1ecff", "#d3c8fb", "#b3a4f0", "#9482de", "#7966c4"],
} as const;

export const taskColour = (dark: boolean, task: number): string => (dark ? tasks.dark : tasks.light)[task]!;

export const lookOf = (document: Document, width: number, dark: boolean): Look => ({
  document,
  width,
  dark,
  colours: dark ? colours.dark : colours.light,
});

/** Pairs of a colour on light ground, and its name as a CSS variable of the page. */
export const variables: readonly { readonly name: string; readonly light: string; readonly dark: string }[] =
  [
    ...(["ground", "ink", "quiet", "line"] as const).map((name) => ({
      name: `--figure-${name}`,
      light: colours.light[name],
      dark: colours.dark[name],
    })),
    ...Object.entries(colours.light.family)
      .filter(([family]) => family !== "exact")
      .map(([family, light]) => ({
        name: `--figure-${family.replaceAll(" ", "-")}`,
        light,
        dark: colours.dark.family[family]!,
      })),
  ];
