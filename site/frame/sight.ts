/** What of an element reaches the visitor's eyes. */
export interface Sight {
  /** The width of its parent changed, in pixels, within what figures are drawn for. */
  resized(width: number): void;
  /** It came near the window, or left it. */
  visible(now: boolean): void;
  /** The page came to the front, or went behind another. */
  shown(): void;
}

const LEAST_WIDTH = 320;
const MOST_WIDTH = 1100;

/** Tells of an element's sight until it is stopped. */
export function watchSight(element: HTMLElement, { resized, visible, shown }: Sight): () => void {
  let width = 0;
  const resize = new ResizeObserver(([entry]) => {
    const now = Math.round(Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, entry!.contentRect.width)));
    if (now === width) return;
    width = now;
    resized(now);
  });
  resize.observe(element.parentElement!);
  // Several changes may come together: the last is how it is now.
  const view = new IntersectionObserver((entries) => visible(entries.at(-1)!.isIntersecting), {
    rootMargin: "200px",
  });
  // The still picture stands above this one until it is there: either may be what is seen.
  view.observe(element.closest(".lab") ?? element.parentElement!);
  document.addEventListener("visibilitychange", shown);
  return () => {
    resize.disconnect();
    view.disconnect();
    document.removeEventListener("visibilitychange", shown);
  };
}
