import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

/**
 * Puts one small script in front of the page, blocking and with a hashed name.
 *
 * It must run before the first paint (a module is deferred, so it would flash) and may not be inline
 * (the content security policy allows scripts from this server only).
 */
export function blockingScript(path: string, name: string): Plugin {
  return {
    name: "robo-trader:blocking-script",
    apply: "build",
    buildStart() {
      this.emitFile({ type: "asset", name, source: readFileSync(path, "utf8") });
    },
    transformIndexHtml: {
      order: "post",
      handler(_html, context) {
        const emitted = Object.values(context.bundle ?? {}).find(
          (file) => file.type === "asset" && file.names.includes(name),
        );
        if (!emitted) throw new Error(`${name} was not emitted`);
        return [{ tag: "script", attrs: { src: `./${emitted.fileName}` }, injectTo: "head-prepend" }];
      },
    },
  };
}
