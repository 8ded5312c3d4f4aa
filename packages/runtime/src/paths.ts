/** Which path layers take: `"auto"` lets the cost model choose; the others force one, for tests and measurements. */
export type Path = "auto" | "dense" | "gates" | "inputs";
export const paths: readonly Path[] = ["auto", "dense", "gates", "inputs"];
