import * as Plot from "@observablehq/plot";
import type { Look } from "../contract.ts";
import type { Estimated } from "../estimators/estimates.ts";
import { plain, withError } from "../plots/numbers.ts";

/** A square of the plane of gradients. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  /** Half of its side. */
  readonly half: number;
}

/** A frame that holds the origin, the exact gradient, all means, and most of the single estimates. */
export function frameOf(exact: readonly number[], rows: readonly Estimated[]): Frame {
  const [x, y] = [exact[0]! / 2, exact[1]! / 2];
  const away = (px: number, py: number): number => Math.max(Math.abs(px - x), Math.abs(py - y));
  const reach = [1.4 * away(0, 0)];
  for (const { cloud, measured } of rows) {
    if (!measured) continue;
    const width = exact.length;
    const sizes = Array.from({ length: cloud.length / width }, (_, i) =>
      away(cloud[i * width]!, cloud[i * width + 1]!),
    );
    sizes.sort((a, b) => a - b);
    reach.push(sizes[Math.floor(0.8 * sizes.length)] ?? 0);
  }
  return { x, y, half: nice(1.12 * Math.max(...reach, 1e-6)) };
}

/** Up to the next of 1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8: the frame stands still while samples arrive. */
function nice(size: number): number {
  const power = 10 ** Math.floor(Math.log10(size));
  return (
    power * ([1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((step) => step * power >= size * 0.999) ?? 10)
  );
}

/** Equal estimates, drawn as one dot with their share as its area. */
function dotsOf(
  cloud: readonly number[],
  width: number,
  resolution: number,
): { x: number; y: number; share: number }[] {
  const found = new Map<string, { x: number; y: number; share: number }>();
  const each = width / cloud.length;
  for (let i = 0; i < cloud.length; i += width) {
    const [x, y] = [cloud[i]!, cloud[i + 1]!];
    const key = `${Math.round(x / resolution)} ${Math.round(y / resolution)}`;
    const dot = found.get(key);
    if (dot) dot.share += each;
    else found.set(key, { x, y, share: each });
  }
  return [...found.values()].sort((a, b) => b.share - a.share);
}

/** The ellipse of one standard error of the mean, as a closed line. */
function ellipseOf({
  mean,
  covariance,
  count,
}: NonNullable<Estimated["measured"]>): { x: number; y: number }[] {
  const d = mean.length;
  const [xx, xy, yy] = [covariance[0]! / count, covariance[1]! / count, covariance[d + 1]! / count];
  const middle = (xx + yy) / 2;
  const apart = Math.hypot((xx - yy) / 2, xy);
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  const [long, short] = [Math.sqrt(Math.max(0, middle + apart)), Math.sqrt(Math.max(0, middle - apart))];
  return Array.from({ length: 37 }, (_, i) => {
    const t = (2 * Math.PI * i) / 36;
    const [u, v] = [long * Math.cos(t), short * Math.sin(t)];
    return {
      x: mean[0]! + u * Math.cos(angle) - v * Math.sin(angle),
      y: mean[1]! + u * Math.sin(angle) + v * Math.cos(angle),
    };
  });
}

/** At the left: the axis has its name beside its numbers. */
export const marginOf = (side: number): number => (side < 200 ? 44 : 50);

/** One estimator's cloud around its mean, beside the exact gradient, and the share of the cloud that is outside. */
export function plane(
  row: Estimated,
  exact: readonly number[],
  frame: Frame,
  style: {
    readonly look: Look;
    readonly side: number;
    readonly colour: string;
    readonly names: readonly [string, string];
  },
): { readonly element: Element; readonly outside: number } {
  const { look, side, colour, names } = style;
  const { ink, quiet, line } = look.colours;
  const { x, y, half } = frame;
  const inside = (p: { x: number; y: number }): boolean =>
    Math.abs(p.x - x) <= half && Math.abs(p.y - y) <= half;
  const all = dotsOf(row.cloud, exact.length, half / 500);
  const dots = all.filter(inside);
  const outside = all.filter((dot) => !inside(dot)).reduce((sum, dot) => sum + dot.share, 0);
  const { measured } = row;
  const mean = measured && { x: measured.mean[0]!, y: measured.mean[1]! };
  const radius = side / 14;
  const element = Plot.plot({
    document: look.document,
    width: side,
    height: side,
    marginLeft: marginOf(side),
    marginRight: 8,
    marginTop: 8,
    marginBottom: 34,
    style: { background: "transparent", color: quiet, fontSize: "11px", overflow: "visible" },
    x: { domain: [x - half, x + half], label: names[0], labelAnchor: "center", labelArrow: "none", ticks: 4 },
    y: { domain: [y - half, y + half], label: names[1], labelAnchor: "center", labelArrow: "none", ticks: 4 },
    r: { type: "identity" },
    marks: [
      Plot.ruleX([0], { stroke: line }),
      Plot.ruleY([0], { stroke: line }),
      Plot.dot(dots, {
        x: "x",
        y: "y",
        r: (d: { share: number }) => Math.max(1.5, radius * Math.sqrt(d.share)),
        fill: colour,
        fillOpacity: dots.length > 30 ? 0.45 : 0.3,
        title: (d: { x: number; y: number; share: number }) =>
          `${row.id}: ${Math.round(100 * d.share)} % of the first estimates are (${plain(d.x)}, ${plain(d.y)})`,
      }),
      Plot.arrow([exact], {
        x1: 0,
        y1: 0,
        x2: (g: readonly number[]) => g[0]!,
        y2: (g: readonly number[]) => g[1]!,
        stroke: ink,
        strokeWidth: 2.5,
        headLength: 6,
        title: () => `exact gradient (${plain(exact[0]!)}, ${plain(exact[1]!)})`,
      }),
      ...(mean && inside(mean)
        ? [
            Plot.arrow([mean], {
              x1: 0,
              y1: 0,
              x2: "x",
              y2: "y",
              stroke: colour,
              strokeWidth: 1.5,
              headLength: 0,
            }),
            Plot.line(ellipseOf(measured!), { x: "x", y: "y", stroke: colour, strokeWidth: 1.5, fill: colour, fillOpacity: 0.25, curve: "linear-closed" }), // biome-ignore format: one mark
            Plot.dot([mean], {
              x: "x",
              y: "y",
              r: 4,
              symbol: "diamond",
              fill: colour,
              stroke: look.colours.ground,
              title: () => `${row.id}: mean (${withError(mean.x, measured!.errors[0]!)}, ${withError(mean.y, measured!.errors[1]!)}) of ${measured!.count} estimates`, // biome-ignore format: one thought
            }),
          ]
        : []),
    ],
  });
  return { element, outside };
}
