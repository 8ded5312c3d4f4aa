// Prepares a release, and publishes nothing.
//   npm run release -- 0.2.0    sets the version everywhere and dates the changelog's section; look at it, and commit
//   npm run release             checks that all is said and committed and `npm test` passes, packs, prints what publishes
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { pack } from "../packaging/packages.mjs";
import { build, root, run } from "../prepare.mjs";
import { releasable, setVersion } from "./version.mjs";

const git = (...args) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
const [next] = process.argv.slice(2);
try {
  if (next !== undefined) {
    setVersion(root, next, new Date().toISOString().slice(0, 10));
    console.log(
      `now at ${next}:\n${git("diff", "--stat")}\nnext: git commit -am "Release ${next}" && npm run release`,
    );
  } else release();
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  console.error(error.message);
  process.exit(2);
}

function release() {
  const { version, faults } = releasable(root);
  if (git("status", "--porcelain")) faults.push("The work tree has changes that are not committed.");
  if (git("tag", "--list", `v${version}`)) faults.push(`The tag v${version} is there already.`);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exit(1);
  run("npm test");
  build();
  const folder = join(root, "runs", `release-${version}`);
  mkdirSync(folder, { recursive: true });
  const packages = pack(folder);
  console.log(`${version} is ready. In this order:\n`);
  for (const { tarball } of packages) console.log(`npm publish --access public ${relative(root, tarball)}`);
  console.log(`git tag -a v${version} -m "${version}" && git push origin v${version}`);
}
