/** A run in which the calling thread fell asleep so often waiting for others may be slower than one without them. */
const MANY_NAPS = 4;
/** Runs alone before the threads are tried again, at first and at most. */
const FIRST = 16;
const MOST = 1024;
/** Runs together for which naps are no question where the threads are faster all the same. */
const SETTLED = 64;

/**
 * Decides before each run whether threads run it together. Where other programs take the cores, threads that wait for one
 * another are slower than one; when they wait much, one run alone is timed.
 */
export class Choice {
  /** Milliseconds of a run together in which the threads waited much; the next run is alone, to compare. */
  #compared: number | undefined;
  #alone = 0;
  #last = 0;
  #settled = 0;

  /** Whether the next run is together. */
  together(): boolean {
    return this.#compared === undefined && this.#alone === 0;
  }

  /** Tells how a run went: its time, and how often the calling thread fell asleep. */
  ran(together: boolean, milliseconds: number, naps: number): void {
    if (together) {
      if (this.#settled > 0) this.#settled--;
      else if (naps >= MANY_NAPS) this.#compared = milliseconds;
      else this.#last = 0;
    } else if (this.#compared === undefined) this.#alone--;
    else {
      if (milliseconds < this.#compared) {
        this.#last = Math.min(MOST, 2 * this.#last || FIRST);
        this.#alone = this.#last;
      } else this.#settled = SETTLED;
      this.#compared = undefined;
    }
  }
}
