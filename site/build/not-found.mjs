/**
 * The way home. This page is shown at any depth, so it looks for a file of the site in each folder of its own address, from
 * the deepest up.
 */
const HOME = `(async () => {
  const folders = location.pathname.split("/").slice(0, -1).filter(Boolean);
  for (let depth = folders.length; depth >= 0; depth--) {
    const at = ["", ...folders.slice(0, depth), ""].join("/");
    const { ok } = await fetch(at + "hashmap.json", { method: "HEAD" }).catch(() => ({}));
    if (!ok) continue;
    const home = document.getElementById("home");
    home.querySelector("a").href = at;
    home.hidden = false;
    return;
  }
})();`;

/** The page for an address that names none. */
export const NOT_FOUND = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>Not found | hardgrad</title></head>
<body style="font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem">
<h1>There is no such page</h1>
<p id="home" hidden><a>To the first page of hardgrad</a></p>
<p>Go back, or take the address up to the site's folder.</p>
<script>${HOME}</script>
</body>
</html>
`;
