/** What a set of hard gates does over many examples, as plain numbers. */
export interface GateReport {
  /** Share of open gates over all examples and gates. */
  readonly rate: number;
  /** Share of the gates that open for no example. */
  readonly dead: number;
  /** Share of the gates that are open for every example: they could be made part of the network. */
  readonly alwaysOn: number;
  /** How often each gate opens, 0 to 1. */
  readonly perGate: Float64Array;
  /** Smallest and largest share of gates that an example opens: the most work that one example can ask for. */
  readonly least: number;
  readonly most: number;
}

/**
 * Rate, dead and always-on gates of many examples; `gateRates` is the same for one batch inside a step.
 *
 * @param values `[examples, gates]`, row by row; a gate is open where its value is not 0.
 * @param gates how many gates there are.
 * @throws RangeError if the values are no whole number of rows.
 * @example
 * const { rate, dead, alwaysOn } = gateReport(Float32Array.of(1, 0, 1, 0, 0, 1), 3); // 2 examples of 3 gates
 */
export function gateReport(values: ArrayLike<number>, gates: number): GateReport {
  const examples = values.length / gates;
  if (!(Number.isInteger(gates) && gates > 0 && Number.isInteger(examples) && examples > 0))
    throw new RangeError(
      `gateReport: ${values.length} values do not make rows of ${gates} gates; pass [examples, gates].`,
    );
  const perGate = new Float64Array(gates);
  let least = 1;
  let most = 0;
  for (let n = 0; n < examples; n++) {
    let open = 0;
    for (let j = 0; j < gates; j++)
      if (values[n * gates + j] !== 0) {
        perGate[j]!++;
        open++;
      }
    least = Math.min(least, open / gates);
    most = Math.max(most, open / gates);
  }
  const share = (test: (count: number) => boolean): number => perGate.filter(test).length / gates;
  const dead = share((count) => count === 0);
  const alwaysOn = share((count) => count === examples);
  const rate = perGate.reduce((sum, count) => sum + count, 0) / values.length;
  return { rate, dead, alwaysOn, perGate: perGate.map((count) => count / examples), least, most };
}
