import type { Ref } from "vue";
import type { FigureFile } from "../figures/contract.ts";
import type { AnyFigure } from "../figures/index.ts";
import { writePlace } from "./address.ts";
import { copy, csvOf, download, pngOf, svgFile } from "./save.ts";
import type { AnyState } from "./state.ts";

/** What a figure on a page shows now. */
export interface Shown {
  place(): { readonly state: AnyState; readonly ticks: number };
  /** Undefined before the first have come. */
  data(): unknown;
  picture(): { readonly svg: SVGElement; readonly ground: string; readonly box: DOMRect };
  /** What is said to the visitor. */
  readonly notice: Ref<string>;
}

const NOTHING = "There is nothing to save yet.";

/** What a visitor takes away from a figure: a link, its code, pictures, tables, files. */
export function keeping(figure: AnyFigure, { place, data, picture, notice }: Shown) {
  async function tell(work: Promise<unknown>, said: string): Promise<void> {
    try {
      await work;
      notice.value = said;
    } catch (error) {
      notice.value = error instanceof Error ? error.message : String(error);
    }
  }

  return {
    async link(): Promise<void> {
      const url = new URL(location.href);
      url.search = String(writePlace(figure, place(), url.searchParams));
      url.hash = figure.id;
      await tell(copy(url.href), "Link copied.");
    },
    code: (): Promise<void> => tell(copy(figure.code(place().state)), "Code copied."),
    async save(format: "svg" | "png" | "csv"): Promise<void> {
      if (data() === undefined) {
        notice.value = NOTHING;
        return;
      }
      const { state, ticks } = place();
      const name = `${figure.id}-${state.seed}-${ticks}.${format}`;
      if (format === "csv")
        return download(new Blob([csvOf(figure.rows(data(), state))], { type: "text/csv" }), name);
      const { svg, ground, box } = picture();
      const text = svgFile(svg, figure.question, ground);
      if (format === "svg") return download(new Blob([text], { type: "image/svg+xml" }), name);
      await tell(
        pngOf(text, box.width, box.height).then((png) => download(png, name)),
        "",
      );
    },
    file({ ending, content }: FigureFile<unknown>): void {
      const now = data();
      const text = now === undefined ? undefined : content(now);
      if (text === undefined) notice.value = NOTHING;
      else download(new Blob([text], { type: "text/plain" }), `${figure.id}-${place().state.seed}.${ending}`);
    },
  };
}
