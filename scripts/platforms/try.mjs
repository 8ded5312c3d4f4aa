// Tries the packages, as they are installed, in other runtimes and with bundlers, and writes docs/platforms.md.
// node scripts/platforms/try.mjs     (on Linux, x64; needs the registry and a Chromium; takes minutes)
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pack } from "../packaging/packages.mjs";
import { npm, run } from "../packaging/processes.mjs";
import { root } from "../prepare.mjs";
import { titleOf } from "./browser.mjs";

const versions = { node: "26.12.1", deno: "2.9.6", bun: "1.4.5", vite: "8.3.8", esbuild: "0.28.2" };
const expected = "0.0689 6 5 true";

const home = mkdtempSync(join(tmpdir(), "hardgrad-platforms-"));
const at = (...parts) => join(home, ...parts);
const rows = [];
const row = (where, what, { code, text }, right = () => true) => {
  const works = code === 0 && right(text);
  rows.push({ where, what, result: works ? "works" : "fails" });
  console.error(`${works ? "works" : "FAILS"}: ${where}: ${what}`);
  if (!works) console.error(text.slice(-1500));
};

writeFileSync(at("package.json"), JSON.stringify({ private: true, type: "module" }));
mkdirSync(at("tools"));
writeFileSync(at("tools/package.json"), JSON.stringify({ private: true }));
const node = `node-${process.platform}-${process.arch}`;
const tools = [
  `${node}@${versions.node}`,
  ...["deno", "bun", "vite", "esbuild"].map((n) => `${n}@${versions[n]}`),
];
for (const [folder, packages] of [
  [home, pack(home).map(({ tarball }) => tarball)],
  [at("tools"), tools],
]) {
  const { code, text } = await npm(folder, "install", ...packages);
  if (code !== 0) throw new Error(text);
}
for (const name of ["koffi", "webgpu"])
  if (existsSync(join(root, "node_modules", name)))
    symlinkSync(join(root, "node_modules", name), at("node_modules", name));
for (const name of ["task.js", "page.js", "worker.js"])
  cpSync(join(root, "scripts/platforms", name), at(name));
writeFileSync(
  at("print.mjs"),
  'import { task } from "./task.js";\nconsole.log(await task());\nprocess.exit(0);\n',
);
writeFileSync(
  at("print-worker.mjs"),
  `const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => { console.log(data); process.exit(0); };\n`,
);
writeFileSync(
  at("threads.mjs"),
  `import { writeRuntimeFile } from "@hardgrad/runtime";
import { loadThreaded } from "@hardgrad/runtime/threads";
const file = writeRuntimeFile({ inputs: 1, layers: [{ kind: "linear", outputs: 1, weight: new Float32Array([2]) }] });
const runtime = await loadThreaded(file, { threads: 2 });
console.log([...(await runtime.forward(new Float32Array(64).fill(3)))].every((y) => y === 6));
process.exit(0);\n`,
);

