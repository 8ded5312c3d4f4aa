// Starts the worker, and the page's first figure in it, from the head of a page, while the page's own scripts load.
// `site/frame/early.ts` says what it leaves for them.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The same text in every page: so is its hash. */
const BEGIN = `{const{worker,first}=document.currentScript.dataset,device=new URLSearchParams(location.search).get("device")==="webgpu"?"webgpu":"wasm",lock="hardgrad-"+Math.random().toString(36).slice(2),heard=[],it=new Worker(worker,{type:"module"}),early=window.early={worker:it,device,lock,heard};it.onmessage=({data})=>heard.push(data);it.onerror=e=>{e.preventDefault();early.failed=true};it.postMessage({say:"hello",device,base:window.__base,lock});if(!location.search){early.first=first;it.postMessage({say:"start",run:1,turn:1,...JSON.parse(first)})}}`;

export function withEarlyWorkers(folder) {
  const workers = readdirSync(join(folder, "assets")).filter((name) => /^worker-[\w-]+\.js$/.test(name));
  if (workers.length !== 1) throw new Error(`The build has ${workers.length} workers; it should have one.`);
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!name.endsWith(".html")) continue;
    const path = join(folder, name);
    const html = readFileSync(path, "utf8");
    const first = /<div class="lab"[^>]* data-first="([^"]*)"/.exec(html)?.[1];
    if (first === undefined) continue;
    const worker = `${"../".repeat(name.split(/[/\\]/).length - 1)}assets/${workers[0]}`;
    const script = `<script data-worker="${worker}" data-first="${first}">${BEGIN}</script>`;
    // After the base and the policy's place at the top, before anything that is loaded.
    writeFileSync(path, html.replace("</script>", `</script>\n    ${script}`));
  }
}
