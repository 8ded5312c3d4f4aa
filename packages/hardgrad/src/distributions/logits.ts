import { detach } from "../surrogate.ts";
import type { Distribution, Kind } from "../types.ts";

/** q with one more reference to its logits, for a function that consumes them. */
export function keep<K extends Kind>(q: Distribution<K>): Distribution<K> {
  return { ...q, logits: q.logits.ref };
}

/** q with its logits detached (one more reference to them): nothing computed from it carries a gradient. */
export function fixed<K extends Kind>(q: Distribution<K>): Distribution<K> {
  return { ...q, logits: detach(q.logits.ref) };
}
