import type { Look } from "../contract.ts";
import { shape, tip } from "./svg.ts";

/** Steps of darkness of a grey picture. */
const GREYS = 6;

/**
 * A picture of 28 x 28 grey values as paths, a path for each grey: unlike an image, it takes the colours of the page
 * in a still picture too.
 */
export function greyPicture(
  look: Look,
  pixels: ArrayLike<number>,
  at: { readonly x: number; readonly y: number; readonly size: number },
  sentence: string,
): SVGElement {
  const side = 28;
  const unit = at.size / side;
  const runs: string[] = Array.from({ length: GREYS + 1 }, () => "");
  for (let row = 0; row < side; row++)
    for (let from = 0; from < side; ) {
      const grey = greyOf(pixels[row * side + from]!);
      let to = from + 1;
      while (to < side && greyOf(pixels[row * side + to]!) === grey) to++;
      if (grey > 0) runs[grey] += `M${from} ${row}h${to - from}v1h${from - to}z`;
      from = to;
    }
  const paths = runs.flatMap((d, grey) =>
    d === "" ? [] : [shape(look.document, "path", { d, "fill-opacity": grey / GREYS })],
  );
  return shape(
    look.document,
    "g",
    {
      fill: look.colours.ink,
      transform: `translate(${Math.round(at.x)} ${Math.round(at.y)}) scale(${Math.round(unit * 1000) / 1000})`,
      "shape-rendering": "crispEdges",
    },
    tip(look.document, sentence),
    ...paths,
  );
}

const greyOf = (value: number): number => Math.round((value / 255) * GREYS);
