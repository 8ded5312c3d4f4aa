/** How far from a mark, in CSS pixels, the pointer may be. */
const around = (r: number, i: number): readonly [number, number] => [
  r * Math.cos((i * Math.PI) / 4),
  r * Math.sin((i * Math.PI) / 4),
];
const NEAR = [[0, 0] as const, ...[4, 8].flatMap((r) => [...Array(8).keys()].map((i) => around(r, i)))];

/** What the mark under the pointer says, by its `<title>`. */
export function numberAt(host: HTMLElement, x: number, y: number): string | undefined {
  for (const [dx, dy] of NEAR)
    for (const element of document.elementsFromPoint(x + dx, y + dy)) {
      if (!host.contains(element) || element === host) continue;
      for (
        let mark: Element | null = element;
        mark && mark !== host.firstElementChild;
        mark = mark.parentElement
      ) {
        const title = [...mark.children].find((child) => child.tagName === "title")?.textContent;
        if (title) return title;
      }
    }
  return undefined;
}
