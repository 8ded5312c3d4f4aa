/**
 * Reads the files of a run folder, as they were dropped or served. Whatever they hold, one sentence for each that can't be
 * used: damaged, empty, too large, or no file of a run.
 */

/** A file by name, and its content when it is asked for. */
export interface GivenFile {
  /** With folders, if any: `figures/loss.svg`. */
  readonly path: string;
  readonly size: number;
  text(): Promise<string>;
}

export interface MetricRow {
  readonly step: number;
  readonly epoch: number;
  readonly values: { readonly [tag: string]: number };
}

/** What a run folder says. */
export interface RunView {
  readonly config?: {
    readonly experiment: string;
    readonly estimator: string;
    readonly data: string;
    readonly seed: number;
    readonly settings: { readonly [name: string]: number | string | boolean };
  };
  readonly rows: readonly MetricRow[];
  readonly summary?: {
    readonly headline: string;
    readonly steps: number;
    readonly metrics: { readonly [tag: string]: number };
    readonly msPerStep?: number;
    readonly notes: readonly string[];
  };
  /** Pictures of the run, as SVG text, by title. */
  readonly pictures: readonly { readonly title: string; readonly svg: string }[];
  /** What could not be used, and why. */
  readonly problems: readonly string[];
}

const MB = 2 ** 20;
const MOST_FILES = 200;
const MOST_PICTURES = 12;
/** What a file of a run may have; a longer one is not read. */
const limits: { readonly [name: string]: number } = {
  "config.json": MB,
  "summary.json": 4 * MB,
  "metrics.jsonl": 32 * MB,
  ".svg": 4 * MB,
};
/** Files of a run that this page has no use for. */
const silent =
  /^(README\.md|environment\.json|pictures\.json|checkpoint\.safetensors|events\.out\.tfevents\..*|\..*|.*\.(onnx|hardgrad|safetensors))$/;

const nameOf = (path: string): string => path.split("/").at(-1)!;

/** @param given in any order; folders before the names do not matter. */
export async function readRun(given: readonly GivenFile[]): Promise<RunView> {
  const problems: string[] = [];
  if (given.length === 0) return empty(["There are no files here; drop the folder of a run."]);
  if (given.length > MOST_FILES)
    return empty([`This is a folder of ${given.length} files, and a run has at most ${MOST_FILES}; drop the folder of one run.`]); // biome-ignore format: one thought
  const files = new Map<string, GivenFile>();
  const pictures: GivenFile[] = [];
  for (const file of given) {
    const name = nameOf(file.path);
    if (name.endsWith(".svg")) pictures.push(file);
    else if (!Object.hasOwn(limits, name)) {
      if (!silent.test(name)) problems.push(`${name} is no file of a run; drop config.json, metrics.jsonl and summary.json, or their folder.`); // biome-ignore format: one thought
    } else if (files.has(name))
      problems.push(`There are two files ${name}; drop the folder of one run, not of several.`);
    else files.set(name, file);
  }
  const text = async (
    name: string,
    file = files.get(name),
    limit = limits[name]!,
  ): Promise<string | undefined> => {
    // biome-ignore format: one thought
    if (!file) return undefined;
    const problem =
      file.size === 0
        ? name === "metrics.jsonl" ? "metrics.jsonl is empty: the run has not reported anything yet." : `${name} is empty.` // biome-ignore format: one thought
        : file.size > limit
          ? `${name} has ${(file.size / MB).toFixed(0)} MB, more than the ${limit / MB} MB that this page reads.`
          : undefined;
    if (problem) {
      problems.push(problem);
      return undefined;
    }
    try {
      return await file.text();
    } catch {
      problems.push(`${name} could not be read: it was moved or deleted.`);
      return undefined;
    }
  };
  const config = configOf(await text("config.json"), problems);
  const summary = summaryOf(await text("summary.json"), problems);
  const rows = rowsOf(await text("metrics.jsonl"), problems);
  const drawn: { title: string; svg: string }[] = [];
  for (const file of pictures.slice(0, MOST_PICTURES)) {
    const name = nameOf(file.path);
    const svg = await text(name, file, limits[".svg"]!);
    if (svg === undefined) continue;
    // Its curves are drawn from the numbers.
    const title = name.slice(0, -4);
    if (title === "loss" || title === summary?.headline.replaceAll("/", "-")) continue;
    if (/^\s*<svg[\s>]/.test(svg)) drawn.push({ title, svg });
    else problems.push(`${name} is not an SVG picture.`);
  }
  if (pictures.length > MOST_PICTURES)
    problems.push(`Of ${pictures.length} pictures the first ${MOST_PICTURES} are shown.`);
  return { ...(config ? { config } : {}), rows, ...(summary ? { summary } : {}), pictures: drawn, problems };
}

