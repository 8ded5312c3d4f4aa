/** A drawn picture and how the judge read it. */
export interface Misread {
  readonly pixels: Uint8Array;
  /** What was asked for. */
  readonly digit: number;
  readonly read: number;
  /** The judge's probability of what was asked for. */
  readonly probability: number;
}

/** Of each digit the pictures that the judge found least probable. */
const EACH = 8;

/** Keeps the worst pictures of many. */
export function worstOf(): { add(picture: Misread): void; list(): readonly Misread[] } {
  const kept = new Map<number, Misread[]>();
  return {
    add: (picture) => {
      const list = kept.get(picture.digit) ?? [];
      if (list.length === EACH && picture.probability >= list.at(-1)!.probability) return;
      list.push(picture);
      list.sort((a, b) => a.probability - b.probability);
      kept.set(picture.digit, list.slice(0, EACH));
    },
    list: () => [...kept.values()].flat(),
  };
}
