import { tellHost } from "./frame";
import { watch } from "./watch";

const SOON = 1500;
const UNDER_WAY = new Set(["open", "sealing"]);

/** Waits until everybody has signed and the document is sealed; then the copies that this page
 *  offers are final. An envelope that ends otherwise changes nothing here. */
export async function awaitCompletion(
  base: string,
  ids: Record<string, string>,
  words: string,
): Promise<void> {
  const state = await watch(base, SOON, ({ envelope }) => UNDER_WAY.has(envelope.status));
  if (state?.envelope.status !== "completed") return;
  document.querySelector<HTMLElement>(".downloads-later")!.hidden = true;
  const note = document.querySelector<HTMLElement>(".complete-note")!;
  note.hidden = false;
  // A reader hears that the text of a status changed, not that the status came into view
  note.textContent = words;
  tellHost("completed", ids);
}
