import type { Network } from "@hardgrad/runtime";

/** A trained network for the hard runtime, and which exported function it must agree with. */
export interface RuntimeExport {
  /** Reads `image` as the exported functions do (784 grey values in [0, 1]) and gives `like.output`. */
  readonly network: Network;
  readonly like: {
    /** A name of the experiment's `exports`. */
    readonly model: string;
    /** One of its outputs, `[batch, n]`. */
    readonly output: string;
  };
}