const empty = (problems: readonly string[]): RunView => ({ rows: [], pictures: [], problems });

type Plain = { readonly [name: string]: unknown };

const isPlain = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parsed(text: string, name: string, problems: string[]): Plain | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (isPlain(value)) return value;
  } catch {}
  problems.push(`${name} is damaged: it is not a JSON object.`);
  return undefined;
}

function configOf(text: string | undefined, problems: string[]): RunView["config"] {
  const config = text === undefined ? undefined : parsed(text, "config.json", problems);
  if (!config) return undefined;
  const { experiment, estimator, data, seed, settings } = config;
  const id = isPlain(estimator) ? estimator.id : undefined;
  if (typeof experiment === "string" && typeof id === "string" && typeof data === "string" && Number.isFinite(seed) && isPlain(settings)) // biome-ignore format: one thought
    return { experiment, estimator: id, data, seed: seed as number, settings: settings as { [name: string]: string } }; // biome-ignore format: one thought
  problems.push(
    "config.json is of another program: it names no experiment, estimator, data, seed and settings.",
  );
  return undefined;
}

function summaryOf(text: string | undefined, problems: string[]): RunView["summary"] {
  const summary = text === undefined ? undefined : parsed(text, "summary.json", problems);
  if (!summary) return undefined;
  const { headline, steps, metrics, msPerStep, notes } = summary;
  if (typeof headline !== "string" || !Number.isFinite(steps) || !isPlain(metrics)) {
    problems.push("summary.json is of another program: it has no headline, steps and metrics.");
    return undefined;
  }
  return {
    headline,
    steps: steps as number,
    metrics: numbersOf(metrics),
    ...(Number.isFinite(msPerStep) ? { msPerStep: msPerStep as number } : {}),
    notes: Array.isArray(notes) ? notes.filter((note) => typeof note === "string") : [],
  };
}

/** A last line that was cut off is no damage: the run was stopped while it wrote. */
function rowsOf(text: string | undefined, problems: string[]): MetricRow[] {
  if (text === undefined) return [];
  const lines = text.split("\n");
  const rows: MetricRow[] = [];
  const bad: number[] = [];
  lines.forEach((line, i) => {
    if (line.trim() === "") return;
    const row = rowOf(line);
    if (row) rows.push(row);
    else if (i < lines.length - 1) bad.push(i + 1);
  });
  if (rows.length === 0) problems.push("metrics.jsonl is damaged: no line of it is a row of a run.");
  else if (bad.length > 0)
    problems.push(`metrics.jsonl is damaged in ${bad.length === 1 ? "line" : `${bad.length} lines, the first is`} ${bad[0]}; the rest is shown.`); // biome-ignore format: one thought
  return rows;
}

function rowOf(line: string): MetricRow | undefined {
  try {
    const { step, epoch, values } = JSON.parse(line) as { step?: unknown; epoch?: unknown; values?: unknown };
    if (Number.isFinite(step) && Number.isFinite(epoch) && isPlain(values))
      return { step: step as number, epoch: epoch as number, values: numbersOf(values) };
  } catch {}
  return undefined;
}

/** JSON has null for numbers that are not finite: they are left out. */
const numbersOf = (values: Plain): { [tag: string]: number } =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, number] => Number.isFinite(entry[1]))); // biome-ignore format: one thought
