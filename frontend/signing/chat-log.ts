import { byId, create } from "../shared/dom";
import { orNeighbour } from "../shared/locales";
import { type ChatItem, say } from "./chat-data";

const NEAR_THE_END = 80; // CSS pixels

const log = byId("chat-log");
const list = byId("chat-messages");

/** How many messages are shown: all up to this number. */
let shown = 0;

export function lastShown(): number {
  return shown;
}

/** Adds those that follow; a gap is left to the next look, which brings what is missing. */
export function addMessages(items: ChatItem[]): ChatItem[] {
  const stays = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_THE_END;
  const added = items.filter(({ number }) => number === shown + 1 && ++shown);
  list.append(...added.map(messageOf));
  byId("chat-empty").hidden = shown > 0;
  if (stays || added.some(({ own }) => own)) showNewest();
  return added;
}

export function showNewest(): void {
  log.scrollTop = log.scrollHeight;
}

function messageOf(item: ChatItem): HTMLLIElement {
  const message = create("li", { className: item.own ? "message own" : "message" });
  const head = create("p", { className: "message-head" });
  const name = item.own ? say("you") : item.author.name;
  head.append(create("strong", { textContent: name }), " ", timeOf(item.at));
  message.append(head, create("p", { className: "message-text", textContent: item.text, dir: "auto" }));
  return message;
}

/** The hour for today, the day as well for any other day. */
function timeOf(at: string): HTMLTimeElement {
  const when = new Date(at);
  const today = when.toDateString() === new Date().toDateString();
  const style: Intl.DateTimeFormatOptions = today ? {} : { dateStyle: "medium" };
  const format = new Intl.DateTimeFormat(orNeighbour(readersLocale()), { ...style, timeStyle: "short" });
  return create("time", { dateTime: at, textContent: format.format(when) });
}

/** The page's language as it is spoken where the reader is: en-GB has another clock than en-US. */
function readersLocale(): string {
  const { lang } = document.documentElement;
  return navigator.languages.find((own) => own.split("-")[0] === lang) ?? lang;
}
