import type { numpy as np } from "@jax-js/jax";
import {
  clipByNorm,
  type Estimator,
  type NamedArrays,
  openGradients,
  protect,
  type UpdateRule,
  valueAndGrad,
} from "hardgrad";
import { groupOf, named } from "../../engine/arrays.ts";
import { keepAll } from "../../nn/named-arrays.ts";
import { optimizerOf } from "../../nn/training-options.ts";
import type { Method } from "./method.ts";
import type { LossBatch } from "./network.ts";
import type { ContinualSettings } from "./options.ts";

/** Weight decay as most libraries have it, a term of the gradient: `g + decay w`. Adam makes steps of full size of it. */
export function withDecay(rule: UpdateRule, decay: number): UpdateRule {
  if (decay === 0) return rule;
  return {
    init: rule.init,
    update: (gradients, state, params, learningRate) => {
      const decayed = Object.entries(gradients).map(([name, g]) => [
        name,
        g.add(params[name]!.ref.mul(decay)),
      ]);
      return rule.update(Object.fromEntries(decayed), state, params, learningRate);
    },
  };
}

export function updateRuleOf(settings: ContinualSettings): UpdateRule {
  const rule = optimizerOf(settings);
  return settings.optimizer === "adamw" ? rule : withDecay(rule, settings.weightDecay);
}

/** One step of training: forward, gradient, protected update, and what the method does after it. */
export function continualStep(
  method: Method,
  settings: ContinualSettings,
  estimator: Estimator,
): (resident: NamedArrays, inputs: NamedArrays) => NamedArrays {
  const rule = updateRuleOf(settings);
  const clip = settings.clip || undefined;
  const exact = protect(rule, clip === undefined ? {} : { clip });
  return (resident, inputs) => {
    const params = groupOf(resident, "params");
    const own = groupOf(resident, "method");
    const open = groupOf(resident, "open");
    const { learningRate, key, slope, ...batch } = inputs;
    const meanLoss = (p: NamedArrays): [np.Array, NamedArrays] => {
      const { loss, state } = method.loss(p, keepAll(own), {
        batch: batch as unknown as LossBatch,
        key: key!,
        slope: slope!,
        estimator,
        estimatorState: groupOf(resident, "estimator"),
        settings,
      });
      return [loss, state];
    };
    const [[loss, state], raw] = valueAndGrad(meanLoss, { hasAux: true })(keepAll(params));
    const gradients = keepAll(raw);
    const optimizer = groupOf(resident, "optimizer");
    let next: { params: NamedArrays; state: NamedArrays };
    if (settings.protection === "exact")
      next = exact.update(raw, optimizer, keepAll(params), learningRate!, keepAll(open));
    else {
      // The naive ways: closed weights get no gradient, or all do.
      const visible = settings.protection === "gradient" ? openGradients(raw, keepAll(open)) : raw;
      next = rule.update(
        clip ? clipByNorm(visible, clip) : visible,
        optimizer,
        keepAll(params),
        learningRate!,
      );
    }
    const after = method.after({
      gradients,
      before: keepAll(params),
      params: faster(next.params, params, method, settings.gateRate),
      method: own,
      learningRate: learningRate!,
      settings,
    });
    const total = resident["run.total"]!.add(loss);
    return named({ ...after, optimizer: next.state, estimator: state, open, run: { total } });
  };
}

/** The moves of gates and scores, `rate` times as large: whatever the optimizer, as if its step size were. Consumes both. */
function faster(next: NamedArrays, before: NamedArrays, method: Method, rate: number): NamedArrays {
  const moved = Object.entries(next).map(([name, x]) => {
    const old = before[name]!;
    if (rate !== 1 && method.gated(name)) return [name, x.sub(old.ref).mul(rate).add(old)];
    old.dispose();
    return [name, x];
  });
  return Object.fromEntries(moved);
}
