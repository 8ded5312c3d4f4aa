import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attemptOf, type Held, hardgrad, held, rowsIn, scratch, spawned } from "../run.ts";

const cluster = fileURLToPath(new URL("../../../../scripts/slurm/cluster.sh", import.meta.url));
const path = [process.env.PATH, "/usr/sbin", "/sbin"].join(delimiter);
const installed = ["sbatch", "slurmctld", "slurmd", "munged"].every(
  (name) => spawnSync("sh", ["-c", `command -v ${name}`], { env: { PATH: path } }).status === 0,
);

const cwd = scratch();
const spec = {
  experiment: "classifier",
  estimators: ["reinmax"],
  seeds: 3,
  flags: { epochs: 10, "train-size": 200, "test-size": 40, hidden: 8, batch: 20 },
  device: "wasm",
};
const write = (name: string, more: object = {}, flags: object = {}): void =>
  writeFileSync(join(cwd, name), JSON.stringify({ ...spec, ...more, flags: { ...spec.flags, ...flags } }));

test("without Slurm on the machine: the way out, and nothing is written down as submitted", async () => {
  write("none.json");
  const args = ["sweep", "none.json", "--out", "none", "--submit", "slurm"];
  const { code, stderr } = await hardgrad(args, { cwd, env: { PATH: dirname(process.execPath) } });
  // A machine may have both in one folder.
  if (existsSync(join(dirname(process.execPath), "sbatch"))) return;
  expect([code, stderr]).toEqual([
    2,
    "there is no Slurm on this machine: squeue is not in the PATH; go to a login node of the cluster, print the scripts with --dry-run, or work the sweep off with: npx hardgrad work FOLDER.\n".replace(
      "squeue",
      "scontrol",
    ),
  ]);
  expect(readdirSync(join(cwd, "none", "submissions"))).toEqual([]);
});

test("flags of a submission are read before anything is made", async () => {
  const refused = async (...args: string[]) => {
    const { code, stderr } = await hardgrad(["sweep", "none.json", "--out", "no", ...args], { cwd });
    expect([code, stderr.trim().split("\n").length, existsSync(join(cwd, "no"))]).toEqual([
      expect.any(Number),
      1,
      false,
    ]);
    expect(code).toBeGreaterThan(0);
    return stderr.trim();
  };
  expect(await refused("--partition", "main")).toBe(
    "--partition is for Slurm; add --submit slurm, or leave it out.",
  );
  expect(await refused("--submit", "pbs")).toBe('--submit must be slurm, not "pbs".');
  expect(await refused("--submit", "slurm", "--time", "soon")).toMatch(
    /^--time must be at least a minute, as Slurm writes it/,
  );
  expect(await refused("--submit", "slurm", "--account", "a;b")).toMatch(/^--account must be a name/);
  writeFileSync(join(cwd, "bad.sh"), "#!/bin/sh\n{{options}}\n");
  expect(await refused("--submit", "slurm", "--template", "bad.sh")).toBe(
    "--template bad.sh: it must have {{command}} once, where sweep puts its own lines.",
  );
});

