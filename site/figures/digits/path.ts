/** Ticks of one round. */
const ROUND = 180;
const RADIUS = 0.45;

/** Where the style is after some ticks: first at the point, then on the way that plays. Always on the pad. */
export function pointAt(
  [x, y]: readonly [number, number],
  path: string,
  ticks: number,
): readonly [number, number] {
  const angle = (2 * Math.PI * (ticks % ROUND)) / ROUND;
  if (path === "line") {
    const t = Math.cos(angle);
    return [x * t, y * t];
  }
  // A circle through the point; its middle lies towards the middle of the pad, so that it stays on it.
  const far = Math.hypot(x, y);
  const [dx, dy] = far > 1e-6 ? [x / far, y / far] : [1, 0];
  const [mx, my] = [x - RADIUS * dx, y - RADIUS * dy];
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return [onPad(mx + RADIUS * (dx * c - dy * s)), onPad(my + RADIUS * (dx * s + dy * c))];
}

const onPad = (value: number): number => Math.min(1, Math.max(-1, value));
