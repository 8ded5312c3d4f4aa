import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { problemNames } from "../../src/ask/problems.ts";
import { hardgrad, outside, scratch } from "../run.ts";

const quick = ["--samples", "500", "--warmup", "5", "--quiet"];

describe("audit", () => {
  test("a problem file: table, JSON, CSV and figure", async () => {
    const cwd = scratch();
    writeFileSync(
      join(cwd, "mine.mjs"),
      "export default { distribution: 'bernoulli', logits: [0.4, -1], objective: (b, { np }) => np.square(np.sum(b, -1).sub(0.3)) };",
    );
    const shown = await hardgrad(["audit", "reinmax,rloo:samples=8", "--problem", "mine.mjs", ...quick], {
      cwd,
    });
    expect(shown.stdout).toMatch(/rloo:samples=8/);
    const json = JSON.parse(
      (await hardgrad(["audit", "reinmax,disarm", "--problem", "mine.mjs", "--json", ...quick], { cwd }))
        .stdout,
    );
    expect(json.states).toBe(4);
    expect(json.rows.map((r: { id: string }) => r.id)).toEqual(["reinmax", "disarm"]);
    for (const file of ["a.csv", "a.svg", "a.png"])
      expect(
        (await hardgrad(["audit", "reinmax,rloo", "--problem", "toy", "--out", file, ...quick], { cwd }))
          .code,
      ).toBe(0);
    expect(readFileSync(join(cwd, "a.csv"), "utf8").split("\n").length).toBe(4);
    const again = await hardgrad(["audit", "rloo", "--out", "a.csv", ...quick], { cwd });
    expect([again.code, again.stderr]).toEqual([2, expect.stringMatching(/a.csv exists; add --force/)]);
  });
  test("--units audits a part of the problem, the others held at --held samples", async () => {
    const part = async (...flags: string[]) =>
      JSON.parse((await hardgrad(["audit", "rloo", "--problem", "network", "--json", ...quick, ...flags])).stdout); // biome-ignore format: one command
    const whole = await part();
    const one = await part("--units", "0-2,7");
    expect([whole.states, one.states]).toEqual([2 ** 10, 2 ** 4]);
    expect(one.gradient).toHaveLength(4);
    expect(one.title).toBe(`${whole.title}: units 0-2,7, the others held at 8 samples`);
    const other = await part("--units", "0-2,7", "--held", "1");
    expect(other.title).toMatch(/held at 1 sample$/);
    expect(other.mean).not.toBe(one.mean);
    // Another seed holds the others elsewhere; of all units, nothing is held, and the part is the whole.
    expect((await part("--units", "0-2,7", "--seed", "1")).mean).not.toBe(one.mean);
    expect((await part("--units", "0-9")).mean).toBeCloseTo(whole.mean, 5);
  });
  test.each([
    [["--units", "3-1"], /--units must list units and increasing ranges, such as 0-7,12, not "3-1"/],
    [["--units", "0-2-4"], /not "0-2-4"/],
    [["--units", "x"], /not "x"/],
    [["--units", "10"], /--units 10: .*a unit must be a whole number from 0 to 9, not 10/],
    [["--units", "1,1"], /a unit is named twice/],
    [["--units", "1", "--held", "0"], /--held must be a whole number from 1 to 4096, not "0"/],
    [["--held", "4"], /give --units as well/],
  ] as const)("%s is refused", async (flags, words) => {
    const { code, stderr } = await hardgrad(["audit", "rloo", "--problem", "network", ...quick, ...flags]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
  });
  test("help names every built-in problem", async () => {
    const { stdout } = await hardgrad(["audit", "--help"]);
    for (const name of problemNames) expect(stdout).toContain(name);
  });
  test("what does not apply is named with its reason", async () => {
    const { code, stdout, stderr } = await hardgrad([
      "audit",
      "categorical-disarm,rloo,simple,mve",
      "--problem",
      "toy",
      "--samples",
      "200",
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain("rloo");
    expect(stderr).toMatch(/left out categorical-disarm, mve: supports categorical\nleft out simple: supports subset\n/); // biome-ignore format: one thought
  });
  test("cite prints BibTeX", async () => {
    expect((await hardgrad(["cite", "reinmax"])).stdout).toMatch(/^@misc\{liu2023/);
    expect((await hardgrad(["cite", "reinmx"])).code).toBe(2);
  });
  const files: [string, string, RegExp][] = [
    ["no export", "export const x = 1;", /the default export/],
    [
      "wrong distribution",
      "export default { distribution: 'gauss', logits: [1], objective: () => 1 };",
      /distribution/,
    ],
    [
      "ragged",
      "export default { distribution: 'categorical', logits: [[1, 2], [1]], objective: () => 1 };",
      /different lengths/,
    ],
    ["no k", "export default { distribution: 'subset', logits: [1, 2], objective: () => 1 };", /k, the size/],
    [
      "NaN",
      "export default { distribution: 'bernoulli', logits: [1, NaN], objective: () => 1 };",
      /bad\.mjs: logits: entry 1 is NaN, but must be a finite number/,
    ],
    [
      "text",
      "export default { distribution: 'bernoulli', logits: ['0.3'], objective: () => 1 };",
      /bad\.mjs: logits: entry 0 is the text "0.3"/,
    ],
    [
      "a list among numbers",
      "export default { distribution: 'categorical', logits: [1, [2]], objective: () => 1 };",
      /entry 1: is a list among numbers/,
    ],
    ...[
      ["nothing", "() => undefined", /bad\.mjs: .*returned nothing/],
      ["a number", "() => 1", /bad\.mjs: .*returned a number/],
      ["a list", "() => [1, 2]", /bad\.mjs: .*returned a plain list/],
      [
        "a promise",
        "(b, { np }) => Promise.resolve(np.sum(b, -1))",
        /bad\.mjs: .*a promise; it must not be async/,
      ],
      ["an async function", "async (b, { np }) => np.sum(b, -1)", /bad\.mjs: objective: must not be async/],
      ["an error", "() => {\n throw new Error('boom');\n}", /bad\.mjs:2: the objective failed: boom/],
      [
        "an error on some shapes only",
        "(b, { np }) => {\n if (b.ndim > 2) throw new Error('boom');\n return np.sum(b, -1);\n}",
        /bad\.mjs: no estimator could be measured: rloo: bad\.mjs:2: the objective failed: boom/,
      ],
      [
        "a forgotten ref",
        "(b, { np }) => {\n const s = np.sum(b, -1);\n return s.add(np.sum(b, -1));\n}",
        /bad\.mjs:3: the objective failed: an array was used again after it was consumed; write x\.ref/,
      ],
      [
        "axes counted from the front",
        "(b) => b.sum(1)",
        /samples come on new leading axes, here \[4\]: count axes from the end, such as \.sum\(-1\)/,
      ],
    ].map(
      ([name, objective, message]) =>
        [
          `an objective of ${name}`,
          `export default { distribution: 'bernoulli', logits: [1, 2], objective: ${objective} };`,
          message,
        ] as [string, string, RegExp],
    ),
    ["syntax", "export default {", /bad\.mjs:1: can't be loaded: /],
    ["nothing at all that is thrown", "throw null;", /bad\.mjs: can't be loaded: null/],
    ["no default export", "export const a = 1;", /bad\.mjs: the default export is missing/],
    ["a function", "export default () => 1;", /the default export must be an object, but is a function/],
    ...[
      ["a field misspelt", "objectve: 1", /bad\.mjs: there is no field "objectve"; did you mean objective/],
      ["a field that throws", "get title() { throw 'no title'; }", /bad\.mjs: no title/],
      [
        "lists of lists of lists",
        "logits: [[[1, 2]], [[3, 4]]]",
        /logits: entry 0: must be a list of numbers, not/,
      ],
      ["half a k", "distribution: 'subset', k: 1.5", /bad\.mjs: k: must be a whole number/],
      ["k above n", "distribution: 'subset', k: 4", /bad\.mjs: subset: k must be .* not 4/],
      [
        "trials below 1",
        "distribution: 'binomial', trials: -1",
        /bad\.mjs: binomial: trials must be .* not -1/,
      ],
      ["a rate above the cut", "distribution: 'poisson', logits: [9]", /bad\.mjs: poisson: logit 0 is 9/],
      ["no law", "distribution: 'normal'", /bad\.mjs: distribution: must be one of bernoulli, categorical/],
    ].map(
      ([name, field, message]) =>
        [
          name,
          `export default { distribution: 'bernoulli', logits: [1, 2], objective: (b, { np }) => np.sum(b, -1), ${field} };`,
          message,
        ] as [string, string, RegExp],
    ),
    [
      "mean over everything",
      "export default { distribution: 'bernoulli', logits: [1, 2], objective: (b, { np }) => np.mean(b) };",
      /one loss per example/,
    ],
    [
      "too many",
      "export default { distribution: 'bernoulli', logits: Array(30).fill(0), objective: (b, { np }) => np.sum(b, -1) };",
      /2\^20/,
    ],
  ];
  test.each(files)("a bad problem file, %s: one sentence", async (name, text, message) => {
    const cwd = scratch();
    // Outside: vitest would load the module its own way.
    writeFileSync(join(cwd, "bad.mjs"), text);
    const { code, stderr } = await outside(["audit", "rloo", "--problem", "bad.mjs", "--out", "x.csv"], {
      cwd,
    });
    expect([name, code !== 0, stderr]).toEqual([name, true, expect.stringMatching(message)]);
    expect(stderr.trim().split("\n").length).toBe(1);
    expect(existsSync(join(cwd, "x.csv"))).toBe(false);
  });
  test("an estimator is named once where it is left out, and the others are measured", async () => {
    const cwd = scratch();
    const text = "export default { distribution: 'bernoulli', logits: [1, 2], objective: (b) => b.sum(1) };";
    writeFileSync(join(cwd, "mine.mjs"), text);
    const args = ["audit", "rloo,reinforce", "--problem", "mine.mjs", "--samples", "100", "--warmup", "0"];
    const { code, stderr } = await hardgrad(args, { cwd });
    expect(stderr).toMatch(/^left out rloo: the objective must return one loss per example/);
    expect(code).toBe(0);
  });
  test("problems in TypeScript, where Node reads them; where it does not, the way out", async () => {
    const cwd = scratch();
    const text =
      "const logits: number[] = [1, 2];\nexport default { distribution: 'bernoulli', logits, objective: (b: any, { np }: any) => np.sum(b, -1) };";
    writeFileSync(join(cwd, "mine.ts"), text);
    const { code, stderr } = await hardgrad(["audit", "rloo", "--problem", "mine.ts", "--samples", "100"], {
      cwd,
    });
    const reads = Boolean((process.features as { typescript?: unknown }).typescript);
    expect(reads ? code : [code, stderr]).toEqual(
      reads ? 0 : [1, expect.stringMatching(/mine\.ts: Node [\d.]+ does not read TypeScript; write .*\.mjs/)],
    );
  });
  test("a saturated unit: undecided, with how many estimates would tell; any seed of --seed's range", async () => {
    const cwd = scratch();
    writeFileSync(
      join(cwd, "one.mjs"),
      "export default { distribution: 'bernoulli', logits: [-10], objective: (b, { np }) => np.sum(b, -1) };",
    );
    const args = ["audit", "reinforce,exact,straight-through", "--problem", "one.mjs", "--samples", "1000"];
    const { stdout, code } = await hardgrad([...args, "--seed", "4294967295"], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/reinforce .* undecided, needs about \d[\d,]* estimates/);
    expect(stdout).toMatch(/exact .* no bias found, could be up to <0\.01 %/);
    expect(stdout).toMatch(/straight-through .* biased/);
  });
  test("bad flags", async () => {
    const table: [string[], RegExp][] = [
      [["--problem", "toyy"], /did you mean toy/],
      [["--problem", "nowhere.mjs"], /no such file/],
      [["--samples", "3"], /--samples must be a whole number from 100/],
      [["rlo"], /did you mean rloo/],
      [[","], /empty/],
      [["rloo", "--device", "tpu"], /device tpu/],
      [["rloo", "--out", "a.txt"], /must end in/],
    ];
    for (const [args, message] of table) {
      const { code, stderr } = await hardgrad(["audit", ...args]);
      expect([args, code !== 0, stderr]).toEqual([args, true, expect.stringMatching(message)]);
    }
  });
});
