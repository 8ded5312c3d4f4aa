import { numpy as np } from "@jax-js/jax";
import { isBelow, wrappedUniform } from "../../distributions/noise.ts";
import { hardOrNaN, sigmoid } from "../../math.ts";
import { detach, zeroLoss } from "../../surrogate.ts";
import { defineEstimator } from "../define.ts";
import { followTree, nodeLogits, treeNodes } from "../parts/binary-tree.ts";
import { checkCategories } from "../parts/category-limit.ts";
import { overEvent } from "../parts/event.ts";
import { rows } from "../parts/rows.ts";

const id = "categorical-disarm";

/**
 * DisARM for categorical variables: the choice is made by C - 1 binary ones in a tree (balanced, or stick-breaking),
 * all drawn as one antithetic pair; each node that lies on the way of either sample gets DisARM's estimate, and the
 * chain rule takes it to the logits: `sum over nodes of 1/2 (f(D) - f(D')) (h - h') sigmoid(|psi|) dpsi/da`, psi the
 * logits of the nodes. Two evaluations for any number of variables and categories.
 *
 * @param given.tree `"balanced"` (default) or `"stick-breaking"`.
 * @throws RangeError for another tree, and for more than 4096 categories, when it is used.
 * @see Dong, Mnih & Tucker 2021
 * @example
 * const losses = expectation(categorical(logits), f, categoricalDisarm(), key);
 */
export const categoricalDisarm = defineEstimator({
  id,
  title: "Categorical DisARM: antithetic pair in a tree of binary choices",
  family: "coupled samples",
  place: 4,
  supports: ["categorical"],
  unbiased: true,
  formula: "sum over nodes of 1/2 (f(D) - f(D')) (h - h') sigmoid(|psi|) dpsi/da",
  note: "Depends on the order of the categories; with stick-breaking put the likely ones first.",
  reference: "dong2021",
  options: {
    tree: {
      type: "choice",
      default: "balanced",
      choices: ["balanced", "stick-breaking"],
      help: "how the category is made of binary choices",
    },
  },
  evaluations: () => 2,
  noise: (q, key) =>
    wrappedUniform(key, [...q.logits.shape.slice(0, -1), Math.max(q.logits.shape.at(-1)! - 1, 1)]),
  losses: (q, f, u, state, { tree }) => {
    checkCategories(id, q, 4096, "each is compared with every node of the tree");
    const categories = q.logits.shape.at(-1)!;
    const nodes = treeNodes(categories, tree);
    if (nodes.length === 0) {
      u.dispose();
      const sample = np.onesLike(q.logits.ref);
      const losses = f(np.stack([sample.ref, sample], 0));
      return {
        losses: np.mean(losses, 0).add(zeroLoss(q.logits.ref, np.zerosLike(q.logits), q.eventShape.length)),
        state,
      };
    }
    const psi = nodeLogits(q.logits.ref, nodes);
    const coupled = np.stack([np.negative(u.ref), u], 0);
    const [p, rest] = [sigmoid(detach(psi.ref)), sigmoid(np.negative(detach(psi.ref)))];
    const bits = hardOrNaN(isBelow(coupled, p.ref, rest), np.broadcastTo(p, [2, ...psi.shape]));
    const { sample, visited } = followTree(bits.ref, nodes, categories);
    const losses = f(sample);
    q.logits.dispose();
    const [first, second] = rows(detach(losses.ref), [0, 1]) as [np.Array, np.Array];
    const [h, other] = rows(bits, [0, 1]) as [np.Array, np.Array];
    const onTheWay = np.max(visited, 0);
    const gradient = overEvent(q, first.sub(second))
      .mul(0.5)
      .mul(h.sub(other))
      .mul(sigmoid(np.abs(detach(psi.ref))))
      .mul(onTheWay);
    return { losses: np.mean(losses, 0).add(zeroLoss(psi, gradient, q.eventShape.length)), state };
  },
});
