/**
 * The accuracy matrix of one learner: row i is after task i, column j is task j, NaN where a task had not begun.
 */
export type Matrix = readonly (readonly number[])[];

/** Mean accuracy over the tasks known after the last row. */
export function averageAccuracy(matrix: Matrix): number {
  const last = known(matrix.at(-1) ?? []);
  return last.reduce((a, b) => a + b, 0) / last.length;
}

/**
 * Backward transfer `1/(T-1) sum_{j<T} (R[T][j] - R[j][j])`: negative is forgetting, exactly 0 is none (Lopez-Paz & Ranzato
 * 2017). Learners that see all tasks at once have none: NaN.
 */
export function backwardTransfer(matrix: Matrix): number {
  const last = matrix.at(-1) ?? [];
  const changes = matrix.slice(0, -1).map((row, j) => last[j]! - row[j]!);
  if (changes.length === 0) return 0;
  return changes.reduce((a, b) => a + b, 0) / changes.length;
}

function known(row: readonly number[]): number[] {
  return row.filter((v) => Number.isFinite(v));
}
