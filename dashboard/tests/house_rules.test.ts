/** Rules that the sources keep so that the page runs under its content security policy. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(svelte|ts|js|css)$/.test(name))
  .map((name) => ({ name, text: readFileSync(join(root, "src", name), "utf8") }));

const having = (pattern: RegExp): string[] =>
  sources.filter(({ text }) => pattern.test(text)).map(({ name }) => name);

describe("sources", () => {
  it("set no markup from text", () => {
    expect(having(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\{@html/)).toEqual([]);
  });

  it("have no style attribute", () => expect(having(/<[^>]+\sstyle(=|:)/)).toEqual([]));

  it("name no address but the one that the licence of the charts asks for", () => {
    const addresses = sources.flatMap(({ text }) => text.match(/https?:\/\/[^\s"'<]+/g) ?? []);
    expect(addresses).toEqual(["https://www.tradingview.com/"]);
  });

  it("open charts in one module only", () => expect(having(/\bcreateChart\b/)).toEqual(["charts/base.ts"]));
});

describe("lock file", () => {
  const lock = readFileSync(join(root, "package-lock.json"), "utf8");

  it("holds no address", () => expect(lock).not.toContain("http"));

  it("holds a hash of every package", () => {
    const packages: Record<string, { integrity?: string }> = JSON.parse(lock).packages;
    const bare = Object.entries(packages).filter(([name, entry]) => name !== "" && !entry.integrity);
    expect(bare).toEqual([]);
  });

  it("belongs to exact versions", () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const loose = Object.values<string>({ ...dependencies, ...devDependencies }).filter((one) => !/^\d+\.\d+\.\d+$/.test(one));
    expect(loose).toEqual([]);
  });
});
