export const controls = {
  style: {
    kind: "point",
    label: "Style",
    help: "All ten digits are drawn in the style under your finger. Drag it across the pad.",
    default: [0.25, 0.25],
    min: -1,
    max: 1,
    step: 0.05,
    live: true,
  },
  axes: {
    kind: "choice",
    label: "Directions",
    help: "What the pad spans: the two directions that change slant and weight most, found for each digit by finite differences, or two directions at random, the same for all digits.",
    default: "slant and weight",
    choices: [
      { value: "slant and weight", label: "slant and weight" },
      { value: "random", label: "two at random" },
    ],
  },
  path: {
    kind: "choice",
    label: "Morph along",
    help: "Where the style goes while the figure plays: around the point, or from it to its opposite and back.",
    default: "circle",
    choices: [
      { value: "circle", label: "a circle" },
      { value: "line", label: "a line" },
    ],
    live: true,
  },
  digit: {
    kind: "number",
    label: "Digit on the pad",
    help: "The small pictures on the pad are of this digit, each in the style of its place.",
    default: 4,
    min: 0,
    max: 9,
    step: 1,
    live: true,
  },
  from: {
    kind: "choice",
    label: "Generator",
    help: "One that learned from handwriting and comes with the page, or one that learns here and now from digits drawn by code: press play and see them appear.",
    default: "handwriting",
    choices: [
      { value: "handwriting", label: "handwriting, built in" },
      { value: "here", label: "drawn digits, trained here" },
    ],
  },
  file: {
    kind: "file",
    label: "Your own generator",
    help: "The checkpoint.safetensors of a run of hardgrad train generator: drop it here, or choose it. It is read in this page and sent nowhere.",
    default: "",
    ends: ".safetensors",
  },
} as const;

export type DigitsControls = typeof controls;
