import { defaultDevice, init } from "@jax-js/jax";
import "../../hardgrad/test/quick-keys.ts";

await init("wasm");
defaultDevice("wasm");
