/** Row and column of the map at a point; y points up, and rows are counted from the top. */
export const placeOf = (
  [x, y]: readonly [number, number],
  units: number,
): { row: number; column: number } => {
  const cell = (part: number): number => Math.min(units - 1, Math.floor(part * units));
  return { row: units - 1 - cell(y), column: cell(x) };
};
