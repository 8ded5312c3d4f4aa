// The built command for many command lines, one after another: `outside` of run.ts starts this once. For each, the command
// line, the experiments and the user's modules are loaded anew, as by a new process; jax-js and what it compiled stay.
import module from "node:module";

const anew = /\/packages\/(?:cli|experiments)\/dist\/(?!.*\/jax-js-)/;
const kept = /\/node_modules\/|\/packages\/\w+\/dist\//;
const hook = `export async function resolve(name, context, next) {
  const found = await next(name, context);
  const [time] = /\\?time=\\d+$/.exec(context.parentURL ?? "") ?? [];
  const fresh = found.url.startsWith("file:") && !found.url.includes("?") && (${anew}.test(found.url) || !${kept}.test(found.url));
  return time && fresh ? { ...found, url: found.url + time } : found;
}`;
module.register(`data:text/javascript,${encodeURIComponent(hook)}`);
// Places in the user's modules are told without it.
Error.prepareStackTrace = (error, calls) =>
  [error, ...calls.map((call) => `at ${call}`.replace(/\?time=\d+/, ""))].join("\n    ");

// Each command line listens to them.
for (const stream of ["stdout", "stderr"]) process[stream].setMaxListeners(0);

let time = 0;
process.on("message", async ({ args, cwd, env }) => {
  const answer = { stdout: "", stderr: "" };
  const own = { ...process.env };
  for (const stream of ["stdout", "stderr"])
    process[stream].write = (text) => {
      answer[stream] += String(text);
      return true;
    };
  process.chdir(cwd);
  Object.assign(process.env, env);
  const { main } = await import(`../dist/main.js?time=${time++}`);
  const code = await main(args);
  for (const name of Object.keys(env)) delete process.env[name];
  Object.assign(process.env, own);
  process.send({ code, ...answer });
});
