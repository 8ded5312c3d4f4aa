// docs/site-measured.md, from what `site/weight.mjs`, `site/training.mjs` and `bench/page.mjs` have recorded.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const pathOf = (name) => join(root, `docs/results/${name}.json`);
export const read = (name) =>
  existsSync(pathOf(name)) ? JSON.parse(readFileSync(pathOf(name), "utf8")) : undefined;

/** Most kilobytes of compressed script: of a page of text, and of one with a figure before its first number. */
export const LIMITS = { text: 120, figure: 350 };

/** Where and when, as every record says it. */
export const here = () => ({
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus()[0].model.trim()}, ${cpus().length} cores`,
});

/** Writes a record, and the page that tells of it. */
export function record(name, result) {
  writeFileSync(pathOf(name), `${JSON.stringify(result, undefined, 1)}\n`);
  const parts = [weight(read("site-weight")), training(read("site-training")), steps(read("page"))];
  writeFileSync(
    join(root, "docs/site-measured.md"),
    `# The site: weight and time of its pages\n\nWhat a visitor's browser loads before a page can be used, how soon a figure shows numbers that were computed there, and what training in a page costs.\n${parts.join("")}`,
  );
}

const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

function weight({ date, machine, busy, visits, pages }) {
  const time = (ms) => (ms === undefined ? "" : seconds(ms));
  const line = ({ path, bytes, load, first, whole, processor }) =>
    `| ${path} | ${Math.round(bytes / 1000)} KB | ${time(first)} | ${time(first && Math.max(0, first - load))} | ${time(whole)} | ${time(processor)} |`;
  return `
## First numbers

Scripts are compressed by gzip, counted up to the first live picture; for pages without a figure, all of them. A page of text may have ${LIMITS.text} KB, one with a figure ${LIMITS.figure} KB. A still picture with true numbers, made when the site was built, is there before any script. *First*: the first picture that was computed in the page, with the numbers that it has by then, such as the estimators measured so far; from navigation (the request for the page), and from the page's load event, which comes when its own files are there. *Whole*: with all the steps of the still picture, from navigation. Each time is the least of ${visits === 1 ? "one visit" : `${visits} visits`} by a fresh profile. *Processor*: the time that all threads of the page had a core for, up to the first picture; on a busy machine it is what compares.${busy > 0.5 ? ` This one was: ${busy.toFixed(0)} other processes wanted its cores when the measurement began, so times on the clock are upper bounds.` : ""}

| page | scripts | first, from navigation | first, from load | whole | processor |
|---|---|---|---|---|---|
${pages.map(line).join("\n")}

\`node site/weight.mjs --visits ${visits}\`, ${date}, ${machine}, Chromium without a GPU ([record](results/site-weight.json)).
`;
}

function training(result) {
  if (!result) return "";
  const { date, machine, busy, minutes, every, pictures, frames, drawing, samples } = result;
  const line = ({ at, page, worker, wasm, resident }) =>
    `| ${(at / 60).toFixed(1)} | ${megabytes(page)} | ${megabytes(worker)} | ${megabytes(wasm)} | ${megabytes(resident)} |`;
  const shown = samples.filter((_, i) => i % 2 === 0 || i === samples.length - 1);
  return `
## A page that trains

[Chapter 4](explainer/train.md) left to itself for ${minutes} minutes: four networks in turns, tested last at step ${result.last.toLocaleString("en-US")}${busy > 0.5 ? `, while ${busy.toFixed(0)} other processes wanted the cores` : ""}. The page made ${frames.toFixed(0)} frames a second and drew ${pictures.toFixed(1)} pictures a second; a picture takes ${drawing.toFixed(1)} ms of processor time on the page's own thread, where 30 a second leave it 33 ms. Memory after collecting garbage, in use: by the scripts of the page and of its worker, by the WebAssembly of the worker; and what the whole renderer has of the machine's memory, with what it has not given back yet. Taken each ${every} s:

| minutes | page | worker | WebAssembly | renderer |
|---|---|---|---|---|
${shown.map(line).join("\n")}

\`node site/training.mjs --minutes ${minutes}\`, ${date}, ${machine}, Chromium without a GPU ([record](results/site-training.json)).
`;
}

function steps({ environment, chromium, rounds, results }) {
  const of = ({ contestants }, name) => contestants.find((c) => c.name === name).milliseconds.toPrecision(3);
  const line = (result, node, page, ratio) =>
    `| ${result.row} | ${of(result, node)} | ${of(result, page)} | ${ratio.toFixed(2)} |`;
  const all = (r) => line(r, "Node, all threads", "page, isolated", r.isolatedOverNode);
  const one = (r) => line(r, "Node, one thread", "page, not isolated", r.plainOverNode);
  return `
## Steps in a page against Node

Milliseconds of a training step on device wasm: in Node, and in a page that is cross-origin isolated, with ${environment.threads} threads; and in Node and a page with one. Medians of ${rounds} rounds in turns; the ratios are medians of those of the rounds, and below 1 the page is faster.

| ${environment.threads} threads | Node | page | page / Node |
|---|---|---|---|
${results.map(all).join("\n")}

| one thread | Node | page | page / Node |
|---|---|---|---|
${results.map(one).join("\n")}

\`node bench/page.mjs --json docs/results/page.json\`, ${environment.date.slice(0, 10)}, ${environment.cpu}, Chromium ${chromium.split(".")[0]}, Node ${environment.node} ([record](results/page.json)).
`;
}