const own = (name) => at("tools/node_modules", name);
const runtimes = {
  [`Node ${process.versions.node}`]: [process.execPath],
  [`Node ${versions.node}`]: [join(own(node), "bin/node")],
  [`Deno ${versions.deno}`]: [own("@deno/linux-x64-glibc/deno"), "run", "--allow-all"],
  [`Bun ${versions.bun}`]: [own("@oven/bun-linux-x64/bin/bun")],
};
const few = ["--epochs", "1", "--train-size", "300", "--test-size", "50", "--quiet"];
const commands = {
  "`hardgrad list`": ["list"],
  "`hardgrad audit`": ["audit", "reinmax", "--problem", "quadratic", "--samples", "200"],
  "`hardgrad figure` (PNG)": ["figure", "neuron", "--out", "OUT.png"],
  "`hardgrad draw`": ["draw", "--digit", "7", "--out", "OUT-7.png"],
  "`hardgrad train --device wasm`": ["train", "classifier", "--device", "wasm", ...few, "--out", "OUT-wasm"],
  "`hardgrad train --device native`": [
    "train",
    "classifier",
    "--device",
    "native",
    ...few,
    "--out",
    "OUT-native",
  ],
  "`hardgrad compare`, two processes": [
    "compare",
    "classifier",
    "--estimators",
    "reinmax,rloo",
    ...few,
    "--out",
    "OUT",
  ],
};
const cli = at("node_modules/@hardgrad/cli/bin/hardgrad.js");
for (const [where, [program, ...before]] of Object.entries(runtimes)) {
  const execute = (...args) =>
    run(program, [...before, ...args], home, { env: { ...process.env, HARDGRAD_DATA: "" } });
  row(where, "the libraries", await execute(at("print.mjs")), (text) => text.includes(expected));
  if (!where.startsWith("Node"))
    row(where, "the libraries in a `Worker`", await execute(at("print-worker.mjs")), (t) =>
      t.includes(expected),
    );
  row(where, "the runtime with threads", await execute(at("threads.mjs")), (text) => text.includes("true"));
  for (const [what, args] of Object.entries(commands))
    row(where, what, await execute(cli, ...args.map((a) => a.replace("OUT", where.replace(" ", "-")))));
}

const html = (script) =>
  `<!doctype html><title>begins</title><script type="module" src="${script}"></script>`;
writeFileSync(at("index.html"), html("/page.js"));
writeFileSync(
  at("vite.config.mjs"),
  'export default { build: { target: "esnext" }, worker: { format: "es" } };\n',
);
const vite = await run(at("tools/node_modules/.bin/vite"), ["build", "--outDir", "vite-built"], home);
const both = `page ${expected}, worker ${expected}`;
await page(`Vite ${versions.vite}`, vite, "vite-built");
const args = [
  "page.js",
  "worker.js",
  "--bundle",
  "--splitting",
  "--minify",
  "--format=esm",
  "--outdir=esbuild-built",
];
const esbuild = await run(at("tools/node_modules/.bin/esbuild"), args, home);
if (esbuild.code === 0) writeFileSync(at("esbuild-built/index.html"), html("page.js"));
await page(`esbuild ${versions.esbuild}`, esbuild, "esbuild-built");

async function page(bundler, built, folder) {
  const what = "a page, and a module worker in it";
  if (built.code !== 0) return row(bundler, what, built);
  const { title, browser } = await titleOf(at(folder));
  row(`${bundler}, ${browser}`, what, { code: 0, text: title }, (text) => text === both);
}

const names = [...new Set(rows.map(({ what }) => what))];
const table = (places) => `| | ${places.join(" | ")} |
|---|${places.map(() => "---").join("|")}|
${names
  .filter((what) => rows.some((r) => r.what === what && places.includes(r.where)))
  .map(
    (what) =>
      `| ${what} | ${places.map((p) => rows.find((r) => r.where === p && r.what === what)?.result ?? "not tried").join(" | ")} |`,
  )
  .join("\n")}`;
const bundled = [...new Set(rows.map(({ where }) => where))].filter((where) => !(where in runtimes));
writeFileSync(
  join(root, "docs/platforms.md"),
  `# Platforms

Where the packages were tried, installed from their tarballs into an empty folder, on ${new Date().toISOString().slice(0, 10)} (${process.platform}, ${process.arch}). \`node scripts/platforms/try.mjs\` regenerates this page.

${table(Object.keys(runtimes))}

In Deno give \`--allow-all\`, or permission to read, write, and ask for the environment. \`--device native\` needs \`koffi\` beside the command line, and a BLAS.

Bundled, without configuration except for Vite's \`worker.format: "es"\` and a target that has top-level \`await\`:

${table(bundled)}
`,
);
rmSync(home, { recursive: true, force: true });
console.error("docs/platforms.md");
process.exit(0);
