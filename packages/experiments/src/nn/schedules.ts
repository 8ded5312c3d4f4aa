/** Schedules are plain numbers by step or epoch; the engine hands them to the compiled step as arrays. */

/**
 * Slope annealing: `factor^epoch`, epoch from 0 (Wizaron: 1.005; r2rt: 1.1). Samples are of `sigmoid(slope a)`.
 *
 * @example
 * slopeAt(2, 1.1); // 1.21
 */
export function slopeAt(epoch: number, factor: number): number {
  return factor ** epoch;
}

/**
 * Temperature annealing `max(floor, initial exp(-rate step))` (Jang, Gu & Poole 2017: floor 0.5, rate 1e-5 to 1e-4).
 *
 * @example
 * temperatureAt(1000, 1, 1e-4, 0.5); // 0.904837
 */
export function temperatureAt(step: number, initial: number, rate: number, floor: number): number {
  return rate === 0 ? initial : Math.max(floor, initial * Math.exp(-rate * step));
}

/**
 * From `initial` to `end`, the same factor at each step; `fraction` of the run from 0 to 1.
 *
 * @example
 * geometricAt(0.5, 1, 0.01); // 0.1
 */
export function geometricAt(fraction: number, initial: number, end: number): number {
  return initial * (end / initial) ** fraction;
}

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
  return (
    (base / 2) * (1 + Math.cos((Math.PI * (step - warmUpSteps)) / Math.max(1, totalSteps - warmUpSteps)))
  );
}
