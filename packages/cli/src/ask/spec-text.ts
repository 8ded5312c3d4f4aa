import { existsSync } from "node:fs";
import { isModuleFile } from "./module-file.ts";

/** An estimator as it is written: `rloo:samples=8`; a path may have colons of its own, as `C:\mine.mjs:scale=2`. */
export function splitSpec(spec: string): { readonly id: string; readonly options: readonly string[] } {
  const [, file, rest] = /^(.+?\.m?[jt]s)(?::(.*))?$/.exec(spec) ?? [];
  if (file !== undefined) return { id: file, options: rest === undefined ? [] : rest.split(":") };
  const [id = "", ...options] = spec.split(":");
  return { id, options };
}

/** The parts of a list with commas; those of a path belong to it, where there is such a file: `./a,b.mjs,rloo`. */
export function specsOf(text: string): string[] {
  const words = text.split(",");
  const specs: string[] = [];
  for (let start = 0, end = 1; start < words.length; start = end, end++) {
    const spec = (to: number): string => words.slice(start, to).join(",").trim();
    const isFile = (to: number): boolean => {
      const { id } = splitSpec(spec(to));
      return isModuleFile(id) && existsSync(id);
    };
    while (end < words.length && !isFile(end)) end++;
    if (!isFile(end)) end = start + 1;
    specs.push(spec(end));
  }
  return specs.filter(Boolean);
}
