import { test } from "vitest";
import { lowerGraph } from "@hardgrad/onnx/graph";
import { runKeys, fastDraw } from "@hardgrad/onnx";
import { drawnDigits, findExperiment, resolveSettings, trainingStep, useDevice } from "../../src/index.ts";
import { compileGraph } from "../../../compiler/src/compile-graph.ts";
import { instantiate } from "../../../compiler/src/program.ts";
import { storageFor, bytesOf } from "../../../compiler/src/memory.ts";
import koffi from "koffi";
const [name, id, set] = (process.env.CASE ?? "vae/straight-through/").split("/") as [string, string, string];
test(`${name} ${id}`, async () => {
  const wasm = await useDevice("wasm");
  const data = drawnDigits({ train: 400, test: 100 });
  const experiment = findExperiment(name);
  const settings = resolveSettings(experiment.options, set ? JSON.parse(set) : {}, data);
  const made = await trainingStep(experiment, { experiment: name, estimator: { id, options: {} }, data: "drawn", drawn: { train: 400, test: 100 }, seed: 3, settings } as never, data);
  class E { shape; dtype; weakType=false; constructor(s:any,d:any){this.shape=s;this.dtype=d;} }
  const dt = (x: any) => x.data.constructor.name.replace("Array","").toLowerCase();
  const wrap=(o:any)=>Object.fromEntries(Object.entries(o).map(([k,v]:any)=>[k,new E(v.shape,dt(v).replace("uint8","float32"))]));
  const ins = made.inputs(0);
  let t0=performance.now();
  const lap=(s:string)=>{console.log(s,(performance.now()-t0).toFixed(1),"ms");t0=performance.now();};
  const g = lowerGraph((r:any,i:any)=>({next: made.step(r,i)}) as never, [wrap(made.initial), wrap(ins)], {names:["resident","inputs"], random:"outside", bytes: Object.keys(ins).filter(k=>dt((ins as any)[k])==="uint8").map(k=>`inputs.${k}`)});
  lap("lower");
  const held = new Map(); let top = 1024;
  for (const [k,v] of Object.entries(made.initial) as any) { const s = {dtype: dt(v).replace("uint8","float32"), length: v.data.length, address: top}; top += bytesOf(s as never); held.set(`resident.${k}`, s); }
  const updates = Object.fromEntries(Object.keys(made.initial).map(k=>[`next.${k}`,`resident.${k}`]));
  const c = compileGraph(g.graph, g.resultNames, { held, updates, start: top });
  lap("compile");
  if (process.env.EXPLAIN) console.log(c.explain.join("\n"));
  console.log(c.module.length, "bytes of module", (c.bytes/2**20).toFixed(1), "MiB");
  const memory = new WebAssembly.Memory({ initial: 1 });
  const lib = koffi.load("/usr/lib/x86_64-linux-gnu/libopenblas.so.0");
  const f = lib.func("void cblas_sgemm(int,int,int,int,int,int,float,void*,int,void*,int,float,void*,int)");
  lib.func("void openblas_set_num_threads(int)")(1);
  let fa: any; let prod=0;
  const multiply = (m:number,n:number,k:number,a:number,ar:number,ac:number,b:number,br:number,bc:number,cc:number,cr:number,acc:number)=>{
    if (fa?.buffer !== memory.buffer) { fa = new Float32Array(memory.buffer); }
    const t=performance.now();
    if ((ac===1||ar===1) && (bc===1||br===1)) f(101, ac===1?111:112, bc===1?111:112, m,n,k,1,fa.subarray(a/4), Math.max(ac===1?ar:ac, ac===1?k:m), fa.subarray(b/4), Math.max(bc===1?br:bc, bc===1?n:k), acc, fa.subarray(cc/4), cr);
    else for (let i=0;i<m;i++) for (let j=0;j<n;j++) { let s=acc?fa[cc/4+i*cr+j]!:0; for (let l=0;l<k;l++) s+=fa[a/4+i*ar+l*ac]!*fa[b/4+l*br+j*bc]!; fa[cc/4+i*cr+j]=s; }
    prod+=performance.now()-t;
  };
  const module = new WebAssembly.Module(c.module as never);
  lap("module");
  const p = instantiate(c, module, memory, multiply as never);
  const port = (n:string)=>[...c.inputs].find(x=>x.name===n);
  for (const [k,v] of Object.entries(made.initial) as any) new (v.data.constructor.name==="Uint8Array"?Float32Array:v.data.constructor)(memory.buffer, held.get(`resident.${k}`).address, v.data.length).set(v.data);
  const draw = fastDraw(g.keys);
  const step = (i: number) => {
    const ins = made.inputs(i) as any;
    for (const x of c.inputs) if (x.name.startsWith("inputs.")) { p.view(x).set(ins[x.name.slice(7)].data); }
    const drawn = runKeys(g.keys, Object.fromEntries(g.keys.keys.map(k=>[k, k.startsWith("inputs.")? ins[k.slice(7)].data : (()=>{const s=held.get(k); return new Uint32Array(memory.buffer, s.address, s.length).slice();})()])), draw);
    for (const [k,v] of Object.entries(drawn)) { const q = port(k); if (q) p.view(q).set(v as never); }
    p.run();
  };
  const resident = wasm.put(made.initial);
  const js = wasm.update(made.step);
  for (let i=0;i<3;i++) { step(i); await js(resident, made.inputs(i)); }
  const theirs = await resident.read();
  let bad=0; let worst=0, wn="";
  for (const [k,v] of Object.entries(theirs) as any) {
    const s = held.get(`resident.${k}`); const mine = new v.data.constructor(memory.buffer, s.address, s.length);
    let [w, l] = [0, 1e-6]; for (let i=0;i<s.length;i++) { w=Math.max(w, Number.isNaN(mine[i])?Infinity:Math.abs(mine[i]-v.data[i])); l=Math.max(l,Math.abs(v.data[i])); }
    if (w/l>1e-4) { bad++; if (bad<12) console.log("DIFF", k, v.shape, w/l, [...mine.slice(0,5)], [...v.data.slice(0,5)]); }
    if (w/l>worst) { worst=w/l; wn=k; }
  }
  console.log("worst", worst, wn, "bad", bad);
  lap("3 steps");
  const time=(n:number)=>{prod=0; const xs=[]; for (let i=0;i<n;i++){const t=performance.now(); step(i%4); xs.push(performance.now()-t);} xs.sort((a,b)=>a-b); return `median ${xs[n>>1]!.toFixed(2)} min ${xs[0]!.toFixed(2)} ms, products ${(prod/n).toFixed(2)} mean`;};
  if (!process.env.QUICK) { console.log("program", time(60)); console.log("program", time(60));
  const xs=[]; for (let i=0;i<12;i++){const t=performance.now(); await js(resident, made.inputs(i%4)); xs.push(performance.now()-t);} xs.sort((a,b)=>a-b); console.log("jax-js wasm median", xs[6]!.toFixed(1), "min", xs[0]!.toFixed(1)); }
}, 300000);
