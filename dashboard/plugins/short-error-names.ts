import type { Plugin } from "vite";

/** Svelte names its errors by an address of its site. The name will do; built files hold no address to load. */
export function shortErrorNames(): Plugin {
  return {
    name: "robo-trader:short-error-names",
    apply: "build",
    renderChunk: (code) => ({ code: code.replaceAll("https://svelte.dev/e/", "svelte: "), map: null }),
  };
}
