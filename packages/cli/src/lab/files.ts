import { type Dirent, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * The files of a folder by their path in addresses, `assets/app.js`. What is not in this list can't be asked for: no
 * `..`, no link (a link is not a file here), no hidden file.
 */
export function filesBelow(folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const walk = (at: string, path: string): void => {
    for (const entry of entriesOf(at)) {
      if (entry.name.startsWith(".")) continue;
      const name = `${path}${entry.name}`;
      if (entry.isDirectory()) walk(join(at, entry.name), `${name}/`);
      else if (entry.isFile()) found.set(name, join(at, entry.name));
    }
  };
  walk(folder, "");
  return found;
}

/** None where it is gone, or must not be read. */
function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
