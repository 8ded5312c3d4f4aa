/**
 * A certificate that a finished task has not changed: SHA-256 of the bits of every weight it reads, of the inputs it was
 * asked and of the class scores it gave. Plain data; works in Node and in browsers (over https or on localhost).
 */

/** A plain array, as it comes from a device or a file. */
export interface PlainArray {
  readonly shape: readonly number[];
  /** A typed array. */
  readonly data: ArrayLike<number> & ArrayBufferView;
}

/** What is certified of a task. */
export interface Evidence {
  /** Every array the task reads; `used` (1 or 0, of the same shape) says which entries, if not all. */
  readonly weights: { readonly [name: string]: { readonly values: PlainArray; readonly used?: PlainArray } };
  /** A fixed set of inputs. */
  readonly inputs: PlainArray;
  /** The class scores of those inputs; without them, as on another device, only weights and inputs are compared. */
  readonly outputs?: PlainArray;
}

/** Hashes of a finished task; plain data, to be kept with the weights. */
export interface Certificate {
  readonly task: string;
  /** SHA-256, hexadecimal, of the used entries and of which they are, by array. */
  readonly weights: { readonly [name: string]: string };
  readonly inputs: string;
  readonly outputs?: string;
}

/** What became of a certificate. */
export interface CertificateReport {
  readonly holds: boolean;
  /** Names of what differs: arrays, "inputs", "outputs". */
  readonly changed: readonly string[];
  /** One sentence to print. */
  readonly sentence: string;
}

/**
 * Certifies a task on the day it is finished.
 *
 * @param task its name, for the report.
 * @example
 * const values = { shape: [2], data: Float32Array.of(1, 2) };
 * const inputs = { shape: [1, 2], data: Float32Array.of(3, 4) };
 * const certificate = await certify("digits 0 and 1", { weights: { w: { values } }, inputs });
 */
export async function certify(task: string, evidence: Evidence): Promise<Certificate> {
  const weights: { [name: string]: string } = {};
  for (const [name, { values, used }] of Object.entries(evidence.weights))
    weights[name] = await fingerprint(used ? select(name, values, used) : values);
  return {
    task,
    weights,
    inputs: await fingerprint(evidence.inputs),
    ...(evidence.outputs ? { outputs: await fingerprint(evidence.outputs) } : {}),
  };
}

/**
 * Compares with the day the task was finished: it holds only if not one bit of the weights that the task reads, nor of its
 * class scores, has changed.
 *
 * @param certificate from `certify`.
 * @param evidence of the same task, as it is now.
 * @example
 * const values = { shape: [2], data: Float32Array.of(1, 2) };
 * const inputs = { shape: [1, 2], data: Float32Array.of(3, 4) };
 * const certificate = await certify("digits 0 and 1", { weights: { w: { values } }, inputs });
 * const report = await checkCertificate(certificate, { weights: { w: { values } }, inputs });
 * if (!report.holds) throw new Error(report.sentence);
 */
export async function checkCertificate(
  certificate: Certificate,
  evidence: Evidence,
): Promise<CertificateReport> {
  const now = await certify(certificate.task, evidence);
  const names = new Set([...Object.keys(certificate.weights), ...Object.keys(now.weights)]);
  const changed = [...names].filter((name) => certificate.weights[name] !== now.weights[name]);
  if (certificate.inputs !== now.inputs) changed.push("inputs");
  else if (now.outputs && certificate.outputs !== now.outputs) changed.push("outputs");
  const { task } = certificate;
  const scores = now.outputs ? ", nor in the class scores" : "; the class scores were not compared";
  if (changed.length === 0)
    return {
      holds: true,
      changed,
      sentence: `${task}: not a bit has changed in ${names.size} array${names.size === 1 ? "" : "s"}${scores}.`,
    };
  return { holds: false, changed, sentence: `${task}: the certificate does not hold: ${describe(changed)}.` };
}

function describe(changed: readonly string[]): string {
  const arrays = changed.filter((name) => name !== "inputs" && name !== "outputs");
  const parts = arrays.length ? [`weights that this task reads have changed in ${arrays.join(", ")}`] : [];
  if (changed.includes("outputs"))
    parts.push(
      parts.length
        ? "so have its class scores"
        : "its class scores have changed, but no weight has (another device?)",
    );
  if (changed.includes("inputs")) parts.push("it was asked other inputs, so the class scores say nothing");
  return parts.join(", and ");
}

/** The bits of the used entries, 0 elsewhere, and the mask behind them. */
function select(name: string, values: PlainArray, used: PlainArray): PlainArray {
  const count = values.data.length;
  if (used.data.length !== count)
    throw new RangeError(
      `certify: ${name} has ${count} entries, but its mask has ${used.data.length}; give a mask of the same shape.`,
    );
  const bits = new Uint32Array(2 * count);
  const source = words(values);
  for (let i = 0; i < count; i++)
    if (used.data[i]! > 0) {
      bits[i] = source[i]!;
      bits[count + i] = 1;
    }
  return { shape: [2, ...values.shape], data: bits };
}

/** The entries as 32-bit words, bits unchanged: -0 differs from 0, and NaN from another NaN. */
function words({ data }: PlainArray): ArrayLike<number> {
  if (data instanceof Uint8Array) return data;
  return new Uint32Array(data.buffer, data.byteOffset, data.length);
}

/**
 * SHA-256 of an array's kind, shape and bits, hexadecimal.
 *
 * @example
 * await fingerprint({ shape: [2], data: Float32Array.of(1, 2) });
 */
export async function fingerprint({ shape, data }: PlainArray): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle)
    throw new Error("fingerprint: this page has no crypto.subtle; open it over https or on localhost.");
  const head = new TextEncoder().encode(`${data.constructor.name}[${shape}]`);
  const bytes = new Uint8Array(head.length + data.byteLength);
  bytes.set(head);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), head.length);
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return Array.from(digest, (b) => b.toString(16).padStart(2, "0")).join("");
}
