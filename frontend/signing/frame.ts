/** The origin of the page that shows this one in a frame: written by the server, and only where the
 *  sender's project allows it. */
export const host = document.body.dataset.frame ?? "";

export type HostEvent = "ready" | "signed" | "reviewed" | "declined" | "completed" | "ended";

/** Tells the page around this one what happened; a browser delivers it to no other origin. Nothing
 *  is ever heard from there: there is no message that a hostile page could send. */
export function tellHost(type: HostEvent, detail: Record<string, unknown> = {}): void {
  if (host && parent !== window) parent.postMessage({ source: "countersign", type, ...detail }, host);
}