test("--dry-run prints the scripts by flags and template, and makes nothing", async () => {
  writeFileSync(
    join(cwd, "job.sh"),
    "#!/bin/bash\n{{options}}\n#SBATCH --qos=long\nmodule load node\n{{command}}\n",
  );
  const flags = [
    "--partition",
    "gpu",
    "--account",
    "lab",
    "--time",
    "1-00:00:00",
    "--gpus",
    "1",
    "--template",
    "job.sh",
  ];
  const { code, stdout } = await hardgrad(
    ["sweep", "none.json", "--out", "dry", "--dry-run", "--runs-per-task", "2", ...flags],
    { cwd },
  );
  expect([code, existsSync(join(cwd, "dry"))]).toEqual([0, false]);
  for (const option of [
    "array=0-1",
    "requeue",
    "signal=B:USR1@120",
    "partition=gpu",
    "account=lab",
    "time=1-00:00:00",
    "gres=gpu:1",
    "qos=long",
  ])
    expect(stdout).toContain(`#SBATCH --${option}\n`);
  expect(stdout).toMatch(/module load node\ncd .*\n(.*\n)*#SBATCH --dependency=afterany:JOB\n/);
});

describe.skipIf(!installed)("on a real Slurm of three nodes on this machine", () => {
  const folder = scratch();
  const env = { PATH: path, SLURM_CONF: join(folder, "slurm.conf") };
  const run = (...args: string[]) => hardgrad(args, { cwd, env });
  /** Its jobs have this environment. */
  const submitted = async (name: string, more: Held["env"], ...flags: string[]) => {
    const args = ["sweep", `${name}.json`, "--out", name, "--submit", "slurm", "--json", "--quiet", ...flags];
    const { code, stdout, stderr } = await hardgrad(args, { cwd, env: { ...env, ...more } });
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout);
  };
  const tool = (command: string, ...args: string[]): string =>
    spawnSync(command, args, { env: { ...process.env, ...env }, encoding: "utf8" }).stdout;
  const status = async (name: string) => JSON.parse((await run("sweep", "status", name, "--json")).stdout);
  const failedOf = async (name: string) =>
    (await status(name)).runs.find((r: { state: string }) => r.state === "failed");
  const jobs = (name: string): string[] =>
    readdirSync(join(cwd, name, "submissions")).filter((file) => file.endsWith(".json"));
  const bits = (name: string) =>
    [0, 1, 2].map((seed) =>
      readFileSync(join(cwd, name, `reinmax-seed${seed}`, "checkpoint.safetensors")).toString("base64"),
    );
  const log = (name: string): string =>
    readdirSync(join(cwd, name, "logs"))
      .map((file) => readFileSync(join(cwd, name, "logs", file), "utf8"))
      .join("\n");

  async function until<T>(what: string, happened: () => T | Promise<T>): Promise<NonNullable<T>> {
    for (const begin = performance.now(); performance.now() - begin < 280_000; ) {
      const found = await happened();
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    throw new Error(`waited in vain for: ${what}`);
  }
  const done = (name: string) =>
    until(`the report of ${name}`, () => existsSync(join(cwd, name, "report.html")));

  beforeAll(() => {
    const { status, stderr } = spawnSync("bash", [cluster, "start", folder, "3"], { encoding: "utf8" });
    expect(status, stderr).toBe(0);
    write("calm.json", {}, { epochs: 40 });
    write("long.json", {}, { epochs: 40 });
  });
  afterAll(() => {
    spawnSync("bash", [cluster, "stop", folder]);
  });

  test("an array job, a signal, a node that goes down, a report after all: bits as without Slurm, nothing twice", async () => {
    const { env: waiting, letGo } = held("", 2);
    const {
      jobs: [job],
      runs,
    } = await submitted("long", waiting, "--time", "5");
    expect(runs).toBe(3);
    const twice = await run("sweep", "long.json", "--out", "long", "--submit", "slurm", "--quiet");
    expect([twice.code, twice.stdout]).toEqual([0, expect.stringMatching(/^nothing to submit/)]);
    expect(jobs("long")).toEqual(["0001.json", "0002.json"]);
    const begun = (task: number) =>
      until(`two rows of task ${task}`, () => {
        const attempt = attemptOf(join(cwd, "long"), `reinmax-seed${task}`);
        return attempt !== undefined && rowsIn(attempt) >= 2;
      });
    await begun(0);
    await begun(1);
    expect((await status("long")).runs[0]).toMatchObject({
      state: "running",
      job: `${job}_0`,
      slurm: "RUNNING",
      host: expect.any(String),
      total: 400,
    });
    const node = tool("squeue", "-h", "-r", "-j", `${job}_1`, "-o", "%N").trim();
    spawnSync("bash", [cluster, "down", folder, node]);
    tool("scancel", "--signal=USR1", "--batch", `${job}_0`); // what Slurm sends before the time limit
    letGo("slowly");
    await until("the job to be queued again", () =>
      log("long").includes("saved before the time limit, and queued again"),
    );
    letGo();
    spawnSync("bash", [cluster, "up", folder, node]);
    const calm = spawned(["sweep", "calm.json", "--out", "calm", "--quiet"], { cwd });
    expect(calm.code, calm.stderr).toBe(0);
    await done("long");
    expect(bits("long")).toEqual(bits("calm"));
    expect(log("long").match(/ published$/gm)).toHaveLength(3);
    expect(log("long")).toMatch(/goes on at step [1-9]/);
    expect(await status("long")).toMatchObject({ done: 3, failed: 0 });
  });

  test("a job that was cancelled has failed, and retry submits it again, but not for ever", async () => {
    write("cancel.json", { seeds: 1 }, { epochs: 40 });
    const { env: waiting, letGo } = held("", 2);
    const [job] = (await submitted("cancel", waiting)).jobs;
    await until("it to run", async () => (await status("cancel")).running === 1);
    tool("scancel", job);
    letGo("slowly");
    const lost = await until("its end", () => failedOf("cancel"));
    expect(lost.reason).toMatch(new RegExp(`^its job ${job}_0 ended without a result \\(CANCELLED`));
    const most = await run("sweep", "retry", "cancel", "--submit", "slurm", "--at-most", "1", "--json");
    expect(JSON.parse(most.stdout)).toMatchObject({ runs: 0, jobs: [] });
    const again = await run("sweep", "retry", "cancel", "--submit", "slurm", "--json");
    expect(JSON.parse(again.stdout)).toMatchObject({ runs: 1 });
    await done("cancel");
    expect((await status("cancel")).done).toBe(1);
  });

  test("a submission that was cut off: adopted if Slurm has its job, else made again", async () => {
    write("cut.json", { seeds: 1 });
    await run("sweep", "cut.json", "--out", "cut", "--plan");
    const { stdout } = await run("sweep", "cut.json", "--out", "cut", "--dry-run");
    const name = `${/--job-name=(\S+)-0001/.exec(stdout)![1]}-0001`;
    const intent = {
      id: "0001",
      name,
      intended: new Date().toISOString(),
      runs: ["reinmax-seed0"],
      runsPerTask: 1,
    };
    const file = join(cwd, "cut", "submissions", "0001.json");
    const submit = async () =>
      JSON.parse((await run("sweep", "cut.json", "--out", "cut", "--submit", "slurm", "--json")).stdout);
    mkdirSync(join(cwd, "cut", "submissions"));
    mkdirSync(join(cwd, "cut", "logs"), { recursive: true });
    writeFileSync(file, JSON.stringify(intent));
    const script = stdout.slice(stdout.indexOf("#!"), stdout.indexOf("# sbatch, JOB"));
    const held = script.replace("#SBATCH --requeue", "#SBATCH --requeue\n#SBATCH --hold");
    const [job] = spawnSync("sbatch", ["--parsable"], {
      input: held,
      env: { ...process.env, ...env },
      encoding: "utf8",
    }).stdout.match(/^\d+/)!;
    expect(await submit()).toMatchObject({ runs: 0 });
    expect(JSON.parse(readFileSync(file, "utf8")).job).toBe(job);
    tool("scancel", job);
    await until("it to leave the queue", () => tool("squeue", "-h", "-j", job).trim() === "");
    writeFileSync(file, JSON.stringify({ ...intent, name: `${name}-never` }));
    expect(await submit()).toMatchObject({ runs: 1 });
    expect(JSON.parse(readFileSync(file, "utf8")).void).toBe(true);
    await done("cut");
    const late = await run("work", "cut", "--submission", "0001", "--task", "0");
    expect([late.code, late.stderr]).toEqual([
      1,
      expect.stringMatching(/^submission 0001 of cut was given up/),
    ]);
  });

  test("a node without Node says so in its log and in status; what Slurm refuses is said, and is not submitted", async () => {
    write("bare.json", { seeds: 1 });
    writeFileSync(join(cwd, "bare.sh"), "#!/bin/sh\n{{options}}\nPATH=/nowhere\n{{command}}\n");
    await run("sweep", "bare.json", "--out", "bare", "--submit", "slurm", "--template", "bare.sh");
    const lost = await until("its end", () => failedOf("bare"));
    expect(lost.reason).toMatch(
      /^node n\d has no Node: put it into the PATH, for example by a module load in --template$/,
    );
    expect(readFileSync(join(cwd, lost.log), "utf8")).toContain(lost.reason);
    rmSync(join(cwd, "bare"), { recursive: true });
    const refused = await run(
      "sweep",
      "bare.json",
      "--out",
      "bare",
      "--submit",
      "slurm",
      "--partition",
      "none",
      "--quiet",
    );
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/^sbatch failed: .*[Ii]nvalid partition/),
    ]);
    const after = await run("sweep", "bare.json", "--out", "bare", "--submit", "slurm", "--json", "--quiet");
    expect(JSON.parse(after.stdout)).toMatchObject({ runs: 1 });
    await done("bare");
  });
});
