/** The element with this id; a template that lacks it is a mistake, said at once. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no element #${id}`);
  return element as T;
}

/** The element with this id where the template may leave it out. */
export function maybeId<T extends HTMLElement = HTMLElement>(id: string): T | null {
  return document.getElementById(id) as T | null;
}

export function create<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(tag), properties);
}

/** Shows a message beside what caused it and ties it to that control; an empty one hides it. */
export function showError(place: HTMLElement, message: string, control?: HTMLElement): void {
  place.textContent = message;
  place.hidden = !message;
  if (message) control?.setAttribute("aria-invalid", "true");
  else control?.removeAttribute("aria-invalid");
}

/** Says something to a screen reader without moving its focus. */
export function announce(message: string): void {
  const place = byId("announcer");
  place.textContent = "";
  // A reader hears a change of the text, not the same text set twice within one frame
  requestAnimationFrame(() => (place.textContent = message));
}

export function calmScroll(): ScrollBehavior {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}
