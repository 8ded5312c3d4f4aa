/** The part of onnxruntime-node that this engine uses. It is an optional peer, so its types are not imported. */
export interface OnnxRuntime {
  readonly Tensor: new (type: string, data: ArrayBufferView, dims: readonly number[]) => OnnxTensor;
  readonly InferenceSession: {
    create(model: Uint8Array, options: { readonly [name: string]: unknown }): Promise<Session>;
  };
}

/** A tensor over a typed array, which it does not copy. */
export interface OnnxTensor {
  readonly data: Float32Array | Int32Array | Uint32Array | Uint8Array;
  readonly dims: readonly number[];
}

export type OnnxTensors = { [name: string]: OnnxTensor };

export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Outputs for which a tensor is given are written there. */
  run(feeds: OnnxTensors, fetches?: OnnxTensors): Promise<OnnxTensors>;
}

const NAME = "onnxruntime-node";
const LEAST: readonly [number, number] = [1, 20];
const INSTALL = "npm install --ignore-scripts onnxruntime-node";

/**
 * Loads the optional peer.
 *
 * @throws RangeError if it is not installed, or its version is not one this engine is tested with.
 */
export async function loadOnnxRuntime(): Promise<OnnxRuntime> {
  let module: OnnxRuntime & { readonly env: { readonly versions: { readonly node?: string } } };
  try {
    // A variable, so that bundlers for the browser leave it alone.
    module = await import(/* @vite-ignore */ NAME);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === "ERR_MODULE_NOT_FOUND")
      throw new RangeError(
        `the check needs the package onnxruntime-node, which is not installed; run \`${INSTALL}\`, or leave it out by --no-check.`,
      );
    throw new RangeError(
      `the check: onnxruntime-node failed to load (${message.split("\n")[0]}); reinstall it with \`${INSTALL}\`, or leave it out by --no-check.`,
    );
  }
  checkVersion(module.env?.versions?.node);
  return module;
}

/** @throws RangeError for a version below the tested ones, of another major version, or without a number. */
export function checkVersion(version: string | undefined): void {
  const [major = Number.NaN, minor = Number.NaN] = (version ?? "").split(".").map(Number);
  if (major === LEAST[0] && minor >= LEAST[1]) return;
  throw new RangeError(
    `the check needs onnxruntime-node ${LEAST.join(".")} or later and below ${LEAST[0] + 1}, and ${version ?? "an unknown version"} is installed; run \`${INSTALL}@^${LEAST[0]}\`, or leave it out by --no-check.`,
  );
}
