import { type Dataset, gated, type RunConfig, resolveSettings, type Settings } from "../../src/index.ts";

/** A run of `gated` on drawn digits, with these settings among the defaults. */
export const gatedConfig = (
  estimator: RunConfig["estimator"],
  settings: Settings,
  data: Dataset,
): RunConfig => ({
  experiment: "gated",
  estimator,
  data: "drawn",
  seed: 3,
  settings: resolveSettings(gated.options, settings, data),
});
