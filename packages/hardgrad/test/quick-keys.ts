import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * For tests: the keys by which jax-js 0.1.25 finds expressions and compiled kernels again, from 32-bit arithmetic in
 * place of a BigInt for each character, which takes a fifth of a test of many small kernels. No number is computed from
 * a key. They have 53 bits, where those of jax-js have 51.
 */
type Hashed = { hash(state: FpHash): void };
type Part = string | number | boolean | bigint | null | undefined | Hashed;
interface FpHash {
  value: number | bigint;
  update(x: Part): FpHash;
}

const HIGH = 2 ** 32;
const bits = new DataView(new ArrayBuffer(8));

function quickUpdate(this: FpHash, x: Part): FpHash {
  if (typeof x === "object" && x !== null) {
    x.hash(this);
    return this;
  }
  const value = Number(this.value);
  let low = value | 0;
  let high = (value / HIGH) | 0;
  const mix = (n: number): void => {
    low = Math.imul(low ^ n, 0x9e3779b1);
    low = (low << 13) | (low >>> 19);
    high = Math.imul(high ^ n, 0x5f356495);
    high = (high << 15) | (high >>> 17);
  };
  const mixBits = (): void => {
    mix(bits.getInt32(0));
    mix(bits.getInt32(4));
  };
  switch (typeof x) {
    case "string":
      mix(x.length ^ 0x1000_0000);
      for (let i = 0; i < x.length; i++) mix(x.charCodeAt(i));
      break;
    case "number":
      mix(0x2000_0000);
      bits.setFloat64(0, x);
      mixBits();
      break;
    case "bigint":
      mix(0x3000_0000);
      bits.setBigInt64(0, x);
      mixBits();
      break;
    default:
      mix(x === true ? 0x4000_0000 : x === false ? 0x4000_0001 : x === null ? 0x4000_0002 : 0x4000_0003);
  }
  low ^= high >>> 16;
  high ^= low >>> 13;
  this.value = (low >>> 0) + (high & 0x1f_ffff) * HIGH;
  return this;
}

// Not exported by the package: the file beside its entry that its modules share.
const folder = dirname(createRequire(import.meta.url).resolve("@jax-js/jax"));
const file = readdirSync(folder).find((name) => /^backend-.*\.js$/.test(name))!;
const parts: { [name: string]: unknown } = await import(pathToFileURL(join(folder, file)).href);
export const Keys = Object.values(parts).find(
  (part) => typeof part === "function" && part.name === "FpHash",
) as { new (): FpHash; hash(...parts: Part[]): number | bigint; readonly prototype: FpHash };
Keys.prototype.update = quickUpdate;
