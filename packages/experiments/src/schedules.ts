/** Schedules are plain numbers by step or epoch; the engine hands them to the compiled step as arrays. */

/** Slope annealing: `factor^epoch`, epoch from 0 (Wizaron: 1.005; r2rt: 1.1). Samples are of `sigmoid(slope a)`. */
export function slopeAt(epoch: number, factor: number): number {
  return factor ** epoch;
}

/** Temperature annealing `max(floor, initial exp(-rate step))` (Jang, Gu & Poole 2017: floor 0.5, rate 1e-5 to 1e-4). */
export function temperatureAt(step: number, initial: number, rate: number, floor: number): number {
  return rate === 0 ? initial : Math.max(floor, initial * Math.exp(-rate * step));
}
