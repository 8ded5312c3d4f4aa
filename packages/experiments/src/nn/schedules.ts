import { cosineSchedule } from "hardgrad";

/**
 * Linear from 0 over the first steps, then constant, or along a half cosine to 0 at the last one.
 *
 * @example
 * learningRateAt(50, 0.1, { warmUpSteps: 0, totalSteps: 100, cosine: true }); // 0.05
 */
export function learningRateAt(
  step: number,
  base: number,
  {
    warmUpSteps,
    totalSteps,
    cosine,
  }: { readonly warmUpSteps: number; readonly totalSteps: number; readonly cosine: boolean },
): number {
  if (step < warmUpSteps) return (base * (step + 1)) / warmUpSteps;
  if (!cosine) return base;
  const steps = Math.max(1, totalSteps - warmUpSteps);
  return cosineSchedule({ from: base, to: 0, steps }).at(step - warmUpSteps);
}
