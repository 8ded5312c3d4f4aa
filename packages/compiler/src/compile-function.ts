import { fastDraw, runKeys } from "@hardgrad/onnx";
import { lowerGraph, singleDraws } from "@hardgrad/onnx/graph";
import { AbstractArray, copied, dtypeOf, type PlainTensor, type PlainTensors, write } from "./arrays.ts";
import type { ProgramCost } from "./assemble-run.ts";
import { compileGraph } from "./compile-graph.ts";
import { type BoundProgram, bindProgram } from "./program.ts";
import type { Residents } from "./residents.ts";
import type { CrewProgram } from "./threads/crew.ts";
import { mapLeaves, nameUnder } from "./tree.ts";

/**
 * A function of resident arrays and inputs, both in trees. Its results are a tree; `state`, if there is one, has the tree
 * of the resident arrays: their successors.
 */
export type Stepper = (
  // biome-ignore lint/suspicious/noExplicitAny: any trees of arrays
  state: any,
  // biome-ignore lint/suspicious/noExplicitAny: any trees of arrays
  inputs: any,
) => { readonly state?: unknown; readonly results?: unknown };

/** A function compiled for certain shapes. */
export interface CompiledFunction {
  /** Whether it replaces the resident arrays. */
  readonly updates: boolean;
  /** Its results: a tree with names for leaves. */
  readonly results: unknown;
  /**
   * Brings it to a memory, which grows where it is too small, and to all threads that work there; before that, it runs on
   * one thread.
   *
   * @throws RangeError if the memory can't be had.
   */
  load(on: Residents): Promise<void>;
  /** Runs it on resident arrays of the signature it was compiled for; gives its results by name. */
  run(on: Residents, inputs: PlainTensors): { [name: string]: PlainTensor };
  /** For whoever looks: what runs, in order. */
  readonly explain: readonly string[];
  /** How much that is. */
  readonly work: ProgramCost;
}

/** The trees in which a function gets its arguments, with anything for leaves. */
export interface ArgumentTrees {
  readonly state: unknown;
  readonly inputs: unknown;
}

// Arguments are called `state.NAME` and `inputs.NAME`, results `next.NAME` and `results.NAME`.
const STATE = "state";
const INPUTS = "inputs";
const NEXT = "next";
const RESULTS = "results";

/**
 * Compiles a function of resident arrays and inputs. If it returns `state`, that replaces the resident arrays.
 *
 * @param inputs by their names in the tree.
 * @param trees by default flat records.
 * @throws LoweringError if something in it has no kernel.
 * @throws TypeError if the successors of the resident arrays have other names, types or shapes.
 * @example
 * const residents = new Residents(await chooseProducts("wasm"), { w: { shape: [2], data: Float32Array.of(1, 2) } });
 * const double = compileFunction(({ w }) => ({ state: { w: w.mul(2) } }), residents, {});
 * double.run(residents, {});
 * residents.read().w.data; // [2, 4]
 */
