import { parseHTML } from "linkedom";
import type { Row, Tools } from "../figures/contract.ts";
import { courses } from "../figures/courses.ts";
import { figures } from "../figures/index.ts";
import { lookOf, variables } from "../figures/look.ts";
import { preset, type Tag, tagsOf } from "./preset.ts";
import { defaults } from "./state.ts";

/** Width of a still picture: that of a text column and a bit, on a phone scaled down. */
const WIDTH = 760;

/** A figure as it is before anyone clicks. */
export interface Still {
  readonly svg: string;
  readonly says: string;
  readonly rows: readonly Row[];
}

/** Computes a figure in its default state, or in that of a page, with seed 0, after its first ticks. */
export async function stillOf({ id, values }: Pick<Tag, "id" | "values">, tools: Tools): Promise<Still> {
  const figure = preset((await figures[id]!()).figure, values);
  const { start } = await courses[id]!();
  const state = defaults(figure.controls);
  const course = await start(state as never, tools);
  try {
    for (let i = 0; i < figure.first && (await course.tick()); i++);
    const data = await course.data();
    const { document } = parseHTML("<!doctype html><html><body></body></html>");
    const svg = figure.draw(data, state, lookOf(document as unknown as Document, WIDTH, false));
    return { svg: themed(svg.outerHTML), says: figure.says(data, state), rows: figure.rows(data, state) };
  } finally {
    course.end();
  }
}

/** Colours by the page's variables, so that one picture serves both grounds; without a style element, which pages refuse. */
function themed(svg: string): string {
  const plain = svg
    .replaceAll(/<style>[\s\S]*?<\/style>/g, "")
    .replaceAll(/\s*\n\s*/g, " ")
    // Plot names the kinds of its marks, which says nothing in a picture that has one name.
    .replaceAll(/(<g\b[^>]*?) aria-label="[^"]*"/g, "$1");
  return variables.reduce(
    (text, { name, light }) => text.replaceAll(new RegExp(`${light}(?=["; ])`, "gi"), `var(${name})`),
    plain,
  );
}

export { figures, tagsOf };
