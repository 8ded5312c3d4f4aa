/** What this folder uses of Node. Its types and modules are taken at run time: pages have neither. */
export interface NodeModules {
  readonly process: {
    readonly platform: string;
    readonly arch: string;
    readonly execPath: string;
    readonly env: { [name: string]: string | undefined };
  };
  readonly fs: {
    readFileSync(path: string, encoding: "utf8" | "latin1"): string;
    openSync(path: string, flags: "r"): number;
    readSync(file: number, into: Uint8Array, offset: number, length: number, position: number): number;
    closeSync(file: number): void;
    writeFileSync(path: string, text: string): void;
    mkdirSync(path: string, options: { readonly recursive: true }): void;
    renameSync(from: string, to: string): void;
    realpathSync(path: string): string;
    statSync(
      path: string,
      options: { readonly throwIfNoEntry: false },
    ): { isFile(): boolean; readonly mtimeMs: number; readonly size: number } | undefined;
  };
  readonly os: {
    availableParallelism(): number;
    cpus(): readonly { readonly model: string }[];
    homedir(): string;
    release(): string;
    tmpdir(): string;
  };
  readonly path: {
    readonly delimiter: string;
    join(...parts: string[]): string;
    resolve(path: string): string;
  };
  readonly child: {
    execFile(
      file: string,
      parameters: readonly string[],
      options: object,
      done: (error: Ending | null, stdout: string) => void,
    ): unknown;
  };
  readonly module: {
    createRequire(url: string): { (path: string): unknown; resolve(name: string): string };
  };
}

/** How a child process that failed came to its end. */
export interface Ending {
  readonly message: string;
  /** The exit status, or the name of the error that kept the child from starting. */
  readonly code?: number | string | null;
  readonly signal?: string | null;
  readonly killed?: boolean;
}

/** Node's modules, or undefined where this isn't Node (a page, a web worker). */
export function nodeModules(): NodeModules | undefined {
  const { process } = globalThis as unknown as {
    readonly process?: NodeModules["process"] & { getBuiltinModule?(name: string): unknown };
  };
  const builtin = process?.getBuiltinModule;
  if (!process || !builtin) return undefined;
  const get = <T>(name: string) => builtin(`node:${name}`) as T;
  return {
    process,
    fs: get("fs"),
    os: get("os"),
    path: get("path"),
    module: get("module"),
    // It takes longer to load than all the others, and is seldom needed.
    get child() {
      return get<NodeModules["child"]>("child_process");
    },
  };
}
