import fc from "fast-check";
import { expect, test } from "vitest";
import { type Network, packSigns, type UnitName } from "../src/layers.ts";
import { floats, generator } from "./reference.ts";
import { checkNetworkValues, runValues } from "./values.ts";

const unit = fc.constantFrom<UnitName>(
  "identity",
  "relu",
  "step",
  "sign",
  { id: "ternary", threshold: 0.5 },
  "tanh",
);
const seed = fc.integer({ min: 1, max: 2 ** 30 });

test("bit layers: exact sums for signs and for inputs of 0 and 1", async () => {
  await fc.assert(
    fc.asyncProperty(
      // Beyond 31 times 128 inputs the byte counters are widened in the middle of a row.
      fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(3968, 3969, 4100)),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom("sign" as const, "step" as const),
      fc.boolean(),
      unit,
      seed,
      async (inputs, outputs, m, binary, scaled, u, s) => {
        const random = generator(s);
        const signs = packSigns(floats(inputs * outputs, random), inputs, outputs);
        // Bits beyond the last input are nobody's business.
        if (inputs % 8) for (let j = 1; j <= outputs; j++) signs[j * Math.ceil(inputs / 8) - 1]! |= 0x80;
        const network: Network = {
          inputs,
          layers: [
            {
              ...{ kind: "bits", outputs, signs, binary, unit: u },
              ...(scaled ? { scale: floats(outputs, random), bias: floats(outputs, random) } : {}),
            },
          ],
        };
        const x = floats(m * inputs, random).map((v) =>
          binary === "step" ? (v > 0 ? 1 : 0) : Math.abs(v) < 0.1 ? 0 : v,
        );
        await checkNetworkValues(network, x);
      },
    ),
    { numRuns: 100, seed: 4 },
  );
});

test("bit layers where every bit differs, so that the byte counters fill up", async () => {
  const inputs = 9000;
  const signs = packSigns(new Float32Array(inputs * 5).fill(1), inputs, 5);
  const network: Network = { inputs, layers: [{ kind: "bits", outputs: 5, signs }] };
  const { output } = await runValues(network, new Float32Array(inputs).fill(-1));
  expect([...output]).toEqual(new Array(5).fill(-inputs));
});
