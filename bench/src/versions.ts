import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** What a device of ours rests on, with versions. */
export function installed(device: string): { [name: string]: string } {
  const names = ["@jax-js/jax"];
  if (device === "native") names.push("koffi");
  if (device === "webgpu") names.push("webgpu");
  const versions: { [name: string]: string } = { node: process.version };
  for (const name of names) {
    const version = versionOf(name);
    if (version !== undefined) versions[name] = version;
  }
  return versions;
}

/** Packages may hide their package.json, so it is looked for above their entry. */
function versionOf(name: string): string | undefined {
  try {
    let folder = dirname(createRequire(import.meta.url).resolve(name));
    for (;;) {
      try {
        const found = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
        if (found.name === name) return found.version;
      } catch {
        // none in this folder
      }
      if (dirname(folder) === folder) return undefined;
      folder = dirname(folder);
    }
  } catch {
    return undefined;
  }
}
