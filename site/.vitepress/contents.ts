import type { DefaultTheme } from "vitepress";

/** The pages in reading order. */
const explainer = [{ text: "Hard choices, live", link: "/" }];

export const nav: DefaultTheme.NavItem[] = [
  { text: "Explainer", link: "/" },
  { text: "Guides", link: "/choosing" },
  { text: "Estimators", link: "/estimators" },
  { text: "API", link: "/api/README" },
];

export const sidebar: DefaultTheme.Sidebar = [{ text: "Explainer", items: explainer }];
