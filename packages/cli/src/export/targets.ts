import * as fs from "node:fs";
import { dirname, extname, join } from "node:path";
import { UsageError } from "../ask/errors.ts";

export const formats = ["onnx", "safetensors", "runtime"] as const;
export type Format = (typeof formats)[number];

/** How the names of their files end. */
const endings: { readonly [format in Format]: string } = {
  onnx: "onnx",
  safetensors: "safetensors",
  runtime: "hardgrad",
};

/**
 * Where each model goes: into a folder, by default `export` in the run's own, or to one file if `--out` ends as
 * the format's files do. Refuses what is in the way before anything is computed.
 */
export function targetsOf(
  run: string,
  names: readonly string[],
  format: Format,
  flags: { readonly out?: string | undefined; readonly force: boolean },
): { readonly [name: string]: string } {
  const { out = join(run, "export"), force } = flags;
  const ending = extname(out).toLowerCase().slice(1);
  const other = formats.find((f) => endings[f] === ending && f !== format);
  if (other)
    throw new UsageError(`--out ${out} ends in .${ending} and --format is ${format}; change one of them.`);
  const single = ending === endings[format] && !isFolder(out);
  if (single && names.length > 1)
    throw new UsageError(
      `--out ${out} is one file and ${names.length} models are to be written (${names.join(", ")}); choose one with --which, or give a folder.`,
    );
  const targets = Object.fromEntries(
    names.map((name) => [name, single ? out : join(out, `${name}.${endings[format]}`)]),
  );
  const folder = single ? dirname(out) : out;
  if (fs.existsSync(folder) && !isFolder(folder))
    throw new UsageError(`${folder} is a file, not a folder; choose another --out.`);
  for (const target of Object.values(targets)) {
    if (isFolder(target))
      throw new UsageError(
        `${target} is a folder, and a model of this name would be a file; choose another --out.`,
      );
    if (!force && fs.existsSync(target))
      throw new UsageError(`${target} exists; add --force to replace it, or choose another --out.`);
  }
  return targets;
}

function isFolder(path: string): boolean {
  return fs.existsSync(path) && fs.statSync(path).isDirectory();
}
