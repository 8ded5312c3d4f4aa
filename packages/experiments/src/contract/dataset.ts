import type { HostArrays } from "./backend.ts";

/** Grey images, 28 x 28, `images[n * 784 + y * 28 + x]` in 0..255 with 0 as background. */
export interface Split {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  readonly count: number;
}

export interface Dataset {
  readonly name: string;
  readonly train: Split;
  readonly test: Split;
  readonly width: 28;
  readonly height: 28;
  /** 0 where there are no labels; then all of them are 0. */
  readonly classes: 10 | 0;
}

/** Images `[count, 784]` and labels `[count]`. */
export interface Batch extends HostArrays {
  readonly images: { readonly shape: readonly number[]; readonly data: Uint8Array };
  readonly labels: { readonly shape: readonly number[]; readonly data: Uint8Array };
}
