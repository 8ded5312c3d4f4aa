// `npm start`: installs, builds, and trains the classifier by eight estimators on drawn digits.
import { existsSync } from "node:fs";
import { build, install, root, run } from "./prepare.mjs";

install();
build();
let out = "runs/first-look";
for (let i = 2; existsSync(`${root}/${out}`); i++) out = `runs/first-look-${i}`;
const extra = process.argv.slice(2).join(" ");
run(
  `node packages/cli/bin/hardgrad.js compare classifier --epochs 8 --train-size 10000 --test-size 2000 --decay 0.8 --out ${out} ${extra}`,
);
