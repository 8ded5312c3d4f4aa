import { ref } from "vue";

/** Milliseconds between sentences for screen readers while a figure plays. */
const BREATH = 5_000;

/** What screen readers are told: every sentence, but while a figure plays one now and then. */
export function speech() {
  const spoken = ref("");
  let at = 0;
  return {
    spoken,
    say(sentence: string, playing: boolean): void {
      const now = performance.now();
      if (playing && now - at <= BREATH) return;
      spoken.value = sentence;
      at = now;
    },
  };
}
