import { catalogue, type Family } from "hardgrad";
import type { Figure } from "./figure.ts";
import { arrow, drawing, grey, heads, ink, text } from "./shapes.ts";

const WIDTH = 980;
const TOP = 150;
const LANE = 62;
const BLUE = "#0072b2";
const ORANGE = "#b34a00";

/** Middle of each station of the forward pass. */
const at = { network: 270, logits: 385, sample: 500, rest: 630, loss: 755 };

interface Lane {
  /** What stands at the sample. */
  readonly sample: string;
  /** What the logits get. */
  readonly gradient: string;
}

/** b a sample, p its mean, a the logits, g the gradient of f at the sample. A family that is missing does not compile. */
const lanes: { readonly [F in Family]: Lane } = {
  "straight-through": { sample: "hard", gradient: "g × a stand-in for ∂b/∂a" },
  relaxation: { sample: "soft, or hard forward", gradient: "g × slope of the soft sample" },
  noise: { sample: "noisy unit", gradient: "g × slope of the unit" },
  perturbation: { sample: "moved along g, or one step", gradient: "difference of two samples" },
  "score function": { sample: "hard", gradient: "(f(b) − baseline) (b − p)" },
  "coupled samples": { sample: "two, opposite", gradient: "f(b) − f(b′), weighted" },
  exact: { sample: "every value in turn", gradient: "Σ f(b) ∂P(b)/∂a" },
  "control variate": { sample: "hard, and soft", gradient: "score function − correction" },
};

/** From network to loss, and where each family of estimators puts its gradient. */
export async function familiesFigure(): Promise<Figure> {
  const estimators = catalogue.map(({ create }) => create());
  const families = (Object.keys(lanes) as Family[]).filter((f) => estimators.some((e) => e.family === f));
  const rows = families.map((family) => {
    const members = estimators.filter((e) => e.family === family);
    return {
      family,
      estimators: members.length,
      unbiased: members.filter((e) => e.unbiased).length,
      through_f: members.filter((e) => e.needs.includes("gradient")).length,
      from_values: members.filter((e) => e.needs.startsWith("values")).length,
      ...lanes[family],
      members: members.map((e) => e.id).join(" "),
    };
  });
  const height = TOP + families.length * LANE + 44;
  const parts = [
    heads([BLUE, ORANGE, grey]),
    ...forward(),
    ...rows.flatMap((row, i) => lane(row, TOP + i * LANE)),
    text(16, height - 16, "Blue: through f by backpropagation, so f needs a gradient.", { fill: BLUE }),
    text(480, height - 16, "Orange: from values of f alone, so f may be anything.", { fill: ORANGE }),
  ];
  return { svg: drawing(WIDTH, height, "Where each family of estimators puts its gradient", parts), rows };
}

/** The forward pass, drawn once. */
function forward(): string[] {
  const box = (x: number, width: number, name: string, below: string): string[] => [
    `<rect x="${x - width / 2}" y="52" width="${width}" height="34" rx="5" fill="#f2f2f2" stroke="${grey}"/>`,
    text(x, 74, name, { anchor: "middle", bold: true, size: 13 }),
    text(x, 104, below, { anchor: "middle", fill: grey, size: 11 }),
  ];
  const link = (from: number, to: number): string => arrow(`M${from} 69H${to}`, grey, { width: 1.5 });
  return [
    text(16, 74, "forward", { fill: grey }),
    ...box(at.network, 84, "network", "weights"),
    ...box(at.logits, 74, "logits a", "p = sigmoid(a)"),
    ...box(at.sample, 84, "sample b", "hard: 0 or 1"),
    ...box(at.rest, 106, "f", "the rest of the network"),
    ...box(at.loss, 70, "loss", "f(b)"),
    link(at.network + 43, at.logits - 39),
    link(at.logits + 38, at.sample - 44),
    link(at.sample + 43, at.rest - 55),
    link(at.rest + 54, at.loss - 37),
    text(16, 134, "backward, by family", { fill: grey }),
    text(WIDTH - 16, 134, "what the logits get", { fill: grey, anchor: "end" }),
  ];
}

interface Row extends Lane {
  readonly family: string;
  readonly estimators: number;
  readonly unbiased: number;
  /** How many of them take the gradient of f, and how many its values. */
  readonly through_f: number;
  readonly from_values: number;
}

function lane(row: Row, y: number): string[] {
  const { family, estimators, unbiased, through_f, from_values, sample, gradient } = row;
  const middle = y + 30;
  const dot = (x: number): string => `<circle cx="${x}" cy="${middle}" r="4" fill="white" stroke="${ink}"/>`;
  const chain = [
    arrow(`M${at.loss - 6} ${middle}H${at.rest + 7}`, BLUE),
    arrow(`M${at.rest - 6} ${middle}H${at.sample + 7}`, BLUE),
    arrow(
      `M${at.sample - 5} ${middle - 4}Q${(at.sample + at.logits) / 2} ${middle - 24} ${at.logits + 6} ${middle - 5}`,
      BLUE,
      { dashed: true },
    ),
  ];
  const values = arrow(
    `M${at.loss - 5} ${middle + 4}C${at.loss - 60} ${middle + 26} ${at.logits + 60} ${middle + 26} ${at.logits + 6} ${middle + 5}`,
    ORANGE,
  );
  const bias =
    unbiased === estimators
      ? "all unbiased"
      : unbiased === 0
        ? "all biased"
        : `${unbiased} of ${estimators} unbiased`;
  const colour = through_f === 0 ? ORANGE : from_values === 0 ? BLUE : ink;
  return [
    `<line x1="16" x2="${WIDTH - 16}" y1="${y}" y2="${y}" stroke="#ddd"/>`,
    text(16, middle - 2, family, { bold: true, size: 13 }),
    text(16, middle + 15, `${estimators} estimators, ${bias}`, { fill: grey, size: 11 }),
    ...(through_f > 0 ? chain : []),
    ...(from_values > 0 ? [values] : []),
    arrow(`M${at.logits - 6} ${middle}H${at.network + 7}`, grey, { width: 1.5 }),
    ...[at.network, at.logits, at.sample, at.rest, at.loss].map(dot),
    text(at.sample - 5, middle - 14, sample, { size: 11, fill: grey }),
    text(WIDTH - 16, middle + 4, gradient, { anchor: "end", fill: colour }),
  ];
}
