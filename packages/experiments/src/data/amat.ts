import type { IdxFile } from "./idx.ts";

const PIXELS = 784;

/**
 * Reads images of 28 x 28 zeros and ones as text: one image a line, pixels separated by spaces, as binarized MNIST is
 * published (`.amat`). Ones become 255.
 *
 * @param name what to call the file in errors.
 * @throws RangeError for anything but zeros and ones, and for a line of another length.
 * @example
 * const { shape } = parseAmat(bytes, "binarized_mnist_test.amat"); // [10000, 28, 28]
 */
export function parseAmat(bytes: Uint8Array, name: string): IdxFile {
  const [ZERO, ONE, SPACE, TAB, RETURN, LINE] = [48, 49, 32, 9, 13, 10];
  const data = new Uint8Array(Math.ceil(bytes.length / 2));
  let count = 0;
  let start = 0; // of the line, in pixels
  let lines = 0;
  let digit = false; // whether the byte before was one
  const fail = (what: string): never => {
    throw new RangeError(
      `${name}: line ${lines + 1} ${what}; a line has ${PIXELS} pixels, 0 or 1, download it again.`,
    );
  };
  const endLine = (): void => {
    if (count - start !== PIXELS && count > start) fail(`has ${count - start} pixels`);
    if (count > start) lines++;
    start = count;
  };
  for (const byte of bytes) {
    const isDigit = byte === ZERO || byte === ONE;
    if (isDigit && digit) fail("has a number of two digits");
    if (isDigit) data[count++] = byte === ONE ? 255 : 0;
    else if (byte === LINE) endLine();
    else if (byte !== SPACE && byte !== TAB && byte !== RETURN)
      fail(`has the character ${JSON.stringify(String.fromCharCode(byte))}`);
    digit = isDigit;
  }
  endLine();
  return { shape: [lines, 28, 28], data: data.subarray(0, count) };
}
