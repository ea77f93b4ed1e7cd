import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { blockingScript } from "./plugins/blocking-script.ts";
import { shortErrorNames } from "./plugins/short-error-names.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  base: "./",
  plugins: [svelte(), shortErrorNames(), blockingScript(here("./src/theme-boot.js"), "theme.js")],
  build: {
    outDir: process.env["ROBO_DASHBOARD_OUT"] ?? here("../robo_trader/web/static"),
    emptyOutDir: true,
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"], // older ones would get workarounds that this page has no use for
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // a data: script or style would break the content security policy
    reportCompressedSize: false,
  },
});
