import { exp } from "./units";

/** Softmax of one example; y may be x. */
export function softmax(x: usize, y: usize, n: i32): void {
  let largest: f32 = load<f32>(x);
  for (let i = 1; i < n; i++) largest = max(largest, load<f32>(x + ((<usize>i) << 2)));
  let sum: f32 = 0;
  for (let i = 0; i < n; i++) {
    const e = f32x4.extract_lane(exp(f32x4.splat(load<f32>(x + ((<usize>i) << 2)) - largest)), 0);
    store<f32>(y + ((<usize>i) << 2), e);
    sum += e;
  }
  for (let i = 0; i < n; i++) store<f32>(y + ((<usize>i) << 2), load<f32>(y + ((<usize>i) << 2)) / sum);
}

/** Position of the largest number, the first of equals. */
export function argmax(x: usize, n: i32): i32 {
  let best = 0;
  for (let i = 1; i < n; i++)
    if (load<f32>(x + ((<usize>i) << 2)) > load<f32>(x + ((<usize>best) << 2))) best = i;
  return best;
}
