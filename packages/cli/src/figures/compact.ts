/** Pixels that a line may pass beside one of its points. */
const TOLERANCE = 0.05;
/** Points that are looked at together: a line of spikes would take the square of their number otherwise. */
const STRETCH = 256;

type Point = readonly [x: number, y: number];

/**
 * The same drawing in a smaller file: lines without the points that they pass anyway, and coordinates to a hundredth of
 * a pixel.
 */
export function compactSvg(svg: string): string {
  return svg.replace(
    / (d|[xy][12]?|c[xy]|width|height|transform)="([^"]*)"/g,
    (_, name: string, value: string) => {
      const kept = name === "d" ? value.replace(/M[-\d.,eL]+/g, thinned) : value;
      return ` ${name}="${kept.replace(/-?\d*\.\d{3,}(e-?\d+)?/g, (digits) => String(Math.round(100 * Number(digits)) / 100))}"`;
    },
  );
}

/** A line `M0,0L1,1L2,2` without the points that are on the way (Douglas & Peucker 1973). */
function thinned(path: string): string {
  const texts = path.slice(1).split("L");
  const points = texts.map((text) => text.split(",").map(Number) as unknown as Point);
  const end = points.length - 1;
  const kept = new Set([0, end]);
  const open: [first: number, last: number][] = [];
  for (let first = 0; first < end; first += STRETCH) {
    kept.add(first);
    open.push([first, Math.min(first + STRETCH, end)]);
  }
  for (let part = open.pop(); part; part = open.pop()) {
    const [first, last] = part;
    let furthest = { at: -1, distance: TOLERANCE };
    for (let at = first + 1; at < last; at++) {
      const distance = fromSegment(points[at]!, points[first]!, points[last]!);
      if (distance > furthest.distance) furthest = { at, distance };
    }
    if (furthest.at < 0) continue;
    kept.add(furthest.at);
    open.push([first, furthest.at], [furthest.at, last]);
  }
  return `M${texts.filter((_, at) => kept.has(at)).join("L")}`;
}

/** Distance of a point from the segment between two others. */
function fromSegment([x, y]: Point, [x1, y1]: Point, [x2, y2]: Point): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const squared = dx * dx + dy * dy;
  const along = squared === 0 ? 0 : Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / squared));
  return Math.hypot(x - x1 - along * dx, y - y1 - along * dy);
}
