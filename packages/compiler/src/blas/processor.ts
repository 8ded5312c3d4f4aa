import type { NodeModules } from "./node.ts";

/** The text of a file, or nothing. */
function read({ fs }: NodeModules, path: string): string {
  try {
    return fs.readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** The first 8 kB of a file: the kernel writes a page for each of the cores, and asks each of them for its speed. */
function start({ fs }: NodeModules, path: string): string {
  try {
    const bytes = new Uint8Array(8192);
    const file = fs.openSync(path, "r");
    const length = fs.readSync(file, bytes, 0, bytes.length, 0);
    fs.closeSync(file);
    return new TextDecoder().decode(bytes.subarray(0, length));
  } catch {
    return "";
  }
}

/**
 * Cores that this process may use: two threads of one core share its arithmetic, and a container's quota is what it
 * gets, however many cores the machine has.
 */
export function coresAvailable(node: NodeModules): number {
  const threads = node.os.availableParallelism();
  const shared = read(node, "/sys/devices/system/cpu/smt/active").trim() === "1";
  const [quota, period] = read(node, "/sys/fs/cgroup/cpu.max").split(" ").map(Number);
  const cores = shared ? Math.floor(threads / 2) : threads;
  const allowed = quota! > 0 && period! > 0 ? Math.floor(quota! / period!) : cores;
  return Math.max(1, Math.min(cores, allowed));
}

/** The processor's model and what it can do, by which a BLAS chooses its kernels. */
export function processorId(node: NodeModules): string {
  const [first = ""] = start(node, "/proc/cpuinfo").split("\n\n");
  const lines =
    first.match(/^(vendor_id|cpu family|model|model name|stepping|flags|Features|CPU \w+)\s*:.*$/gm) ?? [];
  return lines.join("\n") || (node.os.cpus()[0]?.model ?? "");
}
