import {
  type Code,
  call,
  float,
  get,
  i32,
  int,
  load,
  type ModuleBuilder,
  noiseFunction,
  type SingleDraw,
  type,
} from "@hardgrad/onnx/graph";
import type { CompiledLoop } from "./loops/compile-loop.ts";
import type { Storage } from "./views.ts";

/** Operations for a vector of four words. */
const COST = 120;

/** A draw as a loop over vectors of four words, whose key's two words are in memory. */
export interface CompiledDraw extends CompiledLoop {
  /** Operations of all of it. */
  readonly cost: number;
}

/** What compiles draws for a module; each finds its key at its place in `keys`. */
export function drawCompiler(
  builder: ModuleBuilder,
  keys: Storage,
): (draw: SingleDraw, place: number, target: Storage) => CompiledDraw {
  const noise = noiseFunction(builder);
  return ({ count, form, offset }, place, target) => {
    const word = (n: number): Code => [...int(keys.address + 8 * place), ...load.i32(4 * n)];
    const four = (parameter: number): Code => [...get(parameter), ...int(2), ...i32.shl];
    const body = [
      ...[...word(0), ...word(1), ...four(0), ...four(1), ...int(target.address)],
      ...[...int(form), ...float(offset), ...call(noise)],
    ];
    const extent = Math.ceil(count / 4);
    return { locals: [[0, type.i32]], body, extent, cost: COST * extent };
  };
}
