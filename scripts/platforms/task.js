// A little of every library, in any program: three numbers that are the same everywhere.
import { drawnDigits } from "@hardgrad/experiments";
import { lower } from "@hardgrad/onnx";
import { loadRuntime, writeRuntimeFile } from "@hardgrad/runtime";
import { defaultDevice, init, numpy as np, random } from "@jax-js/jax";
import { bernoulli, exact, expectation, grad } from "hardgrad";

export async function task() {
  await init("wasm");
  defaultDevice("wasm");
  const f = (b) => np.square(np.sum(b, -1).sub(1.2));
  const loss = (a) => np.sum(expectation(bernoulli(a), f, exact(), random.key(0)));
  const [slope] = grad(loss)(np.array([0.4, -1, 0.3])).js();
  const { model } = lower((x) => np.tanh(x), [np.zeros([2])]);
  const runtime = await loadRuntime(
    writeRuntimeFile({ inputs: 1, layers: [{ kind: "linear", outputs: 1, weight: new Float32Array([2]) }] }),
  );
  const [twice] = runtime.forward(new Float32Array([3]));
  const { train } = drawnDigits({ seed: 1, train: 5, test: 1 });
  return `${slope.toFixed(4)} ${twice} ${train.labels.length} ${model.length > 0}`;
}
