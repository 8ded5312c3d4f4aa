// The race and the bench of the hard runtime: node bench/run.mjs race|gated [flags]. Needs `npm run build`.
import { main } from "./dist/main.js";

process.exitCode = await main(process.argv.slice(2));
