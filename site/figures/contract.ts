/**
 * What a figure of the site is. Its state is declared once, as a table of controls: the controls on the page, the
 * address, reset, the text for screen readers and the property tests come from it. Computing (`Start`, in the worker)
 * and drawing (`Figure.draw`, on the page) are pure: the same state and seed give the same data after the same number
 * of ticks, here, in Node and on another machine, and the same data give the same picture.
 */

interface Common {
  /** The label beside the control. */
  readonly label: string;
  /** One sentence: what it changes, and what to look for. */
  readonly help: string;
  /**
   * The course goes on when it changes (`Course.set`); otherwise a change starts it again. A live control changes only
   * what `data()` shows, never what the ticks compute: state and ticks of an address must tell everything.
   */
  readonly live?: boolean;
}

export interface NumberControl extends Common {
  readonly kind: "number";
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** The slider's scale; `"log"` needs `min > 0`. */
  readonly scale?: "log";
}

export interface ChoiceControl extends Common {
  readonly kind: "choice";
  readonly default: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
}

export interface FlagControl extends Common {
  readonly kind: "flag";
  readonly default: boolean;
}

/** Some of the choices, at least one, in the order of `choices`. */
export interface ListControl extends Common {
  readonly kind: "list";
  readonly default: readonly string[];
  readonly choices: readonly { readonly value: string; readonly label: string; readonly group?: string }[];
  readonly most?: number;
}

/** A typed expression, such as a loss. `check` says in one sentence what is wrong with it. */
export interface TextControl extends Common {
  readonly kind: "text";
  readonly default: string;
  readonly longest: number;
  check?(text: string): string | undefined;
}

/** A point of the square [min, max]^2, dragged on a pad or moved by the arrow keys. */
export interface PointControl extends Common {
  readonly kind: "point";
  readonly default: readonly [number, number];
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** A picture drawn by hand: 28 x 28 grey values from 0 to 255 in rows, as base64 without padding; "" is none. */
export interface PictureControl extends Common {
  readonly kind: "picture";
  readonly default: string;
}

/**
 * A file of the visitor's. It stays on this machine: the value is the beginning of its SHA-256, by which `Tools.file` finds
 * it, and "" where there is none.
 */
export interface FileControl extends Common {
  readonly kind: "file";
  readonly default: "";
  /** How its name ends: `.safetensors`. */
  readonly ends: string;
}

export type Control =
  | NumberControl
  | ChoiceControl
  | FlagControl
  | ListControl
  | TextControl
  | PointControl
  | PictureControl
  | FileControl;

export type Controls = { readonly [name: string]: Control };

type ValueOf<C extends Control> = C extends { kind: "number" }
  ? number
  : C extends { kind: "flag" }
    ? boolean
    : C extends { kind: "list" }
      ? readonly string[]
      : C extends { kind: "point" }
        ? readonly [number, number]
        : string;

/** A value for each control, and the seed of everything that is random. */
export type State<T extends Controls> = { readonly [K in keyof T]: ValueOf<T[K]> } & {
  readonly seed: number;
};

/** What the worker lends a course. */
export interface Tools {
  /** The device that the page's line names; jax-js is initialized with it. */
  readonly device: "wasm" | "webgpu";
  /** Fetches a file that comes with the site, by its path below `site/public/`. */
  asset(path: string): Promise<ArrayBuffer>;
  /** The bytes of a file that the visitor gave on this page; an error, one sentence, where it is not here. */
  file?(value: string): Promise<ArrayBuffer>;
  /** For anything over half a second: how far it is, of how much, and what it does ("compiling the step"). */
  progress(done: number, of: number, what: string): void;
  /** Aborted when the visitor stops, resets or leaves; long work looks at it between its parts. */
  readonly signal: AbortSignal;
}

/** A figure's computation, tick by tick. `Data` is plain and cloneable: numbers, strings, arrays, typed arrays. */
export interface Course<T extends Controls, Data> {
  /** What is to be drawn now. */
  data(): Data | Promise<Data>;
  /** One tick more: some samples, some training steps. At most about 100 ms of work. Returns false when the course is over. */
  tick(): Promise<boolean>;
  /** New values of live controls. */
  set?(state: State<T>): void | Promise<void>;
  /** Releases arrays and programs. */
  end(): void;
}

/** The computing part: `site/figures/<id>/course.ts` exports it as `start`. It runs in the worker, and in Node under test. */
export type Start<T extends Controls, Data> = (state: State<T>, tools: Tools) => Promise<Course<T, Data>>;

/** How the page looks: what a drawing may depend on besides data and state. */
export interface Look {
  readonly document: Document;
  /** Width of the picture in CSS pixels, 320 to 1,100. */
  readonly width: number;
  readonly dark: boolean;
  readonly colours: Colours;
}

/** One colour per family of estimators; `exact` is ink. */
export interface Colours {
  readonly ground: string;
  readonly ink: string;
  /** Axes, captions. */
  readonly quiet: string;
  /** Hairlines. */
  readonly line: string;
  readonly family: { readonly [family: string]: string };
}

export type Row = { readonly [column: string]: string | number };

/** A part of the picture that a pointer drags, in the pixels of `draw`: the keyboard has the control itself. */
export interface Drag {
  readonly control: string;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** The control's value for a place in the area, both from 0 to 1, left to right and top to bottom. */
  value(x: number, y: number): number | readonly [number, number];
}

/** A file of another kind that leaves the page, such as a netlist. */
export interface FigureFile<Data> {
  /** What stands on its button. */
  readonly label: string;
  /** Of its name, without the dot. */
  readonly ending: string;
  /** Undefined where there is none yet. */
  content(data: Data): string | undefined;
}

/** The showing part: `site/figures/<id>/figure.ts` exports it as `figure`. It imports nothing that computes. */
export interface Figure<T extends Controls, Data> {
  /** Kebab case; also the prefix of its state in the address. */
  readonly id: string;
  /** The one question that it answers; stands above it as its title. */
  readonly question: string;
  readonly controls: T;
  /** Ticks that are done before the still figure is taken, and before the live one is first shown. */
  readonly first: number;
  /** Ticks after which it has something to show on the way to `first` (absent: 1). */
  readonly early?: number;
  /** Columns of `rows` that hold measured times: they differ from run to run, and so may picture and sentence. */
  readonly measured?: readonly string[];
  /** Plays on by itself once it is in view; not with reduced motion. */
  readonly plays?: boolean;
  /** The whole picture as one SVG. Every mark that stands for a number carries it (a tip, or a `<title>`). */
  draw(data: Data, state: State<T>, look: Look): SVGElement;
  drags?(state: State<T>, look: Look): readonly Drag[];
  /** What to look for now, in one or two sentences, with numbers and their standard errors: also for screen readers. */
  says(data: Data, state: State<T>): string;
  /** The same computation as library code: a module that runs as it stands under Node and prints. */
  code(state: State<T>): string;
  /** The data behind the picture, for CSV. */
  rows(data: Data, state: State<T>): readonly Row[];
  readonly files?: readonly FigureFile<Data>[];
}

export const defineFigure = <const T extends Controls, Data>(figure: Figure<T, Data>): Figure<T, Data> =>
  figure;
