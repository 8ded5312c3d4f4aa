import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { decodeMessage, encodeMessage, type Messages } from "../src/proto/message.ts";

const messages: Messages = {
  Outer: {
    name: { id: 1, type: "string" },
    inner: { id: 2, type: "Inner" },
    all: { id: 3, type: "Inner", repeated: true },
    dims: { id: 20, type: "int64", repeated: true },
  },
  Inner: { f: { id: 1, type: "float" }, i: { id: 2, type: "int32" }, raw: { id: 9, type: "bytes" } },
};
const raw = Uint8Array.of(0, 255, 7);
const message = {
  name: "näme",
  inner: { f: 0.5, i: -3, raw },
  all: [{ i: 0 }, { f: -0 }],
  dims: [0, -1, 2 ** 40],
};

test("a message comes back as it was, and its bytes are those of the wire format", () => {
  const bytes = encodeMessage(messages, "Outer", message);
  const inner = { ...message.inner, raw: Buffer.from(raw) }; // Node's kind of bytes
  expect(decodeMessage(messages, "Outer", bytes)).toEqual({ ...message, inner });
  // By hand: field 1, text of 1 byte; field 20, the varint 300.
  expect([...encodeMessage(messages, "Outer", { name: "a", dims: [300] })]).toEqual([
    0x0a, 1, 0x61, 0xa0, 0x01, 0xac, 0x02,
  ]);
});

test("unknown fields are skipped, packed numbers are read", () => {
  const bytes = Uint8Array.of(0x78, 5, 0xa2, 0x01, 3, 1, 0xac, 0x02);
  expect(decodeMessage(messages, "Outer", bytes)).toEqual({ all: [], dims: [1, 300] });
});

test("bytes that are cut are refused", () => {
  const bytes = encodeMessage(messages, "Outer", message);
  // A cut between two fields is a shorter message.
  const whole = [...bytes.keys()].filter((end) => {
    try {
      decodeMessage(messages, "Outer", bytes.slice(0, end));
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
      return false;
    }
  });
  expect(whole.length).toBeLessThan(10);
});

test("a model is made where code from text is forbidden", () => {
  const code = `
    import { defaultDevice, init, numpy as np } from "@jax-js/jax";
    import { decodeModel, toOnnx } from "@hardgrad/onnx";
    await init("wasm");
    defaultDevice("wasm");
    const { graph } = decodeModel(toOnnx((x) => np.exp(x), np.zeros([3])));
    console.log(graph.node.map(({ opType }) => opType).join());
    try { eval("1"); } catch (error) { console.log(error.name); }`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--disallow-code-generation-from-strings", "--input-type=module", "-e", code],
    { cwd: fileURLToPath(new URL("..", import.meta.url)), encoding: "utf8" },
  );
  expect(stderr).toBe("");
  expect(stdout).toBe("Exp\nEvalError\n");
});
