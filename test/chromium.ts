const { findChromium } = (await import(
  /* @vite-ignore */ new URL("../scripts/chromium.mjs", import.meta.url).href
)) as { findChromium: () => string | undefined };

/** The browser that tests of pages use; undefined where there is none. */
export const executablePath = findChromium();
