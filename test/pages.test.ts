import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { catalogue, pseudoDerivatives } from "hardgrad";
import { describe, expect, test } from "vitest";
import { latentsTable, rotationTable } from "../bench/quantizer-tables.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const markdown = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(root, folder, name));
const packages = readdirSync(join(root, "packages")).map((name) => join(root, "packages", name, "README.md"));
const pages = [
  ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map((name) => join(root, name)),
  ...packages.filter((path) => existsSync(path)),
  ...markdown("docs"),
];
const read = (path: string): string => readFileSync(path, "utf8");

/** The page without what stands in code, where brackets are no links. */
const prose = (text: string): string =>
  text.replaceAll(/^```[\s\S]*?^```/gm, "").replaceAll(/`[^`\n]*`/g, "code");

/** Names that headings can be reached by, as GitHub makes them. */
function anchors(path: string): Set<string> {
  const headings = read(path)
    .replaceAll(/^```[\s\S]*?^```/gm, "")
    .matchAll(/^#+ (.+)$/gm);
  const seen = new Map<string, number>();
  const given = [...read(path).matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id!);
  return new Set([
    ...given,
    ...[...headings].map(([, heading]) => {
      const name = heading!
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-");
      const count = seen.get(name) ?? 0;
      seen.set(name, count + 1);
      return count === 0 ? name : `${name}-${count}`;
    }),
  ]);
}

function deadLinks(path: string, text = read(path)): string[] {
  return [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link]) => {
    if (/^[a-z]+:/.test(link!)) return [];
    const [file, anchor] = link!.split("#") as [string, string?];
    const target = file === "" ? path : join(dirname(path), file);
    if (!existsSync(target)) return [`${link}: there is no such file`];
    if (anchor !== undefined && target.endsWith(".md") && !anchors(target).has(anchor))
      return [`${link}: there is no such heading`];
    return [];
  });
}

describe("links lead somewhere", () => {
  for (const path of pages)
    test(relative(root, path), () => {
      expect(deadLinks(path)).toEqual([]);
    });
});

/** Rows of the tables of a page, with the number of their cells. */
const tableRows = (text: string): { row: string; cells: number }[] =>
  [...prose(text).matchAll(/^\|.*\|$/gm)].map(([row]) => ({ row, cells: row.split(/(?<!\\)\|/).length - 2 }));

describe("tables read on a phone and in a terminal", () => {
  for (const path of pages.filter((page) => tableRows(read(page)).length > 0))
    test(`${relative(root, path)}: at most six columns`, () => {
      expect(tableRows(read(path)).filter(({ cells }) => cells > 6)).toEqual([]);
    });
  for (const path of pages.filter((page) => /-measured\.md$|performance\.md$/.test(page)))
    test(`${relative(root, path)}: at most 100 characters in a row`, () => {
      expect(tableRows(read(path)).filter(({ row }) => [...row].length > 100)).toEqual([]);
    });
});

test("the check of links finds a dead file and a dead heading, not what stands in code", () => {
  const page = join(root, "docs/choosing.md");
  expect(deadLinks(page, "[a](nowhere.md) and [b](estimators.md)")).toEqual([
    "nowhere.md: there is no such file",
  ]);
  expect(deadLinks(page, "[a](#forbidding-choices), [b](#nothing)")).toEqual([
    "#nothing: there is no such heading",
  ]);
  expect(deadLinks(page, "`[a](x)`\n```\n[b](y)\n```")).toEqual([]);
});

describe("the tour of the core", () => {
  const path = join(root, "docs/tour.md");
  const lines = (text: string): string[] => text.split("\n").map((line) => line.trim());
  const excerpts = [...read(path).matchAll(/\]\((\S+\.ts)\)\n\n```ts\n([\s\S]*?)\n```/g)];

  test("has excerpts, all with the file they are from, and an evening's length", () => {
    expect(excerpts.length).toBeGreaterThan(10);
    expect(read(path).match(/^```ts$/gm)).toHaveLength(excerpts.length);
    expect(read(path).split("\n").length).toBeLessThan(450);
  });

  test("typed in, its blocks print what they say", () => {
    const blocks = [...read(path).matchAll(/\*\*Type it in\*\*[^\n]*\n\n```js\n([\s\S]*?)\n```/g)].map(([, code]) => code!); // biome-ignore format: one thought
    expect(read(path).match(/^```js$/gm)).toHaveLength(blocks.length);
    const code = blocks.join("\n");
    // What a line prints stands behind it, or in the lines of comment after it.
    const wanted = [...code.matchAll(/(?:(?:console\.log|measure)\(.*;|^) ?\/\/ (.*)$/gm)].map(
      ([, said]) => said,
    );
    expect(wanted.length).toBeGreaterThan(8);
    const file = join(mkdtempSync(join(tmpdir(), "tour-")), "tour.mjs");
    symlinkSync(join(root, "node_modules"), join(dirname(file), "node_modules"), "junction");
    writeFileSync(file, code);
    const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: "utf8" });
    rmSync(dirname(file), { recursive: true });
    expect(stderr).toBe("");
    expect(stdout.trim().split("\n")).toEqual(wanted);
  }, 120_000);

  for (const [, file, code] of excerpts)
    test(`the code still reads so: ${file} ${code!.split("\n")[0]}`, () => {
      const source = lines(read(join(dirname(path), file!)));
      const excerpt = lines(code!);
      const found = source.some((_, i) => excerpt.every((line, j) => source[i + j] === line));
      expect(found, `not in ${file}:\n${code}`).toBe(true);
    });
});

test("how to choose says what the audits measured", () => {
  const page = read(join(root, "docs/choosing.md"));
  const rows = page.split("\n").flatMap((line) => {
    const [, problem] = /^\| .*\(\[audit\]\(results\/(audit-[\w-]+\.json)\)\)/.exec(line) ?? [];
    if (!problem) return [];
    const { rows } = JSON.parse(read(join(root, "docs/results", problem)));
    return [...line.matchAll(/\[([\w-]+)\]\(estimators\/\S+\) \((\d+) %, (-?[\d.]+)\)/g)].map(
      ([said, id]) => {
        const { relativeBias, cosine } = rows.find((r: { id: string }) => r.id === id);
        const measured = `(${(100 * relativeBias).toFixed(0)} %, ${cosine.toFixed(2)})`;
        return [said, said.replace(/\(\d.*$/, measured)];
      },
    );
  });
  expect(rows.length).toBeGreaterThan(7);
  for (const [said, measured] of rows) expect(said).toBe(measured);
});

test("routing says what was measured", () => {
  const page = read(join(root, "docs/routing.md"));
  const { results } = JSON.parse(read(join(root, "docs/results/routing.json")));
  const said = [...page.matchAll(/^\| `?([\w-]+)`? \| (MNIST|Fashion-MNIST) \| (.*) \|$/gm)];
  expect(said).toHaveLength(results.length);
  for (const [, router, data, cells] of said) {
    const row = results.find(
      (r: { router: string; data: string }) => r.router === router && r.data === data!.toLowerCase(),
    );
    const text = (value: { mean: number; standardError: number } | null, factor: number, digits: number) =>
      value
        ? `${(factor * value.mean).toFixed(digits)} ± ${(factor * value.standardError).toFixed(digits)}`
        : "—";
    const wanted = [text(row.testError, 100, 2), text(row.rate, 100, 1), text(row.maxViolation, 1, 2)];
    expect(cells!.split(" | ").slice(0, 3)).toEqual(wanted);
  }
});

test("vector quantization has the tables of its results", () => {
  const page = read(join(root, "docs/vector-quantization.md"));
  const results = JSON.parse(read(join(root, "docs/results/quantizers.json")));
  expect(page).toContain(latentsTable(results));
  expect(page).toContain(rotationTable(results));
});

test("circuits says what was measured", () => {
  const page = read(join(root, "docs/circuits.md"));
  const of = (name: string) => JSON.parse(read(join(root, "docs/results", `${name}.json`)));
  const points = (value: number, error: number) =>
    `${(100 * value).toFixed(2)} ± ${(100 * error).toFixed(2)}`;
  const estimators = of("logic-estimators").results;
  const said = [...page.matchAll(/^\| \[([\w-]+)\]\(estimators\/\S+\) \| (\S+ ± \S+) \| (\S+ ± \S+) \|/gm)];
  expect(said).toHaveLength(estimators.length);
  for (const [, id, accuracy, gap] of said) {
    const { value, standardError, metrics, errors } = estimators.find(
      (r: { estimator: string }) => r.estimator === id,
    );
    expect(accuracy).toBe(points(value, standardError));
    expect(gap).toBe(points(metrics["accuracy/gap"], errors["accuracy/gap"]));
  }
  const { rows, "circuit of logic8k": circuit } = of("logic-mnist");
  for (const { value, standardError, seeds } of rows)
    expect(page).toContain(
      seeds.length > 1 ? points(value, standardError) : `${(100 * value).toFixed(2)} | 1 |`,
    );
  expect(page).toContain(`${circuit.simplified.toLocaleString("en")} gates remain`);
});

test("reproducing says what was measured of trained and frozen autoencoders and of structured prediction", () => {
  const page = read(join(root, "docs/reproducing.md"));
  const of = (name: string) => JSON.parse(read(join(root, "docs/results", `${name}.json`)));
  const { table } = of("unbiased");
  for (const { estimator, overRloo } of table)
    if (!estimator.startsWith("rloo"))
      expect(page).toContain(` | ${overRloo.value.toFixed(3)} ± ${overRloo.error.toFixed(3)} |`);
  // Of the learning rates, that of the least training loss.
  const runs = of("sbn").sweeps.flatMap(({ results }: { results: unknown[] }, sweep: number) =>
    results.map((run) => ({ sweep, ...(run as object) })),
  ) as { sweep: number; estimator: string; latents: string; learningRate: number; trainingLoss: number; bound: number }[]; // biome-ignore format: one shape
  const rowOf = ({ sweep, estimator, latents }: (typeof runs)[number]) => [sweep, estimator, latents].join();
  const rows = [...new Set(runs.map(rowOf))];
  expect(rows).toHaveLength(13);
  for (const row of rows) {
    const best = runs
      .filter((run) => rowOf(run) === row)
      .reduce((a, b) => (b.trainingLoss < a.trainingLoss ? b : a));
    expect(page).toContain(` | ${best.bound.toFixed(1)} (${best.learningRate}) |`);
  }
  const cosines = of("fidelity-published").table;
  expect(cosines).toHaveLength(18);
  for (const { cosineOfMean, published } of cosines)
    expect(page).toContain(
      ` | ${cosineOfMean.value.toFixed(3)} ± ${cosineOfMean.error.toFixed(3)} (${published.toFixed(3)}) |`,
    );
  const sizes = of("vae-sizes").sweeps.flatMap(({ results }: { results: unknown[] }) => results);
  expect(sizes).toHaveLength(30);
  for (const { train, test: unseen } of sizes)
    expect(page).toContain(
      ` | ${train.value.toFixed(1)} / ${unseen.value.toFixed(1)} ± ${unseen.error.toFixed(1)} |`,
    );
  const drawn = of("generator-sharpness").results.filter(
    ({ ganTrain }: { ganTrain: number | null }) => ganTrain,
  );
  expect(drawn.length).toBeGreaterThan(12);
  const percents = (...shares: number[]) => shares.map((share) => (100 * share).toFixed(1));
  for (const { seed, accuracy, recognised, ganTrain, varianceRatio } of drawn) {
    const [right, rate, low, high, trained] = percents(
      accuracy,
      recognised.rate,
      recognised.low,
      recognised.high,
      ganTrain,
    );
    expect(page).toMatch(
      new RegExp(
        `, seed ${seed} \\| ${right} \\| ${rate} \\(${low}-${high}\\) \\| [^|]+ \\| ${trained} \\| ${varianceRatio.toFixed(2)} \\|`,
      ),
    );
  }
  for (const { seed, trainingLoss, testLoss, accuracy } of of("generator-restarts").results)
    expect(page).toContain(
      `| ${seed} | ${trainingLoss.toFixed(1)} | ${testLoss.toFixed(1)} | ${percents(accuracy)} |`,
    );
  const [long] = of("vae-sizes").runs;
  expect(page).toContain(`after 160 epochs ${long.train.toFixed(1)} / ${long.test.toFixed(1)}, published`);
  const bounds = of("jang-vae").sweeps.flatMap(({ results }: { results: { bound: number }[] }) => results);
  expect(bounds).toHaveLength(11);
  for (const { bound } of bounds) expect(page).toContain(`| ${bound.toFixed(1)} | 1`);
});

test("the record of gated networks says what was measured against overfitting", () => {
  const page = read(join(root, "docs/conditional-measured.md"));
  const { results } = JSON.parse(read(join(root, "docs/results/gated-regularized.json")));
  expect(results).toHaveLength(4);
  for (const { epochs, testError, paper, validationError, rate, runs } of results) {
    expect(rate.mean).toBeGreaterThan(0.0975);
    expect(rate.mean).toBeLessThan(0.1035);
    const cells = [testError, validationError].map(({ mean, standardError }) =>
      [mean, ...(standardError === null ? [] : [standardError])].map((v) => (100 * v).toFixed(2)).join(" ± "),
    );
    expect(page).toContain(`| ${cells[0]} | ${paper ?? "—"} | ${cells[1]} | ${runs.length} |`);
    expect(page).toContain(` (${epochs}) | `);
  }
  const byPass = (name: string): number[] =>
    results.find((r: { name: string }) => r.name === name).runs[0].validationErrorByPass;
  // "at 1.5 to 1.6 % for the last four passes", "flat over the last seven"
  for (const error of byPass("straight-through").slice(-4))
    expect(Math.abs(error - 0.0155)).toBeLessThan(0.001);
  const flat = byPass("stochastic binary, 16 samples compared, without dropout").slice(-7);
  expect(Math.max(...flat) - Math.min(...flat)).toBeLessThan(0.0015); // the standard error of one error
});

test("choosing k of n says what the audits measured", () => {
  const page = read(join(root, "docs/choosing-k-of-n.md"));
  const files = { subset: "audit-subset", "plackett-luce": "audit-top-k" } as { [law: string]: string };
  const said = [...page.matchAll(/^\| \[([\w-]+)\]\(estimators\/[^|]* \| ([\w-]+) \| (.*) \|$/gm)];
  expect(said.length).toBeGreaterThan(9);
  for (const [, id, law, cells] of said) {
    const { rows } = JSON.parse(read(join(root, "docs/results", `${files[law!]}.json`)));
    const row = rows.find((r: { id: string }) => r.id === id);
    const bias = row.verdict === "no bias found" ? "none found" : `${(100 * row.relativeBias).toFixed(0)} %`;
    const variance = String(Number(row.variance.toPrecision(3)));
    expect(cells).toBe([bias, row.cosine.toFixed(2), variance, row.evaluations].join(" | "));
  }
});

describe("the README", () => {
  const readme = read(join(root, "README.md"));
  const result = (name: string) => JSON.parse(read(join(root, "docs/results", `${name}.json`)));
  // biome-ignore lint/suspicious/noExplicitAny: results are JSON
  const find = (rows: any[], key: string, value: string) => rows.find((row) => row[key] === value);

  test("has a picture and a result in the first screen, and is short", () => {
    const first = readme.split("\n").slice(0, 12).join("\n");
    expect(first).toMatch(/!\[[^\]]+\]\(docs\/figures\//);
    expect(first).toMatch(/\d %/);
    expect(readme.split("\n").length).toBeLessThan(120);
  });

  test("says the numbers of the result files", () => {
    const { accuracy, standardError } = result("mnist-straight-through").results[0];
    expect(readme).toContain(`${(100 * accuracy).toFixed(2)} ± ${(100 * standardError).toFixed(2)} %`);
    const eight = result("mnist-estimators").results;
    const percent = (id: string): string => `${(100 * find(eight, "estimator", id).accuracy).toFixed(1)} %`;
    expect(readme).toContain(
      `REINFORCE reaches ${percent("reinforce")}, RLOO ${percent("rloo")} and ReinMax ${percent("reinmax")}`,
    );
    const race = result("race").race;
    const ms = (id: string, title: string, digits: number): string =>
      find(find(race, "id", id).contestants, "title", title).milliseconds.median.toFixed(digits);
    expect(readme).toContain(`${ms("classifier", "hardgrad native", 2)} ms for a classifier step`);
    expect(readme).toContain(`PyTorch takes ${ms("classifier", "PyTorch", 2)} ms`);
    const routed = race.find((row: { title: string }) => row.title.startsWith("routed layer")).id;
    expect(readme).toContain(`${ms(routed, "hardgrad native", 1)} ms against ${ms(routed, "PyTorch", 1)} ms`);
    const { pairs, comparisons } = result("gated-bench");
    const one = comparisons.find(
      (c: { base: string; examples: number; what: string }) =>
        c.base === "float, onnxruntime-node" && c.examples === 1 && c.what.startsWith("784-2000-10"),
    );
    expect(readme).toContain(`${one.ratio.toFixed(1)} times as fast`);
    expect(pairs[0].accuracy.hard).toBe(pairs[0].accuracy.float);
    expect(readme).toContain(`at the same accuracy (${(100 * pairs[0].accuracy.hard).toFixed(1)} %)`);
  });

  test("counts what there is", () => {
    expect(readme).toContain(`hardgrad has ${catalogue.length} of them`);
    expect(readme).toContain(`| ${catalogue.length}, one interface |`);
    expect(readme).toContain(`${pseudoDerivatives.length} pseudo-derivatives`);
  });
});
