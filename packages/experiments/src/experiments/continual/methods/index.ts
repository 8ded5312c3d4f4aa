import type { Method } from "../method.ts";
import type { MethodName } from "../options.ts";
import { ewc, onlineEwc, si } from "./consolidation.ts";
import { packnet } from "./packnet.ts";
import { plain } from "./plain.ts";
import { hat, xdg } from "./unit-gates.ts";
import { supsup, wsn } from "./weight-masks.ts";

/** Every method, by name. */
export const methods: { readonly [K in MethodName]: Method } = {
  finetune: plain,
  joint: plain,
  rehearsal: plain,
  ewc,
  "online-ewc": onlineEwc,
  si,
  hat,
  wsn,
  supsup,
  packnet,
  xdg,
};
