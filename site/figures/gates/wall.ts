import type { Look } from "../contract.ts";
import { greyPicture } from "../plots/grey-paths.ts";
import { shape, text, tip } from "../plots/svg.ts";
import { percent, shareOf } from "../shares.ts";
import { BLOCKS, type GatesData, type GatesState, type NetworkData } from "./controls.ts";

/** The digit, the blocks that are open for it, and how often each opens for each digit. */

const SIDE = 8;

export const gateColour = (look: Look): string => look.colours.family.noise!;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** The image that is read, and what it is read as. */
export function digitPart(
  look: Look,
  at: Place & { readonly size: number },
  { image, label }: GatesData,
  shown: NetworkData | undefined,
): SVGElement {
  const { colours } = look;
  const name = label === undefined ? "your drawing" : `a ${label}`;
  const parts = [
    text(look, 0, 14, label === undefined ? "Your digit" : `A ${label}`, { size: 14, bold: true }),
    shape(look.document, "rect", {
      x: 0,
      y: 24,
      width: at.size,
      height: at.size,
      fill: "none",
      stroke: colours.line,
    }),
    greyPicture(look, image, { x: 0, y: 24, size: at.size }, name),
  ];
  if (shown) {
    const { digit, probability } = shown.answer;
    const wrong = label !== undefined && digit !== label;
    parts.push(
      text(look, 0, at.size + 42, `read as ${digit}${wrong ? ", wrongly" : ""}`, { bold: true }),
      text(look, 0, at.size + 58, `probability ${probability.toFixed(2)}`, { size: 11, fill: colours.quiet }), // biome-ignore format: one thought
    );
  }
  return shape(look.document, "g", { transform: `translate(${at.x} ${at.y})` }, ...parts);
}

/** A wall of blocks, lit where open, brighter where the gate is wider. */
export function wall(
  look: Look,
  at: Place & { readonly size: number },
  shown: NetworkData | undefined,
  order: readonly number[],
): SVGElement {
  const { colours } = look;
  const cell = at.size / SIDE;
  const gates = shown?.gates ?? [];
  const widest = Math.max(...gates, 1e-9);
  const open = gates.filter((value) => value !== 0).length;
  const title = shown ? `${open} of ${BLOCKS} blocks open` : "No network yet";
  const parts = [text(look, 0, 14, title, { size: 14, bold: true })];
  order.forEach((block, place) => {
    const value = gates[block] ?? 0;
    const lit = value !== 0;
    parts.push(
      shape(
        look.document,
        "rect",
        {
          x: (place % SIDE) * cell + 1.5,
          y: 24 + Math.floor(place / SIDE) * cell + 1.5,
          width: cell - 3,
          height: cell - 3,
          fill: lit ? gateColour(look) : "none",
          "fill-opacity": lit ? (0.4 + 0.6 * (value / widest)).toFixed(2) : undefined,
          stroke: lit ? gateColour(look) : colours.line,
        },
        tip(look.document, `block ${block}: ${lit ? `open, its gate is ${value.toPrecision(2)}` : "closed"}`),
      ),
    );
  });
  return shape(look.document, "g", { transform: `translate(${at.x} ${at.y})` }, ...parts);
}

const ROW = 15;
export const OPENS_HEIGHT = 62 + 10 * ROW;
const LABEL = 18;
const MEANS = 112;

/** A row for each digit, a column for each block: the share of the digit's test images that open the block. */
export function opensPart(
  look: Look,
  at: Place & { readonly width: number },
  shown: NetworkData,
  order: readonly number[],
  { digit, drawn }: GatesState,
): SVGElement {
  const { colours } = look;
  const width = at.width - LABEL - MEANS;
  const opening = order.filter((block) => shown.digits.some(({ opens }) => opens[block]! > 0));
  const never = order.length - opening.length;
  const cell = width / Math.max(1, opening.length);
  const top = 44;
  const rest = never > 0 ? `${never} of ${order.length} never open` : "";
  const caption = at.width < 480 ? rest : `a column is a block${rest && `, ${rest}`}; marked: open now`;
  const parts = [
    text(
      look,
      0,
      14,
      at.width < 360 ? "How often each block opens" : "How often each block opens for each digit",
      { size: 14, bold: true },
    ),
    text(look, LABEL, 34, caption, { size: 11, fill: colours.quiet }),
    text(look, at.width, 34, "blocks open", { size: 11, fill: colours.quiet, anchor: "end" }),
  ];
  shown.digits.forEach(({ images, opens, rate }, row) => {
    const y = top + row * ROW;
    const mine = row === digit && drawn === "";
    parts.push(text(look, 0, y + 11, String(row), { size: 12, bold: mine }));
    opening.forEach((block, place) => {
      const share = { right: opens[block]!, of: images };
      if (share.right === 0 || images === 0) return;
      parts.push(
        shape(
          look.document,
          "rect",
          {
            x: LABEL + place * cell,
            y: y + 0.5,
            width: cell,
            height: ROW - 1,
            fill: gateColour(look),
            "fill-opacity": (share.right / images).toFixed(2),
          },
          tip(look.document, `digit ${row}, block ${block}: open for ${percent(shareOf(share))}`),
        ),
      );
    });
    parts.push(
      shape(look.document, "path", { d: `M${LABEL} ${y + ROW - 0.25}h${width}`, stroke: colours.line, "stroke-width": 0.5 }), // biome-ignore format: one thought
      text(look, at.width, y + 11, percent(rate), { size: 11, anchor: "end", bold: mine }),
    );
  });
  opening.forEach((block, place) => {
    if (!shown.gates[block]) return;
    const x = LABEL + (place + 0.5) * cell;
    parts.push(
      shape(look.document, "path", { d: `M${x.toFixed(1)} ${top - 1}l-2.5 -5h5z`, fill: colours.ink }),
    );
  });
  return shape(look.document, "g", { transform: `translate(${at.x} ${at.y})` }, ...parts);
}
