import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { join, resolve } from "node:path";
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
import { Failure, reasonOf, UsageError } from "../ask/errors.ts";
import { unknownName } from "../ask/suggest.ts";
import { findInFolder, rolesOf } from "./data-folder.ts";
import { download } from "./download.ts";

export interface LoadOptions {
  /** A folder with the files in it, or with `mnist/`, `MNIST/raw`, ...: `HARDGRAD_DATA`. */
  readonly dataDir?: string | undefined;
  readonly cacheDir?: string;
  readonly remote?: readonly RemoteDataset[];
  readonly onProgress?: (file: string, bytes: number, total: number) => void;
  /** Told when the data are not in `dataDir` and come from elsewhere. */
  readonly notice?: (sentence: string) => void;
  /** For drawn digits. */
  readonly seed?: number;
  readonly train?: number;
  readonly test?: number;
}

type Role = keyof DatasetFiles<unknown>;

/** A file's bytes, and what to call it in errors. */
interface Read {
  readonly bytes: Uint8Array;
  readonly name: string;
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
  const all = options.remote ?? remoteDatasets;
  const remote = all.find((d) => d.name === name);
  if (!remote) throw unknownName("dataset", name, datasetNames);
  const read = await filesOf(remote, all, options);
  const column = <T>(of: (file: Read) => T): DatasetFiles<T> =>
    Object.fromEntries(Object.entries(read).map(([role, file]) => [role, of(file)])) as unknown as DatasetFiles<T>; // biome-ignore format: one thought
  return datasetFromIdx(name, column((file) => file.bytes), column((file) => file.name)); // biome-ignore format: one thought
}

async function filesOf(
  remote: RemoteDataset,
  all: readonly RemoteDataset[],
  options: LoadOptions,
): Promise<{ [role in Role]?: Read }> {
  const { dataDir } = options;
  if (!dataDir) return fetched(remote, options, undefined);
  const found = findInFolder(dataDir, remote, [...all, ...remoteDatasets].map((d) => d.name)); // biome-ignore format: one thought
  if ("looked" in found) {
    const where = `${remote.name} is not in HARDGRAD_DATA (looked in ${found.looked.join(", ")})`;
    if (remote.mirrors.length > 0) options.notice?.(`${where}, so it is taken from the cache, or downloaded`);
    return fetched(remote, options, where);
  }
  const files: { [role in Role]?: Read } = {};
  for (const role of rolesOf(remote)) {
    const path = found.files[role]!;
    files[role] = { bytes: await unpacked(readFile(path), path), name: path };
    refuseForeign(remote, all, files[role]);
  }
  return files;
}

/** From the cache or a mirror, each file by its SHA-256. */
async function fetched(
  remote: RemoteDataset,
  options: LoadOptions,
  elsewhere: string | undefined,
): Promise<{ [role in Role]?: Read }> {
  if (remote.mirrors.length === 0) throw withoutMirror(remote, options, elsewhere);
  const files: { [role in Role]?: Read } = {};
  for (const role of rolesOf(remote)) {
    const { bytes, path } = await cachedFile(remote, role, options, elsewhere);
    files[role] = { bytes: await unpacked(bytes, path), name: path };
  }
  return files;
}

async function cachedFile(
  remote: RemoteDataset,
  role: Role,
  options: LoadOptions,
  elsewhere: string | undefined,
): Promise<{ bytes: Uint8Array; path: string }> {
  const file = remote.files[role]!;
  const cache = join(options.cacheDir ?? envPaths("hardgrad", { suffix: "" }).cache, remote.name);
  const cached = join(cache, file.name);
  if (fs.existsSync(cached)) {
    const bytes = readFile(cached);
    if (sha256(bytes) === file.sha256) return { bytes, path: cached };
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
      `cannot download ${remote.name}/${file.name} from any mirror${elsewhere ? `, and ${elsewhere}, nor in the cache ${cache}` : ""}; go online, set HARDGRAD_DATA to a folder that has ${remote.name}/${file.name}, or use --data drawn, which needs no download.`,
    );
  fs.renameSync(`${cached}.part`, cached);
  return { bytes, path: cached };
}

function withoutMirror(remote: RemoteDataset, options: LoadOptions, elsewhere: string | undefined): Failure {
  const names = rolesOf(remote).map((role) => remote.files[role]!.alsoNamed?.[0] ?? remote.files[role]!.name);
  const from = remote.source ? ` from ${remote.source}` : "";
  const folder = elsewhere
    ? `; put ${names.join(" and ")}${from} into ${join(resolve(options.dataDir!), remote.name)}`
    : `; set HARDGRAD_DATA to a folder, and put ${names.join(" and ")}${from} into its subfolder ${remote.name}`;
  const instead = "or use --data mnist, of which vae takes black and white pixels with --binarize dynamic";
  return new Failure(
    `${remote.name} can't be downloaded${elsewhere ? `, and ${elsewhere}` : ""}${folder}, ${instead}.`,
  );
}

/** Refuses a file that is known to be of another dataset: they have the same names. */
function refuseForeign(remote: RemoteDataset, all: readonly RemoteDataset[], { bytes, name }: Read): void {
  const digest = sha256(bytes);
  const other = all.find(
    (d) => d !== remote && rolesOf(d).some((role) => d.files[role]!.unpacked === digest),
  );
  if (other)
    throw new Failure(
      `${name} is a file of ${other.name}, by its SHA-256, and not of ${remote.name}; use --data ${other.name}, or put the files of ${remote.name} into a subfolder ${remote.name}.`,
    );
}

function readFile(path: string): Uint8Array {
  try {
    return fs.readFileSync(path);
  } catch (error) {
    throw new Failure(`cannot read ${path}: ${reasonOf(error)}.`);
  }
}

const unpacked = (bytes: Uint8Array, name: string): Promise<Uint8Array> => gunzipIfNeeded(bytes, name);

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
