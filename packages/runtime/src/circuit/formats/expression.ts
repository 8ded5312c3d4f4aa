/** How a language writes logic: Verilog and C share the operators. */
export interface Notation {
  readonly zero: string;
  readonly one: string;
}

/** A logic operation of two operands, in the operators of Verilog and C. */
export function expression(operation: number, a: string, b: string, { zero, one }: Notation): string {
  const forms = [
    zero,
    `${a} & ${b}`,
    `${a} & ~${b}`,
    a,
    `~${a} & ${b}`,
    b,
    `${a} ^ ${b}`,
    `${a} | ${b}`,
    `~(${a} | ${b})`,
    `~(${a} ^ ${b})`,
    `~${b}`,
    `${a} | ~${b}`,
    `~${a}`,
    `~${a} | ${b}`,
    `~(${a} & ${b})`,
    one,
  ];
  return forms[operation]!;
}

/** Items with a separator, in lines of about 100 characters. */
export function wrapped(items: readonly string[], separator: string, lineBreak: string): string {
  const lines: string[] = [];
  let line = "";
  for (const [i, item] of items.entries()) {
    const text = i + 1 < items.length ? `${item}${separator}` : item;
    if (line && line.length + text.length > 100) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += text;
  }
  return [...lines, line.trimEnd()].join(lineBreak);
}

/** Bits that a number from 0 to `most` needs, at least one. */
export const bitsFor = (most: number): number => Math.max(1, 32 - Math.clz32(most));
