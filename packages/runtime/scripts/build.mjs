// Compiles the kernels (AssemblyScript) to WebAssembly and writes them, as text, into src/kernels.generated.ts.
// Does nothing if that file was made from the same sources. Plain Node; needs the package assemblyscript only.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("..", import.meta.url));
const target = `${folder}src/kernels.generated.ts`;
const sources = [
  "scripts/build.mjs",
  "src/layout.ts",
  ...readdirSync(`${folder}assembly`).map((name) => `assembly/${name}`),
];
const hash = createHash("sha256");
for (const name of sources) hash.update(name).update(readFileSync(folder + name));
const stamp = `// sources ${hash.digest("hex")}`;

if (!existsSync(target) || !readFileSync(target, "utf8").startsWith(stamp)) {
  const { default: asc } = await import("assemblyscript/asc");
  const variants = {};
  for (const fused of [false, true])
    for (const shared of [false, true])
      variants[`${fused ? "fused" : "plain"}${shared ? "Shared" : ""}`] = await compile(asc, fused, shared);
  const lines = Object.entries(variants).map(([name, text]) => `  ${name}:\n    "${text}",`);
  const text = [
    stamp,
    "// Written by scripts/build.mjs from assembly/: do not edit.",
    'export const kernels: { readonly [name in "plain" | "plainShared" | "fused" | "fusedShared"]: string } = {',
    ...lines,
    "};",
    "",
  ].join("\n");
  writeFileSync(`${target}.tmp`, text);
  renameSync(`${target}.tmp`, target);
}

/** One module as base64. `fused`: multiply-add instructions, where the engine has them. `shared`: for threads. */
async function compile(asc, fused, shared) {
  const features = ["simd", ...(fused ? ["relaxed-simd"] : []), ...(shared ? ["threads"] : [])];
  let binary;
  const { error, stderr } = await asc.main(
    [
      "assembly/index.ts",
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
