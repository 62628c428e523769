import { announce, byId } from "../shared/dom";
import type { Completed } from "./finish";
import { forget } from "./memory";
import { state, t } from "./page-data";

const TIME_TO_READ = 2500;

/** The last step takes the place of all others. */
export function showDone(result: Completed): void {
  forget();
  document.body.dataset.step = "done";
  const done = byId<HTMLTemplateElement>("done-template").content.cloneNode(true);
  byId("content").replaceChildren(done);
  document.title = `${t("done")} · ${state.envelope.name}`;
  offerDownloads(result);
  offerToGoOn(result.redirect_url ?? state.after.url);
  if (result.redirect_url) leaveFor(result.redirect_url);
  byId("done").querySelector("h1")!.focus();
  scrollTo({ top: 0 });
  announce(t("done"));
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

function offerToGoOn(url: string | null): void {
  if (!url) return;
  const onward = document.querySelector<HTMLElement>(".done-onward")!;
  onward.hidden = false;
  onward.querySelector("a")!.href = url;
}

function leaveFor(url: string): void {
  setTimeout(() => location.assign(url), TIME_TO_READ);
}
