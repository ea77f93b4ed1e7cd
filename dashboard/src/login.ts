/** The one-time code may come in the fragment of the address, which browsers never send to a server. */

const CODE = /(?:^|&)code=([^&]+)/;

/** The code of a fragment such as "#code=abc", `null` if it has none. */
export function codeOf(fragment: string): string | null {
  const found = CODE.exec(fragment.replace(/^#/, ""));
  if (!found?.[1]) return null;
  try {
    return decodeURIComponent(found[1]);
  } catch {
    return found[1];
  }
}

/** Takes the code out of the address at once, so that it stays neither in the bar nor in the history. */
export function takeCode(): string | null {
  const code = codeOf(location.hash);
  if (code !== null) history.replaceState(null, "", location.pathname + location.search);
  return code;
}
