/* Storage may be full, or forbidden as in another page's frame: then nothing is remembered. */

type Kind = "localStorage" | "sessionStorage";

export function recall(kind: Kind, key: string): string {
  try {
    return window[kind].getItem(key) ?? "";
  } catch {
    return "";
  }
}

export function keep(kind: Kind, key: string, value: string): void {
  try {
    window[kind].setItem(key, value);
  } catch {
    // It costs only the convenience of a reload
  }
}
