import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { type Command, startChild } from "./child.ts";

/** One that takes part, or would if it were installed. */
export interface Contestant {
  readonly id: string;
  readonly title: string;
  /** Ours, on a device; else a peer. */
  readonly device?: string;
  /** A peer that takes part in the rows of another one, by its id. */
  readonly rowsOf?: string;
  readonly command?: Command;
  /** Numbers of threads to choose from, the best of which is used; absent: it has no choice. */
  readonly threads?: readonly number[];
  /** Why it can't take part, and what to do: one sentence. */
  readonly missing?: string;
}

/** Names that `--peers` takes, and those that it takes by itself. */
export const peerNames: readonly string[] = ["pytorch", "tensorflow-js", "pytorch-cuda"];
export const usualPeers: readonly string[] = ["pytorch", "tensorflow-js"];

const worker = fileURLToPath(new URL("./worker.js", import.meta.url));
const folder = fileURLToPath(new URL("../peers/", import.meta.url));

/** Ourselves on a device. */
export function ours(device: string): Contestant {
  return {
    id: `hardgrad-${device}`,
    title: `hardgrad ${device}`,
    device,
    command: { file: process.execPath, args: [worker, device] },
    ...(device === "webgpu" ? {} : { threads: threadChoices() }),
  };
}

const threadChoices = (): number[] => [...new Set([1, cpus().length])];

/** The contestants of some peers; an interpreter of Python may be named. */
export function peers(names: readonly string[], python?: string): Contestant[] {
  const found: { readonly [name: string]: () => Contestant[] } = {
    pytorch: () => pytorch(python),
    "pytorch-cuda": () => pytorchOnGpu(python),
    "tensorflow-js": () => [tensorflow()],
  };
  return names.flatMap((name) => found[name]!());
}

/** Asks one whether it can start here. Also its versions, by name. */
export async function probe(
  contestant: Contestant,
  patience: number,
): Promise<{ contestant: Contestant; versions: { readonly [name: string]: string } }> {
  const { command, missing } = contestant;
  if (!command || missing !== undefined) return { contestant, versions: {} };
  const child = startChild(contestant.title, command);
  try {
    const answer = await child.ask({ do: "hello" }, patience);
    const told = Object.entries(answer).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    );
    return { contestant, versions: Object.fromEntries(told) };
  } catch (error) {
    const why = (error as Error).message.replace(`${contestant.title}: `, "").replace(/\.$/, "");
    return { contestant: { ...contestant, missing: why }, versions: {} };
  } finally {
    child.stop();
  }
}

function pytorch(python?: string): Contestant[] {
  const made = (id: string, title: string, flags: string[]): Contestant => {
    const script = `${folder}pytorch/main.py`;
    const found = (python ? [python] : ["python3", "/usr/bin/python3"]).find(hasTorch);
    if (!found)
      return {
        id,
        title,
        missing: `${python ?? "python3"} has no torch: apt install python3-torch libopenblas0-pthread, or name an interpreter that has it with --python`,
      };
    return { id, title, command: { file: found, args: [script, ...flags] }, threads: threadChoices() };
  };
  return [made("pytorch", "PyTorch", []), made("pytorch-masked", "PyTorch dense, masked", ["--masked"])];
}

/** Eager, and compiled by torch.compile. */
function pytorchOnGpu(python = "python3"): Contestant[] {
  const made = (id: string, title: string, flags: string[]): Contestant => {
    const shared = { id, title, rowsOf: "pytorch" };
    if (!says(python, "import torch, sys; sys.exit(not torch.cuda.is_available())"))
      return { ...shared, missing: `${python} has no torch that sees a GPU with CUDA; name an interpreter that has one with --python` }; // biome-ignore format: one thought
    return { ...shared, command: { file: python, args: [`${folder}pytorch/main.py`, "--cuda", ...flags] } };
  };
  return [
    made("pytorch-cuda", "PyTorch CUDA", []),
    made("pytorch-cuda-compiled", "PyTorch CUDA, compiled", ["--compile"]),
  ];
}

const hasTorch = (python: string): boolean =>
  says(python, "import importlib.util as u, sys; sys.exit(u.find_spec('torch') is None)");

const says = (python: string, code: string): boolean =>
  spawnSync(python, ["-c", code], { stdio: "ignore" }).status === 0;

function tensorflow(): Contestant {
  const id = "tensorflow-js";
  const title = "TensorFlow.js wasm";
  const script = `${folder}tensorflow-js/main.js`;
  if (!existsSync(`${folder}node_modules/@tensorflow/tfjs/package.json`))
    return { id, title, missing: "it is not installed: npm install --prefix bench/peers" };
  return { id, title, command: { file: process.execPath, args: [script] } };
}
