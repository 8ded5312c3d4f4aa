export { groupCounts, logicGates, logicTable, thresholdBits } from "./gates.ts";
export { type Grown, growCandidates, probeWires } from "./growth.ts";
export { type LogicLayer, logicNetwork, readRows, type WireProbe } from "./network.ts";
export { balancedWires, chooseWires, readWires, wireUses } from "./wires.ts";
