import type { Drag, Look, State } from "../contract.ts";
import { greyImage } from "../plots/grey.ts";
import { moved } from "../plots/moved.ts";
import { picture, shape, text, tip } from "../plots/svg.ts";
import type { DigitsControls } from "./controls.ts";
import { type DigitsData, type Drawn, MAP, placeOf } from "./data.ts";

const IMAGE = { width: 28, height: 28 };
const LABELS = 18;

/** Where things stand: the digits above, in one row or two, the pad under them. */
function layout({ width }: Look): {
  perRow: number;
  tile: number;
  top: number;
  pad: number;
  left: number;
  height: number;
} {
  const perRow = width >= 640 ? 10 : 5;
  const tile = width / perRow;
  const top = Math.ceil(10 / perRow) * (tile + 4) + 26;
  const pad = Math.min(320, width - 60);
  const left = (width - pad) / 2;
  return { perRow, tile, top, pad, left, height: top + pad + 34 };
}

export function draw(data: DigitsData, state: State<DigitsControls>, look: Look): SVGElement {
  const { perRow, tile, top, pad, left, height } = layout(look);
  const digits = data.digits.map((drawn, n) =>
    moved(look, (n % perRow) * tile, Math.floor(n / perRow) * (tile + 4), digit(drawn, look, tile)),
  );
  const { quiet } = look.colours;
  const named = state.axes === "slant and weight";
  const label = (x: number, y: number, words: string, anchor: "start" | "middle" | "end"): SVGElement =>
    text(look, x, y, words, { fill: quiet, anchor });
  return picture(
    look,
    height,
    "Ten digits in one style, and the pad of styles",
    ...digits,
    moved(look, left, top, padOf(data, look, pad)),
    label(left + pad / 2, top - 7, named ? "bold" : "", "middle"),
    label(left + pad / 2, top + pad + LABELS, named ? "thin" : "", "middle"),
    moved(look, left - 8, top + pad / 2, turned(look, named ? "leans left" : "", -90)),
    moved(look, left + pad + 8, top + pad / 2, turned(look, named ? "leans right" : "", 90)),
  );
}

function turned(look: Look, words: string, degrees: number): SVGElement {
  const element = text(look, 0, 0, words, { fill: look.colours.quiet, anchor: "middle" });
  element.setAttribute("transform", `rotate(${degrees})`);
  return element;
}

function digit({ digit, pixels, slant, weight }: Drawn, look: Look, tile: number): SVGElement {
  const said = `${digit}: slant ${slant.toFixed(0)}°, weight ${(100 * weight).toFixed(1)} %`;
  const size = { width: tile, height: tile };
  return moved(
    look,
    0,
    0,
    tip(look.document, said),
    shape(look.document, "rect", { ...size, fill: "transparent" }),
    greyImage(look, pixels, IMAGE, size),
  );
}

/** The pad: small pictures at their places, faint, and the point. */
function padOf({ map, at: [x, y] }: DigitsData, look: Look, pad: number): SVGElement {
  const tile = pad / MAP;
  const place = (u: number, v: number): readonly [number, number] => [
    ((u + 1) / 2) * pad,
    ((1 - v) / 2) * pad,
  ];
  const { ink, ground, line, quiet } = look.colours;
  const small = map.map((pixels, n) => {
    // Those at the edge would stick out by half: they are moved in.
    const [u, v] = placeOf(n).map((value) => value * (1 - 1 / MAP)) as [number, number];
    const [px, py] = place(u, v);
    return greyImage(look, pixels, IMAGE, {
      x: px - tile / 2,
      y: py - tile / 2,
      width: tile,
      height: tile,
      opacity: 0.45,
    });
  });
  const [px, py] = place(x, y);
  return moved(
    look,
    0,
    0,
    shape(look.document, "rect", { width: pad, height: pad, fill: "transparent", stroke: line }),
    ...small,
    shape(look.document, "path", { d: `M${pad / 2} 0V${pad}M0 ${pad / 2}H${pad}`, stroke: line }),
    shape(look.document, "path", { d: `M${px - 16} ${py}h32M${px} ${py - 16}v32`, stroke: quiet }),
    shape(
      look.document,
      "circle",
      { cx: px, cy: py, r: 8, fill: ink, stroke: ground, "stroke-width": 2 },
      tip(look.document, `style ${x.toFixed(2)}, ${y.toFixed(2)}`),
    ),
  );
}

/** The pad follows the pointer. */
export function drags(_: State<DigitsControls>, look: Look): readonly Drag[] {
  const { top, pad, left } = layout(look);
  const value = (x: number, y: number): readonly [number, number] => [2 * x - 1, 1 - 2 * y];
  return [{ control: "style", left, top, width: pad, height: pad, value }];
}
