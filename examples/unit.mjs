// A deterministic hard unit: step forward, a pseudo-derivative of your choice backward.
import { defaultDevice, init, numpy as np } from "@jax-js/jax";
import { atan, grad, step } from "hardgrad";

await init("wasm");
defaultDevice("wasm");

const unit = step({ derivative: atan({ alpha: 2 }) });
const x = np.array([-1, -0.1, 0.1, 1]);
console.log("forward", unit.apply(x.ref).js());
console.log("pseudo-derivative", grad((a) => np.sum(unit.apply(a)))(x).js());
