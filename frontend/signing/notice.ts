import { announce, byId } from "../shared/dom";
import { awaitCompletion } from "./completion";
import { tellHost } from "./frame";
import { forgetSteps } from "./history";
import { watch } from "./watch";

interface NoticeData {
  base: string;
  kind: string;
  complete: boolean;
  ids: Record<string, string>;
  strings: Record<string, string>;
}

/** How long the sentence "It is your turn now" can be heard before the page is another one. */
const TIME_TO_HEAR = 1500;
const SLOWLY = 5000;
const DONE = new Set(["completed", "finished"]);

/** A page on which nothing is to be done, but which may change while it is open. */
export function startNotice(): void {
  const notice = JSON.parse(byId("notice-data").textContent ?? "") as NoticeData;
  const { kind, base, ids, strings } = notice;
  forgetSteps();
  if (kind === "blocked" || DONE.has(kind)) tellHost("ready", ids);
  else tellHost("ended", { ...ids, code: kind });
  if (kind === "blocked") void awaitTurn(notice);
  if (!DONE.has(kind)) return;
  if (notice.complete) tellHost("completed", ids);
  else void awaitCompletion(base, ids, strings.complete!);
}

async function awaitTurn({ base, strings }: NoticeData): Promise<void> {
  await watch(base, SLOWLY, (state) => state.task.status === "blocked");
  announce(strings.your_turn!);
  setTimeout(() => location.reload(), TIME_TO_HEAR);
}
