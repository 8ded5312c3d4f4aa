// Compiles the kernels (AssemblyScript) to WebAssembly and writes them, as text, into src/*/*.generated.ts.
// Does nothing if a file was made from the same sources. Plain Node; needs the package assemblyscript only.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("..", import.meta.url));
const sourcesIn = (path) =>
  readdirSync(folder + path)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${path}/${name}`);

// Circuits have no numbers to multiply, so nothing to fuse.
await write(
  "assembly/index.ts",
  "src/kernels",
  ["plain", "fused"],
  ["src/layout.ts", ...sourcesIn("assembly")],
);
await write(
  "assembly/circuit/index.ts",
  "src/circuit/kernels",
  ["plain"],
  [...["src/layout.ts", "src/circuit/layout.ts", "assembly/pieces.ts"], ...sourcesIn("assembly/circuit")],
);

/** The modules of one entry, for one thread and for several: a TypeScript file each, so that a page loads the one it runs. */
async function write(entry, path, kinds, sources) {
  const hash = createHash("sha256");
  for (const name of ["scripts/build.mjs", ...sources]) hash.update(name).update(readFileSync(folder + name));
  const stamp = `// sources ${hash.digest("hex")}`;
  mkdirSync(folder + path, { recursive: true });
  for (const kind of kinds)
    for (const shared of [false, true]) {
      const target = `${folder}${path}/${kind}${shared ? "-shared" : ""}.generated.ts`;
      if (existsSync(target) && readFileSync(target, "utf8").startsWith(stamp)) continue;
      const { default: asc } = await import("assemblyscript/asc");
      const code = await compile(asc, entry, kind === "fused", shared);
      const made = "// Written by scripts/build.mjs from assembly/: do not edit.";
      writeFileSync(`${target}.tmp`, `${stamp}\n${made}\nexport const code =\n  "${code}";\n`);
      renameSync(`${target}.tmp`, target);
    }
}

/** One module as base64. `fused`: multiply-add instructions, where the engine has them. `shared`: for threads. */
async function compile(asc, entry, fused, shared) {
  const features = ["simd", ...(fused ? ["relaxed-simd"] : []), ...(shared ? ["threads"] : [])];
  let binary;
  const { error, stderr } = await asc.main(
    [
      entry,
      ...["-O3", "--noAssert", "--runtime", "stub", "--importMemory", "--use", "abort="],
      ...[
        "--baseDir",
        folder,
        "--outFile",
        "out.wasm",
        "--initialMemory",
        "1",
        "--maximumMemory",
        "65536",
        "--memoryBase",
        "64",
      ],
      ...features.flatMap((name) => ["--enable", name]),
      ...(shared ? ["--sharedMemory"] : []),
    ],
    {
      readFile: (name) => (existsSync(folder + name) ? readFileSync(folder + name, "utf8") : null),
      writeFile: (name, content) => {
        if (name === "out.wasm") binary = content;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`the kernels do not compile: ${error.message}\n${stderr}`);
  return Buffer.from(binary).toString("base64");
}
