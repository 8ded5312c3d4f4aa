// Before `npm pack` and `npm publish` of a package: what goes into it is built from the sources as they are now.
import { build, install } from "./prepare.mjs";

install();
build();
