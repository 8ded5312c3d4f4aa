import type { AnyFigure } from "../figures/index.ts";
import { readValue } from "./state.ts";

/** Where a page has a figure: `<Figure id="estimator" estimator="reinmax" />` sets a control's default on this page. */
export interface Tag {
  readonly tag: string;
  readonly id: string;
  readonly values: { readonly [control: string]: string };
  /** Of its still picture: `estimator-reinmax`. */
  readonly name: string;
}

/** The figures of a page, each on a line of its own. */
export function tagsOf(page: string): Tag[] {
  return [...page.matchAll(/^<Figure id="([\w-]+)"((?: \w+="[^"\n]*")*) \/>$/gm)].map(([tag, id, rest]) => {
    const values = [...rest!.matchAll(/(\w+)="([^"]*)"/g)].map(
      ([, control, text]) => [control!, text!] as const,
    );
    return {
      tag,
      id: id!,
      values: Object.fromEntries(values),
      name: [id, ...values.map(([, text]) => text)].join("-"),
    };
  });
}

/** The figure with other defaults. */
export function preset(figure: AnyFigure, values: Tag["values"]): AnyFigure {
  const controls = Object.entries(values).map(([name, text]) => {
    const control = figure.controls[name];
    const value = control && readValue(control, text);
    if (value === undefined)
      throw new RangeError(`Figure ${figure.id} has no control ${name} that can be ${text}.`);
    return [name, { ...control, default: value }] as const;
  });
  return { ...figure, controls: { ...figure.controls, ...Object.fromEntries(controls) } } as AnyFigure;
}
