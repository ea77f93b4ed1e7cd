// Runs before the first paint. The names here are those of theme.svelte.ts.
(function () {
  var choice = null;
  try {
    choice = localStorage.getItem("robo-trader.theme");
  } catch (error) {
    choice = null; // storage may be forbidden; then the system decides
  }
  var dark = matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme =
    choice === "dark" || choice === "light" ? choice : dark ? "dark" : "light";
})();
