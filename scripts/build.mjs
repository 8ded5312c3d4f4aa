// `npm run build`, and before `npm pack` and `npm publish`: what is published is built from the sources as they are now.
import { build, install } from "./prepare.mjs";

install();
build();
