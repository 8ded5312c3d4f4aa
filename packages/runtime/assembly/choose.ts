import * as L from "../src/layout";
import { countNonZeros } from "./lists";

/** Skipping must be cheaper by more than the costs are uncertain by: near a tie nothing is won and something may be lost. */
const MARGIN: f32 = 0.97;
/** What weights from afar cost when they are read here and there changes with what else runs on the machine. */
const FAR_MARGIN: f32 = 0.85;

function margin(op: usize): f32 {
  return load<f32>(op, L.OP_STREAM) > 0 ? FAR_MARGIN : MARGIN;
}

/** The cheapest path of a layer without gates, by the costs in the program's header. */
export function linearPath(x: usize, m: i32, op: usize, program: usize): i32 {
  const forced = load<i32>(op, L.OP_PATH);
  const wide = load<u32>(op, L.OP_WIDE);
  if (forced !== L.PATH_AUTO) return forced === L.PATH_INPUTS && wide ? forced : L.PATH_DENSE;
  if (!wide) return L.PATH_DENSE;
  const found = <f32>countRows(x, m, load<i32>(op, L.OP_INPUTS), load<u32>(op, L.OP_X_STRIDE));
  const skip = skipCost(found * singlePanels(load<i32>(op, L.OP_PANELS)), m, op, program);
  return skip < margin(op) * denseCost(m, op, program) ? L.PATH_INPUTS : L.PATH_DENSE;
}

/** The cheapest path of a layer with a gate per unit, of which `open` are open in all examples together. */
export function unitPath(open: i32, m: i32, op: usize, program: usize): i32 {
  const forced = load<i32>(op, L.OP_PATH);
  if (forced !== L.PATH_AUTO) return forced === L.PATH_DENSE ? forced : L.PATH_GATES;
  // Grouped, rows from afar are read once for all examples of a batch.
  const grouped = m >= 4 && (load<i32>(op, L.OP_FLAGS) & L.FLAG_FAR) !== 0;
  const read = grouped ? min(open, load<i32>(op, L.OP_GROUPS)) : open;
  const cost = <f32>open * load<f32>(program, L.HEADER_DOT) + <f32>read * load<f32>(op, L.OP_SKIP);
  const full = margin(op) * denseCost(m, op, program);
  return cost * <f32>load<i32>(op, L.OP_INPUTS) < full ? L.PATH_GATES : L.PATH_DENSE;
}

/** The cheapest path of a layer with gates of blocks. */
export function blockPath(x: usize, gates: usize, m: i32, op: usize, program: usize): i32 {
  const forced = load<i32>(op, L.OP_PATH);
  const wide = load<u32>(op, L.OP_WIDE);
  if (forced === L.PATH_INPUTS && !wide) return L.PATH_GATES;
  if (forced !== L.PATH_AUTO) return forced;
  const inputs = load<i32>(op, L.OP_INPUTS);
  const groups = load<i32>(op, L.OP_GROUPS);
  const full = denseCost(m, op, program);
  countTiles(gates, m, groups, load<u32>(op, L.OP_GATES_STRIDE));
  const open = <f32>(tiles * 4 + singles);
  const skipClosed = gatesCost(min<i32>(groups, tiles + singles), open, op, program) / MARGIN;
  let skipZeros = f32.MAX_VALUE;
  if (wide) {
    const found = <f32>countRows(x, m, inputs, load<u32>(op, L.OP_X_STRIDE));
    const block = <f32>load<i32>(op, L.OP_BLOCK);
    skipZeros = skipCost((open * block * found) / <f32>m, m, op, program) / margin(op);
  }
  if (full <= skipClosed && full <= skipZeros) return L.PATH_DENSE;
  return skipZeros < skipClosed ? L.PATH_INPUTS : L.PATH_GATES;
}

/** Nanoseconds of computing everything. Weights from afar are read once for all tiles, and for each single example. */
function denseCost(m: i32, op: usize, program: usize): f32 {
  const inputs = <f32>load<i32>(op, L.OP_INPUTS);
  const panels = load<i32>(op, L.OP_PANELS);
  const stream = load<f32>(op, L.OP_STREAM);
  const tiled = m < 4 ? <f32>0 : load<f32>(program, L.HEADER_TILE) * <f32>(m >> 2) + stream;
  const single = singlePanels(panels) * load<f32>(program, L.HEADER_ROW) + <f32>panels * stream;
  return inputs * (<f32>panels * tiled + single * <f32>(m & 3));
}

/** What the panels of one example cost, in panels of four at a time: two or one alone wait for their own sums. */
function singlePanels(panels: i32): f32 {
  return <f32>(panels & ~3) + (panels & 2 ? <f32>3 : <f32>0) + (panels & 1 ? <f32>2.5 : <f32>0);
}

/** Nanoseconds of the open gates alone, after countTiles; the weights of `touched` gates are read. */
function gatesCost(touched: i32, open: f32, op: usize, program: usize): f32 {
  const stream = load<f32>(op, L.OP_STREAM);
  const steps = <f32>load<i32>(op, L.OP_BLOCK) * <f32>load<i32>(op, L.OP_INPUTS);
  const tiled = <f32>tiles * load<f32>(program, L.HEADER_TILE);
  const single = <f32>singles * load<f32>(program, L.HEADER_ROW);
  return steps * (tiled + single + <f32>touched * stream) + open * load<f32>(program, L.HEADER_PAIR);
}

/** Nanoseconds of `steps` panels times non-zero inputs. */
function skipCost(steps: f32, m: i32, op: usize, program: usize): f32 {
  return (
    steps * load<f32>(op, L.OP_SKIP) +
    <f32>m * <f32>load<i32>(op, L.OP_INPUTS) * load<f32>(program, L.HEADER_SCAN)
  );
}

export function countRows(x: usize, m: i32, n: i32, stride: usize): i32 {
  let count = 0;
  for (let i = 0; i < m; i++, x += stride) count += countNonZeros(x, n);
  return count;
}

/** Tiles of four examples that share an open gate, and open gates that are left over. */
let tiles: i32 = 0;
let singles: i32 = 0;

function countTiles(gates: usize, m: i32, groups: i32, stride: usize): void {
  const zero = f32x4.splat(0);
  let fours = i32x4.splat(0);
  let ones = i32x4.splat(0);
  // Four gates at a time; beyond the last gate the rows are padded with zeros.
  for (let g = 0; g < groups; g += 4, gates += 16) {
    let count = i32x4.splat(0);
    let row = gates;
    for (let i = 0; i < m; i++, row += stride) count = i32x4.sub(count, f32x4.ne(v128.load(row), zero));
    fours = i32x4.add(fours, i32x4.shr_s(count, 2));
    ones = i32x4.add(ones, v128.and(count, i32x4.splat(3)));
  }
  tiles = sum(fours);
  singles = sum(ones);
}

function sum(v: v128): i32 {
  return (
    i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3)
  );
}
