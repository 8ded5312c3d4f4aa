import { spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { Failure, reasonOf, UsageError } from "../ask/errors.ts";
import { type Flags, wholeNumberFlag } from "../ask/flags.ts";
import { labServer } from "../lab/server.ts";
import { narrator, print } from "../print/console.ts";

/** The built site, beside `dist` in the package. */
const SITE = fileURLToPath(new URL("../../site", import.meta.url));
const PORT = 4271;
/** Ports tried in turn, if none was asked for. */
const TRIES = 20;

/** `lab [FOLDER]`: serves the site to a browser on this machine until Ctrl-C. */
export async function lab(folder: string | undefined, flags: Flags): Promise<void> {
  const asked =
    flags.port === undefined ? undefined : wholeNumberFlag("--port", String(flags.port), 0, 65_535);
  const run = folder === undefined ? undefined : runFolder(folder);
  if (!existsSync(join(SITE, "index.html")))
    throw new Failure("the site has not been built in this clone; run npm run site, and then this again.");
  const server = labServer(SITE, run);
  const port = await listen(server, asked);
  const address = `http://127.0.0.1:${port}/`;
  const page = run === undefined ? address : `${address}explainer/run.html?folder`;
  if (flags.json) print(JSON.stringify({ address, ...(run === undefined ? {} : { run: folder, page }) }));
  else print(page);
  narrator(flags.quiet === true)("Ctrl-C ends it.");
  if (flags.open !== false && process.stdout.isTTY) openBrowser(page);
  await interrupted();
  server.close();
  server.closeAllConnections();
}

function runFolder(path: string): string {
  if (!existsSync(path)) throw new UsageError(`${path} does not exist; give a run folder, or none.`);
  if (!statSync(path).isDirectory() || !existsSync(join(path, "config.json")))
    throw new UsageError(
      `${path} is not a run folder: it has no config.json; give one that train has written.`,
    );
  return resolve(path);
}

/** The port that the server got: the one asked for, or the first free one. */
async function listen(server: Server, asked: number | undefined): Promise<number> {
  const ports = asked === undefined ? Array.from({ length: TRIES }, (_, i) => PORT + i) : [asked];
  for (const port of ports) {
    const error = await new Promise<NodeJS.ErrnoException | undefined>((done) => {
      server.once("error", done);
      server.listen(port, "127.0.0.1", () => {
        server.off("error", done);
        done(undefined);
      });
    });
    if (!error) return (server.address() as AddressInfo).port;
    if (error.code !== "EADDRINUSE") throw new Failure(`cannot listen on port ${port}: ${reasonOf(error)}; choose another --port.`); // biome-ignore format: one thought
  }
  throw new Failure(
    asked === undefined
      ? `ports ${PORT} to ${PORT + TRIES - 1} are all in use; choose another with --port.`
      : `port ${asked} is in use; choose another --port, or leave it out to get a free one.`,
  );
}

function openBrowser(address: string): void {
  const [command, ...args] =
    process.platform === "darwin"
      ? ["open"]
      : process.platform === "win32"
        ? ["cmd", "/c", "start", ""]
        : ["xdg-open"];
  // Without one, the address has been printed.
  spawn(command!, [...args, address], { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}

const interrupted = (): Promise<void> =>
  new Promise((done) => {
    process.once("SIGINT", done).once("SIGTERM", done);
  });

/** Its arguments and options. */
export function declare(command: Command): void {
  command
    .argument("[run]", "run folder to show in the page")
    .option("--port <n>", `port on 127.0.0.1, 0 for any free one (default: the first free from ${PORT})`)
    .option("--no-open", "print the address and open no browser")
    .option("--json", "print the address as JSON")
    .option("--quiet", "print the address only")
    .action((run, flags) => lab(run, flags));
}
