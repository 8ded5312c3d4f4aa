import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { writeFailure } from "../ask/errors.ts";

/** The part of `node:fs` that writes; tests put a disk that fills up in its place. */
export type Disk = Pick<typeof fs, "openSync" | "writeSync" | "fsyncSync" | "closeSync" | "renameSync">;

/** Writes all bytes: `writeSync` may write fewer than asked. */
function writeAll(disk: Disk, descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += disk.writeSync(descriptor, bytes, done);
}

/** Writes a file so that it is there whole or not at all: a temporary name first, then a rename. */
export function writeWhole(path: string, content: string | Uint8Array, disk: Disk = fs): void {
  const temporary = temporaryOf(path);
  try {
    const descriptor = disk.openSync(temporary, "w");
    try {
      writeAll(disk, descriptor, typeof content === "string" ? Buffer.from(content) : content);
      disk.fsyncSync(descriptor);
    } finally {
      disk.closeSync(descriptor);
    }
    disk.renameSync(temporary, path);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw writeFailure(path, error);
  }
}

/** Writes a file as `writeWhole` does, and makes its folder where there is none. */
export function writeInto(path: string, content: string | Uint8Array): void {
  try {
    fs.mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw writeFailure(dirname(path), error);
  }
  writeWhole(path, content);
}

/** Appends to a file; if that fails the file is as it was, without half a line. */
export function appendWhole(path: string, content: string | Uint8Array, disk: Disk = fs): void {
  const size = fs.existsSync(path) ? fs.statSync(path).size : 0;
  try {
    const descriptor = disk.openSync(path, "a");
    try {
      writeAll(disk, descriptor, typeof content === "string" ? Buffer.from(content) : content);
    } finally {
      disk.closeSync(descriptor);
    }
  } catch (error) {
    if (fs.existsSync(path)) fs.truncateSync(path, size);
    throw writeFailure(path, error);
  }
}

/** Makes a folder with its first files; it is there with all of them or not at all. */
export function createFolder(path: string, files: { readonly [name: string]: string | Uint8Array }): void {
  const temporary = temporaryOf(path);
  try {
    fs.mkdirSync(dirname(path), { recursive: true });
    fs.mkdirSync(temporary);
    for (const [name, content] of Object.entries(files)) {
      fs.mkdirSync(dirname(join(temporary, name)), { recursive: true });
      writeWhole(join(temporary, name), content);
    }
    fs.renameSync(temporary, path);
  } catch (error) {
    try {
      fs.rmSync(temporary, { recursive: true, force: true });
    } catch {
      // the reason of the first error is the one to tell
    }
    throw error instanceof Error && "code" in error ? writeFailure(path, error) : error;
  }
}

/** Writes a file out of pieces, as `writeWhole` does: without ever holding all of it. */
export async function streamWhole(
  path: string,
  pieces: AsyncIterable<string>,
  disk: Disk = fs,
): Promise<void> {
  const temporary = temporaryOf(path);
  try {
    const descriptor = disk.openSync(temporary, "w");
    try {
      for await (const piece of pieces) writeAll(disk, descriptor, Buffer.from(piece));
      disk.fsyncSync(descriptor);
    } finally {
      disk.closeSync(descriptor);
    }
    disk.renameSync(temporary, path);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error instanceof Error && "code" in error ? writeFailure(path, error) : error;
  }
}

/** Two machines that share a folder may have processes of one number. */
const mine = `${process.pid}-${randomBytes(4).toString("hex")}`;

function temporaryOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${mine}.tmp`);
}
