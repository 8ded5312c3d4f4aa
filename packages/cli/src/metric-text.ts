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
  const size = unit === "percent" ? 100 * error : error;
  const text = unit === "none" ? short(size) : size.toFixed(2);
  return `${formatMetric(unit, value)} ± ${Number.isFinite(error) ? text : "—"}`;
}
