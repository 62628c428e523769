/** What the page inside may do. Everything that is not named here is forbidden to it. */
const MAY = [
  // It is a program, and
  "allow-scripts",
  // it talks to its own server under its own origin, which is never the embedding page's
  "allow-same-origin",
  // choosing a language and the dialogs for declining are forms
  "allow-forms",
  // people get to keep what they signed
  "allow-downloads",
  // a document opens in a tab of its own; so does an eID's page, which works there only without
  // this sandbox
  "allow-popups",
  "allow-popups-to-escape-sandbox",
  // bankid:// and the like start an app on this device; the embedding page itself stays
  "allow-top-navigation-to-custom-protocols",
];

const TITLES: Record<string, string> = {
  da: "Underskriv dokumentet",
  en: "Sign the document",
  fr: "Signer le document",
  sv: "Skriv under dokumentet",
};

export interface FrameMessage {
  source: "countersign";
  type: "ready" | "signed" | "reviewed" | "declined" | "completed" | "ended";
  documentId: string;
  participantId: string;
  redirectUrl?: string | null;
  reason?: string;
  code?: string;
}

/** The signing page of `token`, which is told whose page it stands in. */
export function frameFor(api: string, token: string, language = ""): HTMLIFrameElement {
  const address = new URL(`${api}/s/${token}`);
  address.searchParams.set("embed", location.origin);
  if (language) address.searchParams.set("lang", language);
  const frame = document.createElement("iframe");
  frame.className = "countersign-widget";
  frame.title = TITLES[language.split("-")[0]!] ?? TITLES.en!;
  frame.referrerPolicy = "no-referrer";
  frame.sandbox.add(...MAY);
  // Attributes and no styles, so that widget.css or the page's own has the last word
  frame.width = "100%";
  frame.height = "720";
  frame.src = address.href;
  return frame;
}

/** Hears what this very frame says while it shows a page of `api`, and nobody else. Returns what
 *  stops it. */
export function listenTo(
  frame: HTMLIFrameElement,
  api: string,
  hear: (message: FrameMessage) => void,
): () => void {
  const listener = (event: MessageEvent) => {
    if (event.origin !== api || event.source !== frame.contentWindow) return;
    const message = event.data as FrameMessage | null;
    if (message?.source === "countersign") hear(message);
  };
  addEventListener("message", listener);
  return () => removeEventListener("message", listener);
}
