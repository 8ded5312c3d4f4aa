import type { HostArrays, Resident } from "../contract/backend.ts";
import type { Inside } from "../contract/run.ts";
import { scalar } from "./arrays.ts";

/** A compiled step, which adds the mean loss of its batch to `run.total`, and what it is given. */
export interface Steps {
  readonly resident: Resident;
  step(resident: Resident, inputs: HostArrays): Promise<void>;
  inputs(step: number): HostArrays;
}

/** The loop of all training: from a step to before another; the sum of the losses. */
export async function trainSteps(
  { resident, step, inputs }: Steps,
  from: number,
  end: number,
  inside: Inside = (work) => work(),
): Promise<number> {
  resident.write({ "run.total": scalar(0) });
  for (let at = from; at < end; at++) {
    const given = inputs(at);
    await inside(() => step(resident, given));
  }
  const { "run.total": total } = await inside(() => resident.read(["run.total"]));
  return total!.data[0]!;
}
