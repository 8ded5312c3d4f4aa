// `npm run build`, and before `npm pack` and `npm publish`: what is published is built from the sources as they are now,
// the site with it where a package holds it (`npm_lifecycle_event` is `prepack` then).
import { build, install, run } from "./prepare.mjs";

install();
build();
const { npm_lifecycle_event: event, npm_package_name: name } = process.env;
if (event === "prepack" && name === "@hardgrad/cli") run("node site/build.mjs");
