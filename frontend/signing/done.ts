import { announce, byId } from "../shared/dom";
import { awaitCompletion } from "./completion";
import type { Completed } from "./finish";
import { forgetSteps } from "./history";
import { forget } from "./memory";
import { base, bringing, ids, signing, state, t } from "./page-data";

/** The last step takes the place of all others. */
export function showDone(result: Completed): void {
  forget();
  document.body.dataset.step = "done";
  forgetSteps();
  const done = byId<HTMLTemplateElement>("done-template").content.cloneNode(true);
  byId("content").replaceChildren(done);
  const title = t(signing ? "done" : bringing ? "sent" : "read");
  document.title = `${title} · ${state.envelope.name}`;
  offerDownloads(result);
  offerToGoOn(result.redirect_url ?? state.after.url, Boolean(result.redirect_url));
  byId("done").querySelector("h1")!.focus();
  scrollTo({ top: 0 });
  announce(title);
  void awaitCompletion(base, ids, t("complete"));
}

function offerDownloads({ documents }: Completed): void {
  const list = document.querySelector<HTMLElement>(".downloads")!;
  const later = document.querySelector<HTMLElement>(".downloads-later")!;
  list.hidden = later.hidden = documents.length === 0;
  documents.forEach(({ name, url }, index) => {
    const item = byId<HTMLTemplateElement>("download-template").content.cloneNode(true);
    list.append(item);
    const link = list.lastElementChild!.querySelector("a")!;
    link.href = url;
    link.querySelector("span")!.textContent = name;
    if (index === 0) link.dataset.testid = "download";
  });
}

/** Nothing to go on to, or a frame: then whoever embeds the page has been told the address. */
function offerToGoOn(url: string | null, byItself: boolean): void {
  const onward = document.querySelector<HTMLElement>(".done-onward");
  if (!url || !onward) return;
  onward.hidden = false;
  onward.querySelector("a")!.href = url;
  if (byItself) leaveFor(url, onward);
}

const BEFORE_LEAVING = 5000;
const SIGNS_OF_LIFE = ["keydown", "pointerdown", "wheel", "focusin"];

/** Goes on by itself, but never from under somebody who is still here: the page says that it will,
 *  and any key, touch or move of the focus stops it, as a screen reader's do. The button stays. */
function leaveFor(url: string, onward: HTMLElement): void {
  const note = onward.querySelector<HTMLElement>(".leaving")!;
  const stay = onward.querySelector<HTMLButtonElement>(".stay")!;
  const timer = setTimeout(() => location.assign(url), BEFORE_LEAVING);
  const cancel = () => {
    clearTimeout(timer);
    note.hidden = stay.hidden = true;
  };
  note.textContent = t("leaving", { place: new URL(url, location.href).host });
  note.hidden = stay.hidden = false;
  stay.addEventListener("click", cancel);
  // After this step's own move of the focus
  setTimeout(() => {
    for (const sign of SIGNS_OF_LIFE) addEventListener(sign, cancel, { once: true });
  });
}
