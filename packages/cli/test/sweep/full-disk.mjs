// Loaded before the command: the folder DISK_FOLDER is on a disk of DISK_BYTES bytes.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";

const { DISK_FOLDER, DISK_BYTES } = process.env;

function used(folder) {
  let bytes = 0;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += used(path);
    else if (fs.existsSync(path)) bytes += fs.statSync(path).size;
  }
  return bytes;
}

/** Refuses what does not fit, as the system does; half of it may have been written before. */
function limited(write, bytesOf) {
  return (...args) => {
    const bytes = bytesOf(args);
    if (bytes > 0 && fs.existsSync(DISK_FOLDER) && used(DISK_FOLDER) + bytes > Number(DISK_BYTES))
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    return write(...args);
  };
}

const sizeOf = (content) => (typeof content === "string" ? Buffer.byteLength(content) : content.byteLength);
const within = (path) => String(path).startsWith(DISK_FOLDER);
const { writeSync, writeFileSync, appendFileSync } = fs;
// Standard output and error are files 1 and 2.
fs.writeSync = limited(writeSync, ([file, bytes]) => (file > 2 ? sizeOf(bytes) : 0));
fs.writeFileSync = limited(writeFileSync, ([path, bytes]) => (within(path) ? sizeOf(bytes) : 0));
fs.appendFileSync = limited(appendFileSync, ([path, bytes]) => (within(path) ? sizeOf(bytes) : 0));
syncBuiltinESMExports();
