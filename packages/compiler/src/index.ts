export type { Matrix, Multiply } from "./product.ts";
