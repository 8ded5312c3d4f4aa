// Gives every page a content-security policy: nothing from elsewhere, no eval, inline scripts by their hash.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export function withPolicies(folder) {
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!name.endsWith(".html")) continue;
    const path = join(folder, name);
    const html = readFileSync(path, "utf8");
    const meta = `<meta http-equiv="Content-Security-Policy" content="${policy(inlineScripts(html))}">`;
    writeFileSync(path, html.replace("<head>", `<head>\n    ${meta}`));
  }
}

function inlineScripts(html) {
  const scripts = [...html.matchAll(/<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/g)];
  return [...new Set(scripts.map(([, code]) => createHash("sha256").update(code).digest("base64")))];
}

/**
 * WebAssembly may compile. Workers may come from blobs: threads of jax-js and of the compiled steps do. Styles may stand
 * in the page: Vue and Plot set them on elements.
 */
const policy = (hashes) =>
  [
    "default-src 'self'",
    `script-src 'self' 'wasm-unsafe-eval'${hashes.map((hash) => ` 'sha256-${hash}'`).join("")}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
