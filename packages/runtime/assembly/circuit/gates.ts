import * as L from "../../src/circuit/layout";

// biome-ignore lint/complexity/noStaticOnlyClass: biome takes decorators in classes only
export class Gates {
  /** One operation on two wires; the pair gives their places. */
  @inline
  static output(operation: i32, pair: usize, scratch: usize): v128 {
    const a = v128.load(scratch + load<u32>(pair));
    if (operation === L.OPERATION_WIRE) return a;
    const b = v128.load(scratch + load<u32>(pair, 4));
    if (operation === L.OPERATION_AND) return v128.and(a, b);
    if (operation === L.OPERATION_AND_NOT) return v128.andnot(a, b);
    if (operation === L.OPERATION_XOR) return v128.xor(a, b);
    return v128.or(a, b);
  }

  /** Computes a run of one operation and stores it. */
  @inline
  static store(operation: i32, pairs: usize, end: usize, to: usize, flip: v128, scratch: usize): void {
    for (let pair = pairs, at = to; pair < end; pair += 8, at += 16)
      v128.store(at, v128.xor(Gates.output(operation, pair, scratch), flip));
  }
}

/** Computes and stores the logic gates that others read. */
export function storeGates(program: usize, scratch: usize): void {
  let run = <usize>load<u32>(program, L.CIRCUIT_RUNS);
  for (let i = load<i32>(program, L.CIRCUIT_RUN_COUNT); i > 0; i--, run += L.RUN_BYTES) {
    const pairs = <usize>load<u32>(run, L.RUN_PAIRS);
    const end = pairs + ((<usize>load<u32>(run, L.RUN_COUNT)) << 3);
    const to = scratch + load<u32>(run, L.RUN_WIRES);
    const flip = i32x4.splat(-load<i32>(run, L.RUN_INVERTED));
    switch (load<i32>(run, L.RUN_OPERATION)) {
      case L.OPERATION_WIRE:
        Gates.store(L.OPERATION_WIRE, pairs, end, to, flip, scratch);
        break;
      case L.OPERATION_AND:
        Gates.store(L.OPERATION_AND, pairs, end, to, flip, scratch);
        break;
      case L.OPERATION_AND_NOT:
        Gates.store(L.OPERATION_AND_NOT, pairs, end, to, flip, scratch);
        break;
      case L.OPERATION_XOR:
        Gates.store(L.OPERATION_XOR, pairs, end, to, flip, scratch);
        break;
      default:
        Gates.store(L.OPERATION_OR, pairs, end, to, flip, scratch);
    }
  }
}
