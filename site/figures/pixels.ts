/** The grey values of a picture control, 28 x 28; undefined where nothing is drawn. */
export function pixelsOf(picture: string): Uint8Array | undefined {
  if (picture === "") return undefined;
  const pixels = Uint8Array.from(atob(picture), (c) => c.charCodeAt(0));
  return pixels.length === 28 * 28 ? pixels : undefined;
}
