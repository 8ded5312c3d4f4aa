import { type Circuit, loadCircuit, simplifyCircuit } from "@hardgrad/runtime/circuit";
import type { Start } from "../contract.ts";
import { wireBits } from "../logic/wires.ts";
import { onWasm } from "../on-wasm.ts";
import { cellAt, firstBoard, mistakesIn, neighbourhoodsOf } from "./board.ts";
import type { controls, LifeData, Point } from "./controls.ts";
import { type Learner, learnerOf } from "./learner.ts";
import { answersOf, pruned, tablesOf } from "./prune.ts";
import { CELLS, ROWS, rule } from "./rule.ts";

/** Training steps of a tick. */
const STEPS = 25;

/** What was learned for a seed, tick by tick: another board does not learn it again. */
interface Lesson {
  readonly seed: number;
  readonly points: Point[];
  readonly circuits: Circuit[];
  learner?: Learner | undefined;
  /** The last circuit, pruned, once it is right. */
  result?: Circuit;
}

let kept: Lesson | undefined;

/** A circuit learns the game of life's rule from its 512 examples, and then plays. */
export const start: Start<typeof controls, LifeData> = async (given, tools) => {
  let state = given;
  if (kept?.seed !== given.seed) kept = { seed: given.seed, points: [], circuits: [] };
  const lesson = kept;
  let ticks = 0;
  let board = firstBoard(given);

  async function learn(): Promise<void> {
    if (!lesson.learner) {
      tools.progress(0, 1, "compiling the step");
      lesson.learner = await learnerOf(given.seed);
    }
    const { loss, wrong, circuit } = lesson.learner.learn(STEPS);
    const { step, restarts } = lesson.learner;
    lesson.points.push({ step, restarts, loss, wrong });
    lesson.circuits.push(simplifyCircuit(circuit));
    if (wrong > 0) return;
    lesson.result = pruned(circuit);
    lesson.learner.dispose();
    lesson.learner = undefined;
  }

  const learned = (): boolean => lesson.result !== undefined && ticks >= lesson.points.length;

  /** The board's next generation by a circuit. */
  async function next(circuit: Circuit): Promise<Uint8Array> {
    const runtime = await loadCircuit(circuit);
    return Uint8Array.from(runtime.classify(neighbourhoodsOf(board)));
  }

  return {
    async data() {
      const at = Math.min(ticks, lesson.points.length);
      const before = lesson.circuits[at - 1];
      const circuit = learned() ? lesson.result! : before;
      const shared = { points: lesson.points.slice(0, at), board, generation: ticks - at };
      if (!circuit)
        return { ...shared, before: 0, wrong: new Uint8Array(ROWS), mistakes: [], bits: new Uint8Array(0) };
      const cell = cellAt(state.cell);
      const around = neighbourhoodsOf(board).subarray(cell * CELLS, (cell + 1) * CELLS);
      const answers = answersOf(circuit, tablesOf(circuit));
      return {
        ...shared,
        circuit,
        before: before!.gates.length,
        wrong: Uint8Array.from(
          { length: ROWS },
          (_, n) => ((answers[n >> 5]! ^ rule[n >> 5]!) >>> (n & 31)) & 1,
        ),
        mistakes: mistakesIn(board, await next(circuit)),
        bits: wireBits(circuit, around),
      };
    },
    async tick() {
      if (learned()) board = await next(lesson.result!);
      else if (ticks === lesson.points.length) await onWasm(learn);
      ticks++;
      return true;
    },
    set(now) {
      state = now;
    },
    end() {},
  };
};
