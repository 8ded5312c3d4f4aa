const fashion: readonly string[] = [
  "T-shirt",
  "trouser",
  "pullover",
  "dress",
  "coat",
  "sandal",
  "shirt",
  "sneaker",
  "bag",
  "ankle boot",
];

const digits: readonly string[] = Array.from({ length: 10 }, (_, digit) => String(digit));

/** What the classes 0 to 9 of a dataset are called: "0" to "9", or kinds of clothes. */
export function classNames(data: string): readonly string[] {
  return data === "fashion-mnist" ? fashion : digits;
}
