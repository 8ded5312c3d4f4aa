/** Patterns of the game of life, by rows. */
export const patterns: readonly {
  readonly id: string;
  readonly name: string;
  readonly rows: readonly string[];
}[] = [
  { id: "glider", name: "glider", rows: [".#.", "..#", "###"] },
  { id: "r-pentomino", name: "R-pentomino", rows: [".##", "##.", ".#."] },
  { id: "acorn", name: "acorn", rows: [".#.....", "...#...", "##..###"] },
  {
    id: "pulsar",
    name: "pulsar",
    rows: [
      "..###...###..",
      ".............",
      "#....#.#....#",
      "#....#.#....#",
      "#....#.#....#",
      "..###...###..",
      ".............",
      "..###...###..",
      "#....#.#....#",
      "#....#.#....#",
      "#....#.#....#",
      ".............",
      "..###...###..",
    ],
  },
];
