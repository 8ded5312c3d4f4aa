/** How far from a mark, in CSS pixels, the pointer may be. */
const around = (r: number, i: number): readonly [number, number] => [
  r * Math.cos((i * Math.PI) / 4),
  r * Math.sin((i * Math.PI) / 4),
];
const NEAR = [[0, 0] as const, ...[4, 8].flatMap((r) => [...Array(8).keys()].map((i) => around(r, i)))];

/** What marks say moves from `<title>`, which browsers show late and away from the mark, to an attribute. */
export function tipped(svg: SVGElement): void {
  for (const title of [...svg.querySelectorAll("title")]) {
    title.parentElement?.setAttribute("data-tip", title.textContent ?? "");
    title.remove();
  }
  // Plot names the kinds of its marks, which says nothing in a picture that has one name.
  for (const mark of svg.querySelectorAll("g[aria-label]")) mark.removeAttribute("aria-label");
}

/** What the mark under the pointer says. */
export function numberAt(host: HTMLElement, x: number, y: number): string | undefined {
  for (const [dx, dy] of NEAR)
    for (const element of document.elementsFromPoint(x + dx, y + dy)) {
      const mark = host.contains(element) ? element.closest("[data-tip]") : null;
      if (mark) return mark.getAttribute("data-tip")!;
    }
  return undefined;
}
