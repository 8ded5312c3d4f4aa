import { compileGraph, instantiate, type Port, type Program } from "@hardgrad/compiler";
import { fastDraw, runKeys } from "@hardgrad/onnx";
import { lowerGraph } from "@hardgrad/onnx/graph";
import type { NamedArrays } from "hardgrad";
import type { HostArray, HostArrays } from "../../../contract/backend.ts";
import { type CompiledResident, dtypeOf } from "./resident.ts";

export type TracedFunction = (resident: NamedArrays, inputs: NamedArrays) => NamedArrays;

/** A function compiled for certain shapes: runs on a resident's memory, and gives its results if it has any. */
export type Compiled = (resident: CompiledResident, inputs: HostArrays) => { [name: string]: HostArray };

/** Type and shape of an argument: all that tracing needs. A class, because plain objects are trees to jax-js. */
class Example {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly weakType = false;
  constructor(shape: readonly number[], dtype: string) {
    this.shape = shape;
    this.dtype = dtype.replace("uint8", "float32");
  }
}

// Arguments are called `resident.NAME` and `inputs.NAME`, results `next.NAME`.
const RESIDENT = "resident.";
const INPUT = "inputs.";
const NEXT = "next.";

/**
 * Compiles a function of resident arrays and inputs. With `updates` its results are the successors of all resident
 * arrays, and replace them; else they are copied out.
 *
 * @throws LoweringError if something in it has no kernel.
 */
export function compileFunction(
  fn: TracedFunction,
  resident: CompiledResident,
  inputs: HostArrays,
  updates: boolean,
): Compiled {
  const held = Object.fromEntries(
    [...resident.slots].map(([name, { shape, storage }]) => [name, new Example(shape, storage.dtype)]),
  );
  const given = Object.fromEntries(
    Object.entries(inputs).map(([name, x]) => [name, new Example(x.shape, dtypeOf(x))]),
  );
  const bytes = Object.keys(inputs).filter((name) => dtypeOf(inputs[name]!) === "uint8");
  const { graph, resultNames, keys } = lowerGraph(
    (r: NamedArrays, i: NamedArrays) => ({ next: fn(r, i) }),
    [held, given],
    { names: ["resident", "inputs"], random: "outside", bytes: bytes.map((name) => INPUT + name) },
  );
  const compiled = compileGraph(graph, resultNames, {
    held: new Map([...resident.slots].map(([name, { storage }]) => [RESIDENT + name, storage])),
    updates: updates ? Object.fromEntries(resident.names.map((name) => [NEXT + name, RESIDENT + name])) : {},
    start: resident.free,
  });
  const module = new WebAssembly.Module(compiled.module);
  const programs = new WeakMap<CompiledResident, Program>();
  const draw = fastDraw(keys);
  const ports = compiled.inputs.filter(({ name }) => name.startsWith(INPUT));
  const noise = compiled.inputs.filter(({ name }) => !name.startsWith(INPUT) && !name.startsWith(RESIDENT));
  const words = (on: CompiledResident, arrays: HostArrays, key: string): Uint32Array =>
    (key.startsWith(INPUT)
      ? arrays[key.slice(INPUT.length)]!.data
      : on.view(key.slice(RESIDENT.length))) as Uint32Array;
  return (on, arrays) => {
    let program = programs.get(on);
    if (!program) {
      program = instantiate(compiled, module, on.memory, on.multiply);
      programs.set(on, program);
    }
    for (const port of ports) program.view(port).set(arrays[port.name.slice(INPUT.length)]!.data);
    const drawn = runKeys(
      keys,
      Object.fromEntries(keys.keys.map((key) => [key, words(on, arrays, key)])),
      draw,
    );
    for (const port of noise) program.view(port).set(drawn[port.name]!);
    program.run();
    if (updates) return {};
    return Object.fromEntries(
      compiled.outputs.map((port) => [port.name.slice(NEXT.length), result(program, port)]),
    );
  };
}

function result(program: Program, port: Port): HostArray {
  const data = program.view(port);
  return {
    shape: port.shape,
    data: port.dtype === "bool" ? Uint8Array.from(data, (x) => -x) : data.slice(),
  };
}
