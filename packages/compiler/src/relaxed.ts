import {
  type Code,
  f32x4,
  get,
  hasFused,
  ModuleBuilder,
  type,
  v128,
  vectors,
  words,
} from "@hardgrad/onnx/graph";

interface Node {
  getBuiltinModule?(name: string): { setFlagsFromString(flags: string): void };
  readonly versions?: { readonly v8?: string };
}

let relaxed: boolean | undefined;

/**
 * Whether programs may use relaxed SIMD: fused multiply-add, and selection of whole lanes. Browsers and Node 22 have it;
 * Node 20 has it behind the flag `--experimental-wasm-relaxed-simd`, which is set for the process: modules that don't use
 * it stay as they are. It is tried on numbers first. Settled once: programs that run in one memory round alike.
 */
export function useRelaxed(): boolean {
  relaxed ??= hasFused() || learnsRelaxed(works);
  return relaxed;
}

/** Sets the flag of Node 20; takes it back where it does not help, since jax-js and the runtime ask the engine, too. */
export function learnsRelaxed(helps: () => boolean): boolean {
  const { process } = globalThis as unknown as { readonly process?: Node };
  // The first version with the instructions as they were standardized.
  if (!process?.getBuiltinModule || !/^11\.3\./.test(process.versions?.v8 ?? "")) return false;
  const { setFlagsFromString } = process.getBuiltinModule("node:v8");
  setFlagsFromString("--experimental-wasm-relaxed-simd");
  if (hasFused() && helps()) return true;
  setFlagsFromString("--no-experimental-wasm-relaxed-simd");
  return false;
}

/** Whether both instructions compute what they must. */
export function works(): boolean {
  const builder = new ModuleBuilder();
  const three = [0, 1, 2].flatMap((local) => [...get(local), ...v128.splatFloat]);
  const numbers = [type.f32, type.f32, type.f32];
  builder.function(numbers, [type.f32], [], [...three, ...f32x4.multiplyAdd, ...vectors.laneFloat(3)], "add");
  const mask = words(-1, 0, 0, -1);
  const picked = (lane: number): Code => [
    ...words(1, 2, 3, 4),
    ...words(5, 6, 7, 8),
    ...mask,
    ...v128.selectLanes,
    ...vectors.laneInt(lane),
  ];
  builder.function([], [type.i32, type.i32, type.i32, type.i32], [], [0, 1, 2, 3].flatMap(picked), "select");
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { add, select } = new WebAssembly.Instance(new WebAssembly.Module(builder.bytes()), {
    m: { m: memory },
  }).exports as { add(x: number, y: number, z: number): number; select(): number[] };
  const near = 1 + 2 ** -12;
  // The square is 1 + 2^-11 + 2^-24; rounded once more it is 1 + 2^-11.
  const rest = add(near, near, -(1 + 2 ** -11));
  return (rest === 2 ** -24 || rest === 0) && add(3, 5, 7) === 22 && select().join() === "1,6,7,4";
}
