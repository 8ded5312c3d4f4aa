import type { Command } from "commander";

/** A command: its name and what it is for; arguments and options are in a module that is loaded when it is asked for. */
export interface CommandEntry {
  readonly name: string;
  readonly about: string;
  load(): Promise<{ declare(command: Command): void | Promise<void> }>;
}

/** Every command. Each starts as fast as what it needs. */
export const commands: readonly CommandEntry[] = [
  {
    name: "list",
    about: "list all estimators",
    load: () => import("./list.ts"),
  },
  {
    name: "show",
    about: "show one estimator: formula, traits, options, reference, BibTeX",
    load: () => import("./show.ts"),
  },
  {
    name: "cite",
    about: "print the BibTeX entry of the paper of an estimator, a unit or a gate",
    load: () => import("./cite.ts"),
  },
  {
    name: "audit",
    about: "measure bias, variance and cost of estimators on your loss, against the exact gradient",
    load: () => import("./audit.ts"),
  },
  {
    name: "check",
    about: "test whether an estimator, a problem or an experiment of your own keeps its claims",
    load: () => import("./check.ts"),
  },
  {
    name: "train",
    about:
      "train a network; the run can be resumed. Options of an experiment: hardgrad train EXPERIMENT --help",
    load: () => import("./train.ts"),
  },
  {
    name: "compare",
    about:
      "train with several estimators and seeds, and report them side by side. Options of an experiment: hardgrad compare EXPERIMENT --help",
    load: () => import("./compare.ts"),
  },
  {
    name: "sweep",
    about: "plan and run what a file asks for: grids of flags, estimators and seeds; status, retry, report",
    load: () => import("./sweep.ts"),
  },
  {
    name: "work",
    about: "work off the plan of a sweep, together with other machines that share its folder",
    load: () => import("./work.ts"),
  },
  {
    name: "draw",
    about: "draw pictures of the digit you ask for with a trained generator (without --digit: all digits)",
    load: () => import("./draw.ts"),
  },
  {
    name: "judge",
    about: "measure how often a generator draws the digit it was asked for, with an independent classifier",
    load: () => import("./judge.ts"),
  },
  {
    name: "export",
    about: "export a trained network as ONNX, safetensors or a runtime file",
    load: () => import("./export.ts"),
  },
  {
    name: "circuit",
    about: "make the circuit of a run of logic: simplified, compared with the network, written as a netlist",
    load: () => import("./circuit.ts"),
  },
  {
    name: "verify",
    about: "verify that the finished tasks of a continual run are unchanged, bit for bit",
    load: () => import("./verify.ts"),
  },
  {
    name: "figure",
    about: "draw a figure from the documentation as SVG, PNG or CSV (without a name: list them)",
    load: () => import("./figure.ts"),
  },
  {
    name: "lab",
    about: "open the explainer, its live figures and the documentation in your browser; no network",
    load: () => import("./lab.ts"),
  },
];

/** Whether a command's first argument is an experiment, which says what flags there are. */
export const ofExperiments = (name: string): boolean => ["train", "compare"].includes(name);
