import type { Drag } from "../figures/contract.ts";

/** A drag with its place in shares of the picture, as CSS: the page may show the picture smaller than it was drawn. */
export interface DragArea extends Drag {
  readonly place: {
    readonly left: string;
    readonly top: string;
    readonly width: string;
    readonly height: string;
  };
}

export function dragAreas(drags: readonly Drag[], svg: SVGElement): readonly DragArea[] {
  const share = (length: number, side: "width" | "height"): string =>
    `${(100 * length) / Number(svg.getAttribute(side))}%`;
  return drags.map((drag) => ({
    ...drag,
    place: {
      left: share(drag.left, "width"),
      top: share(drag.top, "height"),
      width: share(drag.width, "width"),
      height: share(drag.height, "height"),
    },
  }));
}
