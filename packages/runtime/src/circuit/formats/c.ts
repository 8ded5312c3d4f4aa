import { checkedCircuit } from "../check.ts";
import type { Circuit } from "../circuit.ts";
import { bitsFor, expression, wrapped } from "./expression.ts";

const notation = { zero: "0", one: "~(uint64_t)0" };
/** Statements in one function: compilers are slow on long ones. */
const longest = 1000;

/**
 * The circuit as a C99 file without dependencies: `circuit_scores` and `circuit_classify` take images of bytes and run 64
 * at a time, one bit each of a 64-bit word. Pixels of another type: compile with `-DCIRCUIT_PIXEL=float`.
 *
 * @throws CircuitError for a circuit that can't be used.
 * @example
 * writeFileSync("circuit.c", circuitC(circuit));
 */
export function circuitC(given: Circuit): string {
  const { inputs, thresholds, gates, classes } = checkedCircuit(given);
  const first = thresholds.length;
  const statements = gates.map(
    ([operation, a, b], i) => `  w[${first + i}] = ${expression(operation, `w[${a}]`, `w[${b}]`, notation)};`,
  );
  const parts: string[][] = [];
  for (let at = 0; at < statements.length; at += longest) parts.push(statements.slice(at, at + longest));
  const most = classes.reduce((m, { wires }) => Math.max(m, wires.length), 0);
  const array = (type: string, name: string, values: readonly (string | number)[]): string =>
    `static const ${type} ${name}[] = {\n  ${wrapped(values.length ? values.map(String) : ["0"], ", ", "\n  ")}\n};`;
  const ends = classes.map((_, i) =>
    classes.slice(0, i + 1).reduce((sum, { wires }) => sum + wires.length, 0),
  );
  return `/* ${gates.length} logic gates, ${classes.length} classes. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifndef CIRCUIT_PIXEL
#define CIRCUIT_PIXEL uint8_t
#endif

enum { INPUTS = ${inputs}, THRESHOLDS = ${first}, WIRES = ${Math.max(1, first + gates.length)}, CLASSES = ${classes.length}, SLICES = ${bitsFor(most)} };

${array(
  "uint32_t",
  "pixel_of",
  thresholds.map(([pixel]) => pixel),
)}
${array(
  "double",
  "above",
  thresholds.map(([, above]) => above),
)}
${array(
  "uint32_t",
  "counted",
  classes.flatMap(({ wires }) => [...wires]),
)}
${array("uint32_t", "counted_until", ends)}
${array(
  "uint32_t",
  "plus",
  classes.map(({ plus = 0 }) => plus),
)}

${parts.map((lines, i) => `static void gates_${i}(uint64_t *w) {\n${lines.join("\n")}\n}`).join("\n\n")}

/* Scores [images][classes] of at most 64 images. */
static void scores_of_64(const CIRCUIT_PIXEL *pixels, size_t images, uint32_t *scores) {
  static uint64_t w[WIRES];
  uint64_t slices[SLICES];
  size_t i, j, k, at = 0;
  memset(w, 0, sizeof w);
  for (i = 0; i < THRESHOLDS; i++)
    for (j = 0; j < images; j++)
      w[i] |= (uint64_t)(pixels[j * INPUTS + pixel_of[i]] > above[i]) << j;
${parts.map((_, i) => `  gates_${i}(w);\n`).join("")}  for (i = 0; i < CLASSES; i++) {
    memset(slices, 0, sizeof slices);
    for (; at < counted_until[i]; at++) {
      uint64_t carry = w[counted[at]];
      for (k = 0; carry; k++) {
        uint64_t next = slices[k] & carry;
        slices[k] ^= carry;
        carry = next;
      }
    }
    for (j = 0; j < images; j++) {
      uint32_t score = plus[i];
      for (k = 0; k < SLICES; k++) score += (uint32_t)(slices[k] >> j & 1) << k;
      scores[j * CLASSES + i] = score;
    }
  }
}

/* Scores [images][classes] of images [images][inputs]. */
void circuit_scores(const CIRCUIT_PIXEL *pixels, size_t images, uint32_t *scores) {
  size_t at;
  for (at = 0; at < images; at += 64)
    scores_of_64(pixels + at * INPUTS, images - at < 64 ? images - at : 64, scores + at * CLASSES);
}

/* The class with the highest score of each image, the first of equals. */
void circuit_classify(const CIRCUIT_PIXEL *pixels, size_t images, uint32_t *classes) {
  size_t at, i, j;
  uint32_t scores[64 * CLASSES];
  for (at = 0; at < images; at += 64) {
    size_t count = images - at < 64 ? images - at : 64;
    circuit_scores(pixels + at * INPUTS, count, scores);
    for (j = 0; j < count; j++) {
      const uint32_t *row = scores + j * CLASSES;
      uint32_t best = 0;
      for (i = 1; i < CLASSES; i++)
        if (row[i] > row[best]) best = (uint32_t)i;
      classes[at + j] = best;
    }
  }
}
`;
}
