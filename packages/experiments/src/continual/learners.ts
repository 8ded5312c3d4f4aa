import type { RunConfig } from "../contract.ts";
import type { Settings } from "../experiment.ts";
import { methods } from "./methods/index.ts";
import type { MethodName } from "./options.ts";

/** One of the learners of a run: the method itself comes last, so that its network is what the run leaves. */
export interface Cast {
  readonly name: string;
  /** Before the tags of its metrics; nothing for the method itself. */
  readonly prefix: string;
  readonly config: RunConfig;
}

/** The learners that a run shows beside its method, and the method. */
export function castOf(config: RunConfig): readonly Cast[] {
  const { settings } = config;
  const name = settings.method as MethodName;
  const beside = settings.beside as string;
  const gated = methods[name].exact && settings.protection === "exact" && name !== "supsup";
  const with_ = (changed: Settings): RunConfig => ({ ...config, settings: { ...settings, ...changed } });
  const cast: Cast[] = [];
  if (name !== "finetune" && (beside === "finetune" || beside === "both"))
    cast.push({
      name: "finetune",
      prefix: "finetune/",
      config: with_({ method: "finetune", protection: "none" }),
    });
  if (gated && (beside === "naive" || beside === "both"))
    cast.push({ name: "naive", prefix: "naive/", config: with_({ protection: "gradient" }) });
  return [...cast, { name, prefix: "", config }];
}
