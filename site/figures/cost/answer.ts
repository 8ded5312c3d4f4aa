import type { State } from "../contract.ts";
import type { Estimated, EstimatesData } from "../estimators/estimates.ts";
import { entryOf, type MenuEntry } from "../estimators/menu.ts";
import { unitOf } from "../estimators/verdict.ts";
import type { costControls } from "./controls.ts";

type Controls = typeof costControls;
type Questions = Pick<State<Controls>, "soft" | "differentiable" | "unbiased">;

/** Why an estimator is out, by the answers to the three questions; undefined if it applies. */
export function reasonAgainst(
  { forward, needs, unbiased }: Pick<MenuEntry, "forward" | "needs" | "unbiased">,
  questions: Questions,
): string | undefined {
  if (!questions.soft && (forward === "soft" || needs.includes("soft"))) return "shows f soft values";
  if (!questions.differentiable && needs !== "values") return "needs the gradient of f";
  if (questions.unbiased && !unbiased) return "its mean is not the exact gradient";
  return undefined;
}

/** One estimator among those compared, its errors relative to the squared length of the gradient. */
export interface Candidate {
  readonly id: string;
  /** Of one estimate: evaluations or microseconds. */
  readonly cost: number;
  readonly biasSquared: number;
  readonly biasSquaredError: number;
  readonly variance: number;
  readonly varianceError: number;
  readonly mse: number;
  readonly mseError: number;
  readonly against?: string;
}

/** Those that have been measured. */
export function candidates({ exact, rows }: EstimatesData, state: State<Controls>): Candidate[] {
  const square = unitOf(exact).size ** 2;
  return rows.flatMap((row): Candidate[] => {
    const { id, measured, evaluations, microseconds } = row;
    const cost = state.cost === "microseconds" ? microseconds : evaluations;
    if (!measured || cost === undefined) return [];
    const against = reasonAgainst(entryOf(id), state);
    return [
      {
        id,
        cost,
        biasSquared: biasSquared(row) / square,
        biasSquaredError: entryOf(id).unbiased
          ? 0
          : (2 * measured.bias * measured.biasError + measured.noise ** 2) / square,
        variance: measured.variance / square,
        varianceError: measured.varianceError / square,
        mse: measured.mse / square,
        mseError: measured.mseError / square,
        ...(against === undefined ? {} : { against }),
      },
    ];
  });
}

/** What averaging does not remove, less what noise adds to it. */
function biasSquared(row: Estimated): number {
  const { bias, noise } = row.measured!;
  return entryOf(row.id).unbiased ? 0 : Math.max(0, bias ** 2 - noise ** 2);
}

/** The squared error when as many estimates are averaged as a budget buys; more than it buys is infinite. */
export const errorAt = ({ cost, biasSquared, variance }: Candidate, budget: number): number =>
  cost > budget ? Number.POSITIVE_INFINITY : biasSquared + (variance * cost) / budget;

/** The standard error of `errorAt`. */
export const errorOfError = ({ cost, biasSquaredError, varianceError }: Candidate, budget: number): number =>
  Math.hypot(biasSquaredError, (varianceError * cost) / budget);

/** What is spent of a budget: whole estimates. */
export const spent = ({ cost }: Candidate, budget: number): number => Math.floor(budget / cost) * cost;

/** Those that apply and fit the budget, the best first. */
export const ranked = (all: readonly Candidate[], budget: number): Candidate[] =>
  all
    .filter((c) => c.against === undefined && c.cost <= budget)
    .sort((x, y) => errorAt(x, spent(x, budget)) - errorAt(y, spent(y, budget)));
