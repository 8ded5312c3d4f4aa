import {
  atomic,
  branch,
  branchIf,
  type Code,
  call,
  control,
  get,
  global,
  i32,
  int,
  ModuleBuilder,
  set,
  tee,
  type,
} from "@hardgrad/onnx/graph";
import { Control } from "./control.ts";

/** Looks at the phase before a thread goes to sleep: some 50 us. */
const spins = 50_000;

let module: WebAssembly.Module | undefined;

/**
 * The module of the barrier: exports `barrier(threads)`, which returns when so many threads have called it. It imports
 * the memory, the control block's address as the global `m.control`, and `m.wait(phase)`, which is called when the phase
 * has not changed for a while.
 *
 * The last to come sets the number of those who came back to 0 and begins a new phase; the others look until it begins,
 * so that the barrier can be used again at once.
 */
export function barrierModule(): WebAssembly.Module {
  module ??= new WebAssembly.Module(assemble());
  return module;
}

function assemble(): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder({ shared: true, maximum: 65_536 });
  const wait = builder.import("wait", [type.i32]);
  const base = builder.global("control");
  const [threads, phase, left] = [0, 1, 2];
  const word = (index: number): Code => [...global(base), ...int(4 * index), ...i32.add];
  const look = (index: number): Code => [...word(index), ...atomic.load];
  const body = [
    ...[...look(Control.PHASE), ...set(phase)],
    ...[...word(Control.ARRIVED), ...int(1), ...atomic.add, ...int(1), ...i32.add, ...get(threads)],
    ...[...i32.atLeast, ...control.if],
    ...[...word(Control.ARRIVED), ...int(0), ...atomic.store],
    ...[...word(Control.PHASE), ...int(1), ...atomic.add, ...set(left)],
    ...[...look(Control.SLEEPERS), ...control.if],
    ...[...word(Control.PHASE), ...int(-1), ...atomic.notify, ...set(left), ...control.end],
    ...[...control.return, ...control.end],
    ...[...control.block, ...control.loop],
    ...[...int(spins), ...set(left), ...control.loop],
    ...[...look(Control.PHASE), ...get(phase), ...i32.equal, ...i32.isZero, ...branchIf(2)],
    ...[...get(left), ...int(1), ...i32.sub, ...tee(left), ...branchIf(0), ...control.end],
    ...[...get(phase), ...call(wait), ...branch(0), ...control.end, ...control.end],
  ];
  builder.function([type.i32], [], [[2, type.i32]], body, "barrier");
  return builder.bytes();
}
