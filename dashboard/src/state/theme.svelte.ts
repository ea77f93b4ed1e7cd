/** Dark or light: the system's choice until the user makes one. The first paint is set by theme-boot.js. */

export type Theme = "dark" | "light";

const KEY = "robo-trader.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

class ThemeChoice {
  current = $state<Theme>(document.documentElement.dataset["theme"] === "light" ? "light" : "dark");

  constructor() {
    system.addEventListener("change", () => {
      if (remembered() === null) this.#apply(system.matches ? "dark" : "light");
    });
  }

  switch(): void {
    const next = this.current === "dark" ? "light" : "dark";
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // Storage may be forbidden; the choice then lasts as long as the page.
    }
    this.#apply(next);
  }

  #apply(theme: Theme): void {
    document.documentElement.dataset["theme"] = theme;
    this.current = theme;
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export const theme = new ThemeChoice();
