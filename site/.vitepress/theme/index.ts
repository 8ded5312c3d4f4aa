import type { Theme } from "vitepress";
import DefaultTheme from "vitepress/theme-without-fonts";
import { onMounted } from "vue";
import Chapters from "./Chapters.vue";
import LiveFigure from "./LiveFigure.vue";
import RunFolder from "./RunFolder.vue";
import "./style.css";

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component("Chapters", Chapters);
    app.component("LiveFigure", LiveFigure);
    app.component("RunFolder", RunFolder);
  },
  setup() {
    onMounted(absoluteLinks);
  },
} satisfies Theme;

/**
 * The built page names others relative to itself; the frame around it stays when the page changes without a reload. Style
 * sheets are left alone: one that is given its address again is loaded again, and the page has no style meanwhile.
 */
function absoluteLinks(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement | HTMLLinkElement>(
    "a[href], link[rel=icon]",
  )) {
    const { origin, pathname, search, hash } = new URL(link.href);
    if (origin === location.origin && !link.getAttribute("href")!.startsWith("#"))
      link.setAttribute("href", pathname + search + hash);
  }
}
