import type { Metric } from "@hardgrad/experiments";
import { percent, short } from "./console.ts";

/** A value of a metric with its unit: `97.32 %`, `125.08 nats`, `0.0312`. */
export function formatMetric(unit: Metric["unit"], value: number): string {
  if (!Number.isFinite(value)) return "—";
  if (unit === "percent") return percent(value);
  return unit === "nats" ? `${value.toFixed(2)} nats` : short(value);
}

/** The same with one standard error: `97.32 % ± 0.01`. */
export function formatWithError(unit: Metric["unit"], value: number, error: number): string {
  return `${formatMetric(unit, value)} ± ${formatSize(unit, error)}`;
}

/** A standard error in the unit that stands before it. */
export function formatSize(unit: Metric["unit"], error: number): string {
  if (!Number.isFinite(error)) return "—";
  const size = unit === "percent" ? 100 * error : error;
  return unit === "none" ? short(size) : size.toFixed(2);
}

/** How far two values are apart, with three digits however small it is, and its standard error: `0.0123 ± 0.0045 points`. */
export function formatGap(unit: Metric["unit"], difference: number, error: number): string {
  const scale = unit === "percent" ? 100 : 1;
  const name = unit === "none" ? "" : unit === "percent" ? " points" : " nats";
  return `${short(scale * Math.abs(difference))} ± ${short(scale * error)}${name}`;
}
