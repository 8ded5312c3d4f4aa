import { loadBlas } from "@hardgrad/compiler";

const blas = await loadBlas({ threads: 1 });

/** Why nothing can run on device native here, for the name of a test that is skipped then; empty where it can. */
export const noBlas: string = "reason" in blas ? ` (skipped: ${blas.reason})` : "";
