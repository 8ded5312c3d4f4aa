import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const here = fileURLToPath(new URL("..", import.meta.url));
const { version } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
const scratch = (): string => mkdtempSync(join(tmpdir(), "hardgrad-launcher-"));

function write(path: string, text: string): string {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** A command line that says where it is and what it was asked, and ends with code 7. */
function commandLine(folder: string): void {
  const manifest = { name: "@hardgrad/cli", version, type: "module", bin: { hardgrad: "run.js" } };
  write(join(folder, "node_modules/@hardgrad/cli/package.json"), JSON.stringify(manifest));
  write(
    join(folder, "node_modules/@hardgrad/cli/run.js"),
    `console.log(JSON.stringify([${JSON.stringify(folder)}, ...process.argv.slice(2)])); process.exitCode = 7;`,
  );
}

/** The launcher as installed alone in a folder, asked from an empty one; `npm` is what npm does instead of its work. */
function launch(args: readonly string[], { cwd = scratch(), npm = "" }): ReturnType<typeof spawnSync> {
  const alone = scratch();
  for (const name of ["package.json", "bin/hardgrad.js"]) cpSync(join(here, name), join(alone, name));
  const fake = write(join(scratch(), "npm-cli.js"), `const args = process.argv.slice(2);\n${npm}`);
  const env = npm ? { npm_execpath: fake } : { PATH: scratch() };
  return spawnSync(process.execPath, [join(alone, "bin/hardgrad.js"), ...args], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, npm_execpath: "", ...env },
  });
}

const nowhere = "if (args[0] === 'root') console.log('/nowhere');";

describe("npx hardgrad", () => {
  test("runs the command line of the folder one stands in, or one above it", () => {
    const folder = scratch();
    commandLine(folder);
    const cwd = join(folder, "inner");
    mkdirSync(cwd);
    const { status, stdout, stderr } = launch(["list", "--json"], { cwd, npm: "process.exit(3)" });
    expect({ status, stderr }).toEqual({ status: 7, stderr: "" });
    expect(JSON.parse(String(stdout))).toEqual([folder, "list", "--json"]);
  });
  test("runs a global one", () => {
    const folder = scratch();
    commandLine(folder);
    const { status, stdout } = launch(["list"], {
      npm: `console.log(${JSON.stringify(join(folder, "node_modules"))});`,
    });
    expect(status).toBe(7);
    expect(JSON.parse(String(stdout))).toEqual([folder, "list"]);
  });
  test("else fetches the one of its own version, and hands arguments on as they are", () => {
    const folder = scratch();
    commandLine(folder);
    const { status, stdout, stderr } = launch(["show", "two words", "$HOME", '"'], {
      npm: `${nowhere}
        else if (args.includes("--package=@hardgrad/cli@${version}"))
          console.log(["/usr/bin", ${JSON.stringify(join(folder, "node_modules/.bin"))}].join(require("node:path").delimiter));
        else process.exit(1);`,
    });
    expect(String(stderr)).toMatch(/^fetching @hardgrad\/cli@.*npm install @hardgrad\/cli.*\n$/);
    expect(status).toBe(7);
    expect(JSON.parse(String(stdout))).toEqual([folder, "show", "two words", "$HOME", '"']);
  });
  test("says what npm said when it cannot", () => {
    const { status, stdout, stderr } = launch(["list"], {
      npm: `${nowhere} else { console.error("npm error code ENOTFOUND"); process.exit(1); }`,
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(String(stderr)).toMatch(
      /the command line is the package @hardgrad\/cli@.*npm could not fetch it; with a connection, `npm install @hardgrad\/cli`.*\nnpm error code ENOTFOUND\n$/,
    );
  });
  test("says so where there is no npm", () => {
    const { status, stderr } = launch(["list"], {});
    expect(status).toBe(1);
    expect(String(stderr)).toMatch(/npm, which would fetch it, does not start here .*another way\n$/);
  });
});
