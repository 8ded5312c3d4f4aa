// `npm run build`, and before `npm pack` and `npm publish`: what is published is built from the sources as they are now,
// the site with it (`npm_lifecycle_event` is `prepack` then).
import { build, install, run } from "./prepare.mjs";

install();
build();
if (process.env.npm_lifecycle_event === "prepack") run("node site/build.mjs");
