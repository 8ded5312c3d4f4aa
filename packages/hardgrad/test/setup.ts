import { defaultDevice, init } from "@jax-js/jax";
import { shareKernelInstances } from "../../experiments/src/engine/backends/jax-js-0.1.25/kernel-instances.ts";
import "./quick-keys.ts";
import "./short-queues.ts";

// As in every run of an experiment; kernel-instances.test.ts has that it changes no bit.
shareKernelInstances();
await init("wasm");
defaultDevice("wasm");
