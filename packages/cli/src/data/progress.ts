import type { Dataset, RunConfig } from "@hardgrad/experiments";
import { loadDataset } from "./datasets.ts";
import { isOwnData, ownDataOf } from "./own-data.ts";

/** The dataset of a configuration, with progress for a download or many images. */
export async function datasetOf(config: RunConfig, quiet: boolean): Promise<Dataset> {
  if (isOwnData(config.data)) return ownDataOf(config, quiet);
  let shown = 0;
  return loadDataset(config.data, {
    dataDir: process.env.HARDGRAD_DATA || undefined,
    ...(config.drawn ?? {}),
    notice: (sentence) => {
      if (!quiet) process.stderr.write(`${sentence}\n`);
    },
    onProgress: (file, bytes, total) => {
      if (quiet || Date.now() - shown < 500) return;
      shown = Date.now();
      process.stderr.write(
        `downloading ${file}: ${(bytes / 2 ** 20).toFixed(1)} of ${(total / 2 ** 20).toFixed(1)} MiB\n`,
      );
    },
  });
}
