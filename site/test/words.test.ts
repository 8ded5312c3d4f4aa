import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const folder = new URL("../../docs/explainer/", import.meta.url);

test.each(readdirSync(folder))(
  "%s says where to look in words that hold on a phone and in the dark",
  (name) => {
    // On a phone what was beside is below; on dark ground ink is pale.
    const text = readFileSync(new URL(name, folder), "utf8");
    expect(text).not.toMatch(
      /\bon the (left|right)\b|\b(left|right) (one|network|picture)\b|^(Left|Right),|\b(dark|darkest|black|white)\b/im,
    );
  },
);
