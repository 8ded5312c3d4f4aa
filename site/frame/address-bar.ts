import type { AnyFigure } from "../figures/index.ts";
import { type Place, writePlace } from "./address.ts";

/** Milliseconds between two changes of the address: browsers refuse more than about three a second. */
const PAUSE = 500;

/** Keeps the page's address at a figure's place. */
export function addressBar(figure: AnyFigure, place: () => Omit<Place, "given">) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    write(): void {
      timer ??= setTimeout(() => {
        timer = undefined;
        const url = new URL(location.href);
        url.search = String(writePlace(figure, place(), url.searchParams));
        history.replaceState(history.state, "", url);
      }, PAUSE);
    },
    end: (): void => clearTimeout(timer),
  };
}
