/** A drawing and the data behind it. */
export interface Figure {
  readonly svg: string;
  readonly rows: readonly { readonly [column: string]: string | number }[];
}