export function compileFunction(
  fn: Stepper,
  residents: Residents,
  inputs: PlainTensors,
  trees: ArgumentTrees = { state: flat(residents.names), inputs: flat(Object.keys(inputs)) },
): CompiledFunction {
  const state = mapLeaves(trees.state, (name) => {
    const { shape, dtype } = residents.slots.get(name)!;
    return new AbstractArray(shape, dtype);
  });
  const given = mapLeaves(
    trees.inputs,
    (name) => new AbstractArray(inputs[name]!.shape, dtypeOf(inputs[name]!)),
  );
  const bytes = Object.keys(inputs).filter((name) => dtypeOf(inputs[name]!) === "uint8");
  let results: unknown;
  let updates = false;
  const { graph, resultNames, keys } = lowerGraph(
    (s: unknown, i: unknown) => {
      const returned = fn(s, i);
      results = mapLeaves(returned.results ?? {}, (name) => name);
      updates = returned.state !== undefined;
      return { ...(updates && { [NEXT]: returned.state }), [RESULTS]: returned.results ?? {} };
    },
    [state, given],
    { names: [STATE, INPUTS], random: "outside", bytes: bytes.map((name) => nameUnder(INPUTS, name)) },
  );
  const outputs = graph.outputs.map((value, i) => ({ value, name: resultNames[i]! }));
  if (updates) checkSuccessors(residents, outputs);
  // A resident array that is its own successor stays where it is.
  const successorOf = new Map(residents.names.map((name) => [nameUnder(NEXT, name), nameUnder(STATE, name)]));
  const changed = outputs.filter(({ value, name }) => !value.name || value.name !== successorOf.get(name));
  const used = new Set(graph.inputs.map(({ name }) => name));
  const draws = singleDraws(keys).filter(({ name }) => used.has(name));
  const compiled = compileGraph(
    { ...graph, outputs: changed.map(({ value }) => value) },
    changed.map(({ name }) => name),
    {
      held: new Map([...residents.slots].map(([name, { storage }]) => [nameUnder(STATE, name), storage])),
      updates: Object.fromEntries(successorOf),
      start: residents.free,
      memory: residents.products.memory,
      threads: residents.products.together,
      blas: residents.sgemm !== undefined,
      fused: residents.products.fused,
      draws,
    },
  );

  const nameOfInput = new Map(Object.keys(inputs).map((name) => [nameUnder(INPUTS, name), name]));
  const nameOfResident = new Map(residents.names.map((name) => [nameUnder(STATE, name), name]));
  const ports = compiled.inputs.filter(({ name }) => nameOfInput.has(name));
  const placeOf = new Map(draws.map(({ step }, place) => [step, place]));
  const inProgram = new Set(draws.map(({ name }) => name));
  const noise = compiled.inputs.filter(
    ({ name }) => !nameOfInput.has(name) && !nameOfResident.has(name) && !inProgram.has(name),
  );
  const copiedOut = compiled.outputs.filter(({ name }) => !successorOf.has(name));
  let module: WebAssembly.Module | undefined;
  const programs = new WeakMap<
    Residents,
    { readonly one: BoundProgram; readonly all: CrewProgram | undefined }
  >();
  const draw = fastDraw(keys, new Set(placeOf.keys()));
  const programOn = (on: Residents) => {
    let program = programs.get(on);
    if (!program) {
      module ??= new WebAssembly.Module(compiled.module);
      const { blas } = on.products;
      const one = bindProgram(compiled, module, on.memory, on);
      const all = on.crew?.load({
        modules: [on.products.module, module],
        numbers: { scratch: on.scratch },
        functions: { host: one.host, ...(on.sgemm && { sgemm: on.sgemm }) },
        ...(blas?.elsewhere !== undefined && { script: blas.elsewhere }),
      });
      program = { one, all };
      programs.set(on, program);
    }
    return program;
  };
  const wordsOf = (on: Residents, arrays: PlainTensors, key: string): Uint32Array => {
    const input = nameOfInput.get(key);
    return (input === undefined ? on.view(nameOfResident.get(key)!) : arrays[input]!.data) as Uint32Array;
  };
  return {
    updates,
    results,
    explain: compiled.explain,
    work: compiled.work,
    load: async (on) => programOn(on).all?.ready,
    run(on, arrays) {
      const { one: program, all } = programOn(on);
      for (const port of ports)
        write(program.view(port), arrays[nameOfInput.get(port.name)!]!.data, port.dtype);
      const words = program.view({ storage: compiled.keys });
      const drawn = runKeys(
        keys,
        Object.fromEntries(keys.keys.map((key) => [key, wordsOf(on, arrays, key)])),
        (index, step, k0, k1) => {
          const place = placeOf.get(index);
          if (place === undefined) return draw(index, step, k0, k1);
          words.set([k0[0]!, k1[0]!], 2 * place);
          return nothing;
        },
      );
      for (const port of noise) program.view(port).set(drawn[port.name]!);
      program.prepare();
      if (all) all.run(program.run);
      else program.run();
      return Object.fromEntries(
        copiedOut.map((port) => {
          const { name, shape, dtype } = port;
          const data = copied(program.view(port), dtype);
          const own = name.slice(RESULTS.length + 1);
          return [own, { shape, data, ...(dtype === "bool" && { dtype }) }];
        }),
      );
    },
  };
}

/** What the program draws itself. */
const nothing = new Uint32Array(0);

const flat = (names: readonly string[]): object => Object.fromEntries(names.map((name) => [name, name]));

/** @throws TypeError if the successors of resident arrays are not just like these. */
function checkSuccessors(
  { slots }: Residents,
  outputs: readonly { readonly name: string; readonly value: { dtype: string; shape: readonly number[] } }[],
): void {
  const next = new Map(
    outputs.flatMap(({ name, value }) => (name.startsWith(RESULTS) ? [] : [[name, value] as const])),
  );
  for (const [name, { shape, dtype }] of slots) {
    const own = next.get(nameUnder(NEXT, name));
    next.delete(nameUnder(NEXT, name));
    if (!own)
      throw new TypeError(
        `compile: the function returns no successor of ${nameUnder(STATE, name)}; return all of the state, also what stays as it is.`,
      );
    if (own.dtype !== dtype || own.shape.join() !== shape.join())
      throw new TypeError(
        `compile: ${nameUnder(STATE, name)} is ${dtype} [${shape}] and its successor ${own.dtype} [${own.shape}]; both must be the same.`,
      );
  }
  const [more] = next.keys();
  if (more !== undefined)
    throw new TypeError(
      `compile: the function returns ${more.replace(NEXT, STATE)}, which is not in the state; put what is new each time among the results.`,
    );
}
