import { describe, expect, test } from "vitest";
import {
  classifier,
  continual,
  drawnDigits,
  experiments,
  formOf,
  gated,
  generator,
  resolveSettings,
  type SettingsOf,
  type SettingsTable,
  startRun,
  useDevice,
} from "../../src/index.ts";
import "../setup.ts";

const digits = formOf({ data: "drawn" });

const table = {
  rate: { type: "number", default: 0.5, min: 0, max: 1, help: "" },
  unit: { type: "choice", default: "step", choices: ["step", "sign"], help: "" },
  shared: { type: "boolean", default: false, help: "" },
  hidden: { type: "sizes", default: "8", most: 2, max: 10, help: "" },
  width: {
    type: "number",
    default: { of: ({ unit }, { classes }) => (unit === "sign" ? 1 : classes.length), says: "one per class" },
    min: 1,
    max: 99,
    help: "",
  },
} as const satisfies SettingsTable;

test("settings have the types of their table, and a wrong name does not compile", () => {
  const settings: SettingsOf<typeof table> = resolveSettings(table, {}, digits);
  const unit: "step" | "sign" = settings.unit;
  const shared: boolean = settings.shared;
  const text: string = settings.hidden;
  expect([settings.rate + settings.width, unit, shared, text]).toEqual([10.5, "step", false, "8"]);
  // @ts-expect-error a name that the table does not have
  expect(settings.rates).toBeUndefined();
  // @ts-expect-error a word that is none of the choices
  expect(settings.unit === "ternary").toBe(false);
  // @ts-expect-error the classifier has no gates
  expect(resolveSettings(classifier.options, {}, digits).gates).toBeUndefined();
});

describe("resolveSettings", () => {
  test("given values win; defaults that follow others see them", () => {
    expect(resolveSettings(table, { unit: "sign", shared: true }, digits)).toEqual({
      rate: 0.5,
      unit: "sign",
      shared: true,
      hidden: "8",
      width: 1,
    });
    expect(resolveSettings(table, { width: 3 }, digits).width).toBe(3);
  });

  test("names and values that the table does not have are refused in one sentence", () => {
    // @ts-expect-error a typing error
    expect(() => resolveSettings(table, { rates: 1 }, digits)).toThrow(
      "there is no setting rates; known: rate, unit, shared, hidden, width.",
    );
    expect(() => resolveSettings(table, { rate: Number.NaN }, digits)).toThrow(
      "setting rate must be a number from 0 to 1, not NaN.",
    );
    // @ts-expect-error of another type
    expect(() => resolveSettings(table, { shared: "yes" }, digits)).toThrow(
      "setting shared must be true or false, not yes.",
    );
    expect(() => resolveSettings(table, { hidden: "8-8-8" }, digits)).toThrow(
      "setting hidden must be at most 2",
    );
  });

  test("what 0 and auto stood for", () => {
    const sizes = (given: { [name: string]: string }) => {
      const { gater, units, block, experts } = resolveSettings(gated.options, given, digits);
      return [gater, units, block, experts];
    };
    expect(sizes({})).toEqual([400, 2000, 1, "linear"]);
    expect(sizes({ network: "fast" })).toEqual([64, 2000, 16, "rectifier"]);
    const tasks = (given: { [name: string]: string }, classes: number) =>
      resolveSettings(continual.options, given, { ...digits, classes: Array(classes).fill("") }).tasks;
    expect([tasks({}, 10), tasks({ benchmark: "permuted" }, 10), tasks({}, 9), tasks({}, 100)]).toEqual([
      5, 10, 3, 20,
    ]);
    expect(resolveSettings(generator.options, {}, digits)).toMatchObject({ classes: 10, labels: 100 });
  });

  test("the defaults of every experiment are values that its options take", () => {
    for (const { options } of experiments) expect(() => resolveSettings(options, {}, digits)).not.toThrow();
  });
});

test("a run of an older hardgrad, in which 0 stood for the default, is refused and not changed", async () => {
  const settings = { ...resolveSettings(gated.options, {}, digits), gater: 0 };
  const config = {
    experiment: "gated",
    estimator: { id: "straight-through", options: {} },
    data: "drawn",
    seed: 0,
    settings,
  };
  await expect(
    startRun(gated, config, drawnDigits({ train: 100, test: 10 }), await useDevice("wasm")),
  ).rejects.toThrow("setting gater must be a whole number from 1 to 10000, not 0.");
});
