/** Prints rows of cells with their columns aligned. */
export function printTable(head, body) {
  const widths = head.map((text, i) => Math.max(text.length, ...body.map((line) => String(line[i]).length)));
  for (const line of [head, ...body])
    console.log(line.map((cell, i) => String(cell).padStart(widths[i])).join("  "));
}
