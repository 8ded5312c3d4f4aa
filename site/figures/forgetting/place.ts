/** Which row or column of the map a point's coordinate is in. */
export const placeOf = (x: number, units: number): number => Math.min(units - 1, Math.floor(x * units));
