/** Ticks of a logarithmic scale: powers of ten where there are enough of them, else 1, 2, 5 in each. */
export function logTicks([low, high]: readonly [number, number]): number[] {
  const decades = Math.log10(high / low);
  const steps = decades >= 2.5 ? [1] : decades >= 1.2 ? [1, 3] : [1, 1.5, 2, 3, 5, 7];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
    for (const step of steps) {
      const tick = Number(`${step}e${power}`);
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  return ticks;
}

const powers = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"];

/** 0.01, 300, 10k, 10⁻⁶. */
export function logTick(value: number): string {
  if (value >= 1e4 && value < 1e6) return `${value / 1000}k`;
  if (value >= 1e-3 && value < 1e4) return String(value);
  const [factor, power] = value.toExponential().split("e") as [string, string];
  const raised = [...String(Math.abs(Number(power)))].map((d) => powers[Number(d)]).join("");
  return `${factor === "1" ? "" : `${factor}·`}10${power.startsWith("-") ? "⁻" : ""}${raised}`;
}
