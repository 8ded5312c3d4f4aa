/** The 16 functions of two bits, by number: its binary digits are the outputs for 00, 01, 10, 11. */
export const operations: readonly { readonly name: string; readonly sign: string }[] = [
  { name: "always 0", sign: "0" },
  { name: "a and b", sign: "AND" },
  { name: "a and not b", sign: "a¬b" },
  { name: "a", sign: "a" },
  { name: "not a and b", sign: "¬ab" },
  { name: "b", sign: "b" },
  { name: "a xor b", sign: "XOR" },
  { name: "a or b", sign: "OR" },
  { name: "neither a nor b", sign: "NOR" },
  { name: "a equals b", sign: "XNOR" },
  { name: "not b", sign: "¬b" },
  { name: "a or not b", sign: "a+¬b" },
  { name: "not a", sign: "¬a" },
  { name: "not a or b", sign: "¬a+b" },
  { name: "not both", sign: "NAND" },
  { name: "always 1", sign: "1" },
];
