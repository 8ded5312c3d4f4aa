import { useDevice } from "@hardgrad/experiments";
import type { Start } from "../contract.ts";
import { onWasm } from "../on-wasm.ts";
import type { DigitsControls } from "./controls.ts";
import { type DigitsData, type Drawn, MAP, placeOf } from "./data.ts";
import { type Drawer, type Learner, learner, loaded } from "./drawer.ts";
import { slantOf, weightOf } from "./measure.ts";
import { joined, type Pad, randomPad, slantPad } from "./pad.ts";
import { pointAt } from "./path.ts";

/** Training steps of a tick, and after how many the pad's directions are looked for again. */
const STEPS = 6;
const REFRESH = 120;

/** A generator that is asked for all digits in one style. */
export const start: Start<DigitsControls, DigitsData> = async (initial, { asset, file, progress }) => {
  let state = initial;
  const backend = await onWasm(() => useDevice("wasm", { threads: 1 }));
  const here = state.from === "here" && state.file === "";
  progress(0, 2, here ? "compiling the generator" : "loading the generator");
  const learning: Learner | undefined = here ? await onWasm(() => learner(state.seed, backend)) : undefined;
  const bytes = (): Promise<ArrayBuffer> =>
    state.file !== "" && file ? file(state.file) : asset("generator/checkpoint.safetensors");
  const drawer: Drawer =
    learning ?? (await onWasm(async () => loaded(new Uint8Array(await bytes()), state.seed, backend))); // biome-ignore format: one thought
  const padNow = async (): Promise<Pad> =>
    state.axes === "random" ? randomPad(drawer.noise) : slantPad(drawer);
  progress(1, 2, "finding the directions of the pad");
  let pad = await onWasm(padNow);
  let morphed = 0;

  async function tick(): Promise<boolean> {
    if (!learning || learning.step === learning.of) {
      morphed++;
      return true;
    }
    if (learning.step === 0) progress(0, 1, "compiling the training step");
    await learning.learn(STEPS);
    if (learning.step % REFRESH === 0 || learning.step === learning.of) pad = await padNow();
    return true;
  }

  async function data(): Promise<DigitsData> {
    const at = pointAt(state.style, state.path, morphed);
    const row = drawer.digits.map((digit) => ({ digit, place: at }));
    const shown = drawer.digits.includes(state.digit) ? state.digit : drawer.digits[0]!;
    const map = Array.from({ length: MAP * MAP }, (_, n) => ({ digit: shown, place: placeOf(n) }));
    const asked = [...row, ...map];
    const styles = joined(asked.map(({ digit, place: [x, y] }) => pad.style(digit, x, y)));
    const pictures = await drawer.decode(
      asked.map(({ digit }) => digit),
      styles,
    );
    const digits: Drawn[] = row.map(({ digit }, n) => {
      const pixels = pictures[n]!;
      return { digit, pixels, slant: slantOf(pixels), weight: weightOf(pixels) };
    });
    const training = learning && { step: learning.step, of: learning.of, loss: learning.loss };
    return { at, digits, map: pictures.slice(row.length), ...(training ? { training } : {}) };
  }

  return {
    data: () => onWasm(data),
    tick: () => onWasm(tick),
    set: (next) => {
      state = next;
    },
    end: () => drawer.end(),
  };
};
