import { call } from "../shared/api";
import { announce, byId, maybeId, showError } from "../shared/dom";
import { keep, recall } from "../shared/storage";
import { type ChatAnswer, type ChatItem, address, chatKey, say } from "./chat-data";
import { prepareForm } from "./chat-form";
import { addMessages, lastShown, showNewest } from "./chat-log";
import { inView } from "./watch";

const PAUSE_OPEN = 3000;
const PAUSE_CLOSED = 30_000;

const panel = byId("chat");
const opener = byId<HTMLButtonElement>("chat-open");
/** Narrower than this the panel covers the page. */
const covers = matchMedia("(max-width: 63.99rem)");

/** Numbers of messages by others; the reader has seen those up to `seen`. */
const others: number[] = [];
let seen = Number(recall("localStorage", chatKey)) || 0;
let wake: () => void = () => undefined;

export function startChat(): void {
  opener.hidden = false;
  opener.addEventListener("click", () => show(Boolean(panel.hidden)));
  byId("chat-close").addEventListener("click", () => show(false));
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) show(false);
  });
  covers.addEventListener("change", cover);
  maybeId("panel")?.addEventListener("focusin", giveWay);
  fitVisibleHeight();
  prepareForm(sent, () => wake());
  void follow();
}

function show(open: boolean): void {
  toggle(open);
  if (!open) return opener.focus();
  markSeen();
  showNewest();
  // On a phone, the keyboard would cover what there is to read
  byId(covers.matches || byId("chat-form").hidden ? "chat-title" : "chat-text").focus();
  wake();
}

function toggle(open: boolean): void {
  panel.hidden = !open;
  opener.setAttribute("aria-expanded", String(open));
  cover();
}

/** On a desk the chat lies on the next step: whoever goes there wants to see it. */
function giveWay(): void {
  if (["read", "fill", "sign"].includes(document.body.dataset.step ?? "")) toggle(false);
}

/** What the panel covers is out of reach of the keyboard and of screen readers as well. */
function cover(): void {
  const covered = !panel.hidden && covers.matches;
  byId("content").inert = covered;
  opener.closest("header")!.inert = covered;
}

/** Looks for new messages: every few seconds while they can be seen, else now and then. */
async function follow(): Promise<never> {
  for (;;) {
    await inView();
    await look();
    await sleep(panel.hidden ? PAUSE_CLOSED : PAUSE_OPEN);
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

async function look(): Promise<void> {
  try {
    let answer: ChatAnswer;
    do {
      answer = await call<ChatAnswer>(`${address}?after=${lastShown()}`);
      arrived(answer.messages);
    } while (answer.messages.length > 0 && lastShown() < answer.total);
    byId("chat-form").hidden = !answer.may_write;
    byId("chat-closed").hidden = answer.may_write;
    showError(byId("chat-offline"), "");
  } catch {
    showError(byId("chat-offline"), say("not_loaded"));
  }
}

function sent(item: ChatItem): void {
  arrived([item]);
  wake();
}

function arrived(items: ChatItem[]): void {
  const news = addMessages(items).filter(({ own }) => !own);
  others.push(...news.map(({ number }) => number));
  if (!panel.hidden) return markSeen();
  const newest = news.filter(({ number }) => number > seen).at(-1);
  if (newest) announce(say("new_message", { name: newest.author.name }));
  showUnread();
}

function markSeen(): void {
  seen = lastShown();
  keep("localStorage", chatKey, String(seen));
  showUnread();
}

function showUnread(): void {
  const unread = others.filter((number) => number > seen).length;
  byId("chat-dot").hidden = unread === 0;
  byId("chat-name").textContent = unread ? say("unread", { number: unread }) : say("messages");
}

/** The keyboard of a phone takes part of the page, but not of its layout. */
function fitVisibleHeight(): void {
  const visible = window.visualViewport;
  visible?.addEventListener("resize", () => {
    panel.style.setProperty("--visible-height", `${visible.height}px`);
  });
}
