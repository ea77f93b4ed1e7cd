import { describe, expect, it } from "vitest";
import { feedWords } from "../src/format/words";

describe("feeds", () => {
  it.each([
    ["synthetic", "simulated prices"],
    ["sample", "real daily bars, replayed"],
    ["files", "own files, replayed"],
    ["other", "feed other"],
    [undefined, ""],
  ])("%s is said as %s", (feed, words) => expect(feedWords(feed)).toBe(words));
});
