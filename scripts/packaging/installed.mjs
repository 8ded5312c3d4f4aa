// Installs the packages from tarballs into an empty folder outside the repository, and there runs every command of the
// READMEs and type-checks the examples, on this Node and on a current one.   node scripts/packaging/installed.mjs
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { root } from "../prepare.mjs";
import { commandsOf, scriptsOf, shortened } from "./commands.mjs";
import { pack } from "./packages.mjs";
import { atATime, npm, run } from "./processes.mjs";

/** A current Node, as a package of the registry. */
const current = `node-${process.platform}-${process.arch}@26.12.1`;

const begin = performance.now();
const faults = [];
const home = mkdtempSync(join(tmpdir(), "hardgrad-installed-"));
const at = (...parts) => join(home, ...parts);
writeFileSync(at("package.json"), JSON.stringify({ name: "somebody", private: true, type: "module" }));
const packages = pack(home);
const installed = await npm(home, "install", ...packages.map(({ tarball }) => tarball));
if (installed.code !== 0) {
  const offline = /ENOTFOUND|EAI_AGAIN|ENOTCACHED|ECONNREFUSED|ETIMEDOUT/.exec(installed.text);
  if (!offline) fail("npm install of the tarballs", installed.text);
  else
    console.error(`skipped: packages outside the repository, as npm has no connection here (${offline[0]})`);
  end();
}
symlinkSync(join(root, "node_modules/onnxruntime-node"), at("node_modules/onnxruntime-node")); // an optional peer, 288 MB
cpSync(join(root, "examples"), at("examples"), { recursive: true });

const readmes = [join(root, "README.md"), ...packages.map(({ folder }) => join(folder, "README.md"))];
const commands = [...new Set(readmes.flatMap((file) => commandsOf(readFileSync(file, "utf8"))))];
const scripts = readmes.slice(1).flatMap((file) => scriptsOf(readFileSync(file, "utf8")));

await types();
await everything(process.execPath);
const newer = await currentNode();
if (newer) await everything(newer);
end();

/** All commands and scripts by this Node, in a folder of their own below the installed packages. */
async function everything(node) {
  const name = `node-${(await run(node, ["--version"], home)).text.trim()}`;
  mkdirSync(at(name));
  cpSync(at("examples"), at(name, "examples"), { recursive: true });
  const path = [dirname(node), at("node_modules/.bin"), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH: path, HARDGRAD_DATA: "" };
  const make = shortened("hardgrad train classifier --out RUN");
  const steps = [
    ...commands.map((command) => ({ title: command, line: shortened(command) })),
    ...scripts.map((code, i) => {
      writeFileSync(at(name, `readme-${i}.mjs`), code);
      return { title: `the example of ${readmes[i + 1]}`, line: `node readme-${i}.mjs` };
    }),
  ];
  const first = await run(make, [], at(name), { env, shell: true });
  if (first.code !== 0) return fail(`${name}: ${make}`, first.text);
  await atATime(2, steps, async ({ title, line }) => {
    const { code, text } = await run(line, [], at(name), { env, shell: true });
    if (code !== 0) fail(`${name}: ${title} (run as: ${line})`, text);
  });
  console.error(`${name}: ${steps.length} commands and examples of the READMEs`);
}

/** The examples, and a program in TypeScript, against the types as installed. */
async function types() {
  const consumer = join(root, "scripts/packaging/consumer.ts");
  cpSync(consumer, at("consumer.ts"));
  const options = {
    strict: true,
    noEmit: true,
    skipLibCheck: false, // our declarations too
    target: "es2022",
    lib: ["esnext", "dom"], // jax-js names Float16Array
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
  };
  const examples = readdirSync(at("examples"), { recursive: true }).filter((name) => name.endsWith(".mjs"));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const projects = ["bundler", "nodenext"].flatMap((resolution) => {
    const module = resolution === "bundler" ? "esnext" : "nodenext";
    const common = { ...options, module, moduleResolution: resolution };
    const script = { ...common, allowJs: true, checkJs: true };
    return [
      { name: `consumer.${resolution}`, compilerOptions: common, files: ["consumer.ts"] },
      {
        name: `examples.${resolution}`,
        compilerOptions: script,
        files: examples.map((name) => `examples/${name}`),
      },
    ];
  });
  await atATime(2, projects, async ({ name, ...project }) => {
    writeFileSync(at(`tsconfig.${name}.json`), JSON.stringify(project));
    const { code, text } = await run(process.execPath, [tsc, "-p", `tsconfig.${name}.json`], home);
    if (code !== 0) fail(`types of ${name}`, text);
  });
  console.error(`${examples.length} examples and a consumer type-check under bundler and nodenext`);
}

/** The path of a current Node, or undefined where none can be had. */
async function currentNode() {
  mkdirSync(at("current-node"));
  writeFileSync(at("current-node/package.json"), "{}");
  const { code } = await npm(at("current-node"), "install", current);
  if (code !== 0) {
    console.error(`skipped: the same on a current Node, as ${current} can't be installed here`);
    return undefined;
  }
  return at("current-node/node_modules", current.replace(/@[\d.]+$/, ""), "bin/node");
}

function fail(what, text) {
  faults.push(`${what} failed:\n${text.trim().split("\n").slice(-12).join("\n")}`);
}

function end() {
  rmSync(home, { recursive: true, force: true });
  for (const fault of faults) console.error(fault);
  console.error(`${((performance.now() - begin) / 1000).toFixed(0)} s`);
  process.exit(faults.length > 0 ? 1 : 0);
}
