import { onBeforeUnmount, onMounted, type Ref, ref, shallowRef, watch } from "vue";
import type { AnyFigure } from "../figures/index.ts";
import { lookOf } from "../figures/look.ts";
import { readPlace } from "./address.ts";
import { addressBar } from "./address-bar.ts";
import { beginningOf } from "./beginning.ts";
import { type DragArea, dragAreas } from "./drag-areas.ts";
import { keeping } from "./keeping.ts";
import { renew } from "./renew.ts";
import { watchSight } from "./sight.ts";
import { speech } from "./speech.ts";
import { type AnyState, defaults, MOST_SEED, type Value } from "./state.ts";
import { tipped } from "./under-pointer.ts";
import { useWorkshop } from "./use-workshop.ts";
import type { Handle } from "./workshop.ts";

/** Milliseconds after which what computes shows how far it is. */
const PATIENCE = 500;

/** A figure as it lives on a page: its state, its run in the worker, its picture. */
export function useFigure(
  figure: AnyFigure,
  options: {
    readonly host: Ref<HTMLElement | undefined>;
    readonly dark: Ref<boolean>;
    readonly base: string;
  },
) {
  const { host, dark, base } = options;
  const state = shallowRef<AnyState>(defaults(figure.controls));
  const ticks = ref(0);
  const playing = ref(false);
  const over = ref(false);
  /** A picture that was computed here stands in place of the still one; live, if with all the ticks asked for. */
  const begun = ref(false);
  const live = ref(false);
  const busy = shallowRef<{ done: number; of: number; what: string }>();
  const fault = ref("");
  const notice = ref("");
  const sentence = ref("");
  const { spoken, say } = speech();
  const drags = shallowRef<readonly DragArea[]>([]);
  let data: unknown;
  let handle: Handle | undefined;
  let width = 0;
  let visible = false;
  let touched = false;
  let byHand = false;
  let started = 0;
  let waiting = false;
  let complete = false;
  /** Stopped, or failed: the worker waits for another start. */
  let resting = false;
  let changed: { ticks: number } | undefined;

  const look = () => lookOf(document, width, dark.value);
  const fresh = (): SVGElement => figure.draw(data, state.value, look());

  function draw(): void {
    if (data === undefined || width === 0 || !host.value) return;
    try {
      const svg = fresh();
      tipped(svg);
      drags.value = dragAreas(figure.drags?.(state.value, look()) ?? [], svg);
      renew(host.value, svg);
      sentence.value = figure.says(data, state.value);
    } catch (error) {
      fault.value = error instanceof Error ? error.message : String(error);
      return;
    }
    begun.value = true;
    live.value ||= complete;
    say(sentence.value, playing.value);
  }

  const reachable = (): boolean => visible && document.visibilityState === "visible";
  const drawIfSeen = (): void => {
    if (reachable()) draw();
  };

  const listener = {
    data(next: unknown, done: number, ended: boolean, whole: boolean): void {
      data = next;
      ticks.value = done;
      complete = whole;
      if (whole) {
        waiting = false;
        busy.value = undefined;
        over.value = ended;
        if (ended) playing.value = false;
      }
      if (whole && changed) {
        restart(changed.ticks);
        return;
      }
      if (!reachable()) {
        handle?.drawn();
        return;
      }
      requestAnimationFrame(() => {
        draw();
        handle?.drawn();
      });
      if (whole) write();
    },
    progress(done: number, of: number, what: string): void {
      if (!resting && performance.now() - started > PATIENCE) busy.value = { done, of, what };
    },
    stopped(): void {
      rest();
      notice.value = "Stopped. Play, Step or Reset computes it again.";
    },
    failed(text: string): void {
      // What failed is out of date.
      if (changed) restart(changed.ticks);
      else {
        rest();
        fault.value = text;
      }
    },
    replaced(): void {
      notice.value = "The worker that computes had ended; a new one goes on from the same place.";
    },
  };

  function rest(): void {
    resting = true;
    waiting = false;
    changed = undefined;
    busy.value = undefined;
    notice.value = "";
    playing.value = false;
  }

  /** Goes on playing or not; from the start where it rests. */
  function goOn(how: () => void, play: boolean): void {
    if (over.value) return;
    touched = true;
    byHand = true;
    if (resting) restart(figure.first, play);
    else how();
    playing.value = play;
    write();
  }

  function restart(to: number, play = playing.value): void {
    fault.value = "";
    notice.value = "";
    started = performance.now();
    changed = undefined;
    waiting = true;
    resting = false;
    over.value = false;
    handle!.start(beginningOf(figure, state.value, to));
    playing.value = play;
    if (play) handle!.play();
  }

  /** A change of state while the last is being computed waits a moment, so that a drag shows what is on its way. */
  function restartSoon(to: number): void {
    if (waiting && performance.now() - started < PATIENCE) changed = { ticks: to };
    else restart(to);
  }

  const place = () => ({ state: state.value, ticks: ticks.value });
  const address = addressBar(figure, place);
  function write(): void {
    if (touched) address.write();
  }

  function change(name: string, value: Value): void {
    touched = true;
    state.value = { ...state.value, [name]: value };
    if (figure.controls[name]!.live && !resting) handle!.set(state.value);
    else restartSoon(figure.first);
    write();
  }

  const act = {
    change,
    toggle(): void {
      if (playing.value) goOn(() => handle!.pause(), false);
      else goOn(() => handle!.play(), true);
    },
    step: (): void => goOn(() => handle!.step(), false),
    /** The same seed from the start. */
    reset(): void {
      touched = true;
      restart(figure.first, false);
      write();
    },
    reseed(): void {
      touched = true;
      state.value = { ...state.value, seed: 1 + Math.floor(Math.random() * MOST_SEED) };
      restart(figure.first);
      write();
    },
    stop: (): void => handle!.stop(),
    ...keeping(figure, {
      place,
      data: () => data,
      picture: () => ({
        svg: fresh(),
        ground: look().colours.ground,
        box: host.value!.firstElementChild!.getBoundingClientRect(),
      }),
      notice,
    }),
    rows: () => (data === undefined ? [] : figure.rows(data, state.value)),
  };

  function begin(): void {
    handle = useWorkshop(base).open(listener);
    const asked = readPlace(figure, new URLSearchParams(location.search));
    state.value = asked.state;
    touched = asked.given;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    restart(asked.ticks, figure.plays && !asked.given && !still);
  }

  /** What plays by itself rests while nobody sees it. */
  function onVisible(now: boolean): void {
    visible = now;
    if (!now && !handle) return;
    if (!handle) {
      begin();
      return;
    }
    if (now) draw();
    if (byHand || !figure.plays || !playing.value) return;
    if (now) handle.play();
    else handle.pause();
  }

  let stopWatching: (() => void) | undefined;
  onMounted(() => {
    stopWatching = watchSight(host.value!, {
      resized(now) {
        width = now;
        drawIfSeen();
      },
      visible: onVisible,
      shown: drawIfSeen,
    });
  });
  onBeforeUnmount(() => {
    stopWatching?.();
    address.end();
    handle?.end();
  });
  watch(dark, () => draw());

  return { state, ticks, playing, over, begun, live, busy, fault, notice, sentence, spoken, drags, act };
}
