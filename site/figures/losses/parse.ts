import { call, type Expression, functions, number, unit, unitsOf } from "./expression.ts";
import { notFinite } from "./finite.ts";

/**
 * A typed loss: `max(b1, b2) - 0.5 b1 b2`. A parser of its own, because a page says at every letter what is wrong, and
 * gives the loss as code, without loading anything; nothing that is typed is ever evaluated.
 */

/** Longest text of a typed loss. */
export const LONGEST = 200;

/** What can be typed with brackets; the other functions are operators. */
const names = ["abs", "sign", "step", "min", "max", "exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid"] as const satisfies readonly (keyof typeof functions)[]; // biome-ignore format: one list

const TOKEN = /\s*(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+|[a-zA-Z_]\w*|[-+*/^(),<>])/y;
const isName = (token: string | undefined): boolean => token !== undefined && /^[a-zA-Z_]/.test(token);
const isNumber = (token: string | undefined): boolean => token !== undefined && /^[\d.]/.test(token);

/** How strongly an operator between two terms binds. */
const binds: { readonly [operator: string]: number } = { "<": 1, ">": 1, "+": 2, "-": 2, "*": 3, "/": 3 };
/** A minus before a term binds as a product; a power binds more. */
const SIGN = 3;

/**
 * @param most the highest unit that it may use.
 * @throws RangeError with one sentence for what is no loss.
 */
export function parseLoss(text: string, most: number): Expression {
  if (text.length > LONGEST)
    throw new RangeError(`A loss has at most ${LONGEST} characters; this one has ${text.length}.`);
  const tokens = tokensOf(text);
  if (tokens.length === 0) throw new RangeError("Type a loss of b1 and b2, such as (b1 - b2)^2.");
  const expression = new Parser(tokens, most).whole();
  if (unitsOf(expression) === 0) throw new RangeError("The loss uses no unit; use b1, b2.");
  const fault = notFinite(expression);
  if (fault) throw new RangeError(fault);
  return expression;
}

/** What is wrong with a typed loss, in one sentence. */
export function faultOf(text: string, most: number): string | undefined {
  try {
    parseLoss(text, most);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  const end = text.trimEnd().length;
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < end; ) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) {
      const strange = text.slice(at).trimStart()[0];
      throw new RangeError(`A loss can't contain “${strange}”; use + - * / ^ < > ( ) and functions.`);
    }
    tokens.push(token);
  }
  return tokens;
}

/** By precedence climbing. */
class Parser {
  #at = 0;
  readonly #tokens: readonly string[];
  readonly #most: number;

  constructor(tokens: readonly string[], most: number) {
    this.#tokens = tokens;
    this.#most = most;
  }

  whole(): Expression {
    const expression = this.#terms(0);
    if (this.#next !== undefined)
      throw new RangeError(`“${this.#next}” is in a place where the loss has ended.`);
    return expression;
  }

  get #next(): string | undefined {
    return this.#tokens[this.#at];
  }

  #expect(token: string): void {
    if (this.#next !== token)
      throw new RangeError(`A “${token}” is missing ${this.#next === undefined ? "at the end" : `before “${this.#next}”`} of the loss.`); // biome-ignore format: one sentence
    this.#at++;
  }

  /** Terms joined by operators that bind more than `least`. */
  #terms(least: number): Expression {
    let left = this.#factor();
    for (;;) {
      const token = this.#next;
      const side = token === "(" || isName(token) || isNumber(token); // 2 b1: a product without its sign
      const operator = side ? "*" : token;
      const strength = operator === undefined ? undefined : binds[operator];
      if (strength === undefined || strength <= least) return left;
      if (!side) this.#at++;
      left = joined(operator!, left, this.#terms(strength));
    }
  }

  #factor(): Expression {
    if (this.#next === "-") {
      this.#at++;
      return call("negative", this.#terms(SIGN));
    }
    if (this.#next === "+") {
      this.#at++;
      return this.#terms(SIGN);
    }
    const base = this.#atom();
    if (this.#next !== "^") return base;
    this.#at++;
    return power(base, this.#factor());
  }

  #atom(): Expression {
    const token = this.#next;
    if (token === undefined)
      throw new RangeError("The loss ends where a number, a unit or a bracket should follow.");
    this.#at++;
    if (token === "(") {
      const inner = this.#terms(0);
      this.#expect(")");
      return inner;
    }
    if (isNumber(token)) return finite(token);
    if (isName(token)) return /^b\d+$/.test(token) ? this.#unit(token) : this.#call(token);
    throw new RangeError(`“${token}” is in a place where a number, a unit or a bracket should be.`);
  }

  #unit(token: string): Expression {
    const index = Number(token.slice(1));
    if (index >= 1 && index <= this.#most) return unit(index);
    throw new RangeError(`There is no unit ${token.slice(0, 20)}; use b1 to b${this.#most}.`);
  }

  #call(token: string): Expression {
    const name = names.find((known) => known === token);
    if (name === undefined)
      throw new RangeError(`Unknown name ${token.slice(0, 20)}; use b1 to b${this.#most}, and the functions ${names.join(", ")}.`); // biome-ignore format: one sentence
    this.#expect("(");
    const args = [this.#terms(0)];
    while (this.#next === ",") {
      this.#at++;
      args.push(this.#terms(0));
    }
    this.#expect(")");
    if (args.length !== functions[name])
      throw new RangeError(`${name} takes ${functions[name] === 1 ? "one argument" : "two arguments"}, not ${args.length}.`); // biome-ignore format: one sentence
    return call(name, ...args);
  }
}

function finite(token: string): Expression {
  if (!(Number(token) <= 1e6)) throw new RangeError(`${token} is too large; use numbers up to 1000000.`);
  return number(Number(token));
}

function joined(operator: string, x: Expression, y: Expression): Expression {
  switch (operator) {
    case "+":
      return call("add", x, y);
    case "-":
      return call("subtract", x, y);
    case "*":
      return call("multiply", x, y);
    case "/":
      return call("divide", x, y);
    case "<":
      return call("step", call("subtract", y, x));
    default:
      return call("step", call("subtract", x, y));
  }
}

function power(base: Expression, exponent: Expression): Expression {
  if (exponent.kind === "number" && [0, 1, 2, 3, 4, 5, 6].includes(exponent.value))
    return call("power", base, exponent);
  throw new RangeError("An exponent must be a whole number from 0 to 6; use sqrt, exp and log for others.");
}
