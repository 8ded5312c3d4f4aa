/** One claim, and whether it holds. */
export interface Checked {
  readonly claim: string;
  readonly holds: boolean;
  readonly message: string;
  /** What it was checked with; absent where that does not matter. */
  readonly where?: string;
}

/** Told before each step what is checked, and how many of the steps are done. */
export type Tell = (what: string, done: number, total: number) => void;

/** A claim that holds if the work does not fail; its error is what is wrong. */
export async function holds(claim: string, work: () => Promise<string>): Promise<Checked> {
  try {
    return { claim, holds: true, message: await work() };
  } catch (error) {
    return { claim, holds: false, message: (error as Error).message };
  }
}
