// Whether `hardgrad lab` of the PATH serves its first page: starts it, asks for the page, ends it.
import { spawn } from "node:child_process";
import { once } from "node:events";

const child = spawn("hardgrad lab --json --no-open --port 0", { shell: true, stdio: ["ignore", "pipe", "inherit"], detached: true }); // biome-ignore format: one thought
const [line] = await once(child.stdout, "data");
const { address } = JSON.parse(String(line));
const page = await (await fetch(address)).text();
process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGINT");
if (!page.includes("<title>")) throw new Error(`${address} is not the site's first page`);
