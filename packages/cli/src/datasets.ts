import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { join } from "node:path";
import {
  type Dataset,
  type DatasetFiles,
  datasetFromIdx,
  datasetNames,
  drawnDigits,
  gunzipIfNeeded,
  type RemoteDataset,
  remoteDatasets,
} from "@hardgrad/experiments";
import envPaths from "env-paths";
import { download } from "./download.ts";
import { Failure, UsageError } from "./errors.ts";
import { unknownName } from "./suggest.ts";

export interface LoadOptions {
  /** A folder with `mnist/`, `fashion-mnist/`, ... in it: `HARDGRAD_DATA`. */
  readonly dataDir?: string | undefined;
  readonly cacheDir?: string;
  readonly remote?: readonly RemoteDataset[];
  readonly onProgress?: (file: string, bytes: number, total: number) => void;
  /** For drawn digits. */
  readonly seed?: number;
  readonly train?: number;
  readonly test?: number;
}

/** A dataset by name: drawn by code; or from `HARDGRAD_DATA`, else the cache, else a download that is checked. */
export async function loadDataset(name: string, options: LoadOptions = {}): Promise<Dataset> {
  if (name === "drawn") {
    try {
      return drawnDigits({
        seed: options.seed ?? 0,
        ...(options.train ? { train: options.train } : {}),
        ...(options.test ? { test: options.test } : {}),
      });
    } catch (error) {
      throw new UsageError((error as Error).message);
    }
  }
  const remote = (options.remote ?? remoteDatasets).find((d) => d.name === name);
  if (!remote) throw unknownName("dataset", name, datasetNames);
  const roles = Object.keys(remote.files) as (keyof DatasetFiles<unknown>)[];
  const entries: [string, Uint8Array][] = [];
  for (const role of roles) {
    const bytes = await fileOf(remote, role, options);
    entries.push([role, await gunzipIfNeeded(bytes, `${name} ${remote.files[role]!.name}`)]);
  }
  return datasetFromIdx(name, Object.fromEntries(entries) as unknown as DatasetFiles<Uint8Array>);
}

async function fileOf(
  remote: RemoteDataset,
  role: keyof DatasetFiles<unknown>,
  options: LoadOptions,
): Promise<Uint8Array> {
  const file = remote.files[role]!;
  if (options.dataDir) {
    const candidates = [file.name, file.name.replace(/\.gz$/, "")].map((n) =>
      join(options.dataDir!, remote.name, n),
    );
    const found = candidates.find((path) => fs.existsSync(path));
    if (!found)
      throw new Failure(
        `${candidates[0]} does not exist; put the original file there, or unset HARDGRAD_DATA to download it.`,
      );
    return fs.readFileSync(found);
  }
  if (remote.mirrors.length === 0)
    throw new Failure(
      `${remote.name} can't be downloaded; set HARDGRAD_DATA to a folder that has ${remote.name}/${file.name}, or use --data drawn or mnist.`,
    );
  const cache = join(options.cacheDir ?? envPaths("hardgrad", { suffix: "" }).cache, remote.name);
  const cached = join(cache, file.name);
  if (fs.existsSync(cached)) {
    const bytes = fs.readFileSync(cached);
    if (sha256(bytes) === file.sha256) return bytes;
    fs.rmSync(cached);
  }
  const progress = options.onProgress ?? (() => {});
  const bytes = await download(
    remote.mirrors.map((m) => m + file.name),
    {
      partial: `${cached}.part`,
      onProgress: (done, total) => progress(`${remote.name}/${file.name}`, done, total),
      accept: (all) => sha256(all) === file.sha256,
    },
  );
  if (!bytes)
    throw new Failure(
      `cannot download ${remote.name}/${file.name} from any mirror; go online, set HARDGRAD_DATA to a folder that has ${remote.name}/${file.name}, or use --data drawn, which needs no download.`,
    );
  fs.renameSync(`${cached}.part`, cached);
  return bytes;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
