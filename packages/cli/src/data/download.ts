import * as fs from "node:fs";
import { dirname } from "node:path";
import { writeFailure } from "../ask/errors.ts";

export interface DownloadOptions {
  /** Where the bytes go as they come: an interrupted download goes on from here, also after a restart. */
  readonly partial: string;
  readonly onProgress: (bytes: number, total: number) => void;
  /** Whether the whole file is the right one. */
  readonly accept: (bytes: Uint8Array) => boolean;
}

const TIMEOUT = 30_000;

/** The file from the first mirror that gives the right one, left at `partial`; undefined if none does. */
export async function download(
  urls: readonly string[],
  options: DownloadOptions,
): Promise<Uint8Array | undefined> {
  try {
    fs.mkdirSync(dirname(options.partial), { recursive: true });
  } catch (error) {
    throw writeFailure(options.partial, error);
  }
  for (const url of urls)
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        await fetchTo(url, options);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).syscall === "write") throw writeFailure(options.partial, error);
        continue; // what has come so far stays, the next attempt goes on from there
      }
      const bytes = fs.readFileSync(options.partial);
      if (options.accept(bytes)) return bytes;
      fs.rmSync(options.partial);
      break;
    }
  return undefined;
}

async function fetchTo(url: string, { partial, onProgress }: DownloadOptions): Promise<void> {
  const have = fs.existsSync(partial) ? fs.statSync(partial).size : 0;
  const response = await fetch(url, {
    headers: have > 0 ? { range: `bytes=${have}-` } : {},
    signal: AbortSignal.timeout(TIMEOUT * 10),
  });
  if (response.status === 416) return; // nothing beyond what is there: the check decides
  if (!response.ok || !response.body) throw new Error(`${url}: HTTP ${response.status}`);
  const resumed = response.status === 206;
  let done = resumed ? have : 0;
  const total = done + Number(response.headers.get("content-length") ?? 0);
  const descriptor = fs.openSync(partial, resumed ? "a" : "w");
  try {
    for await (const chunk of response.body) {
      fs.writeSync(descriptor, chunk as Uint8Array);
      done += (chunk as Uint8Array).length;
      onProgress(done, total);
    }
  } finally {
    fs.closeSync(descriptor);
  }
  if (done < total) throw new Error(`${url}: ended after ${done} of ${total} bytes`);
}
