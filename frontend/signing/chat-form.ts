import { Refusal, call } from "../shared/api";
import { byId, showError } from "../shared/dom";
import { keep, recall } from "../shared/storage";
import { type ChatItem, address, chatKey, say } from "./chat-data";

const text = byId<HTMLTextAreaElement>("chat-text");
const form = byId<HTMLFormElement>("chat-form");
const send = byId<HTMLButtonElement>("chat-send");
const error = byId("chat-error");
const label = send.textContent;

/** What was sent and may have arrived although no answer did: the same key makes it arrive once. */
let pending = { text: "", key: "" };

/** `onSent` gets what was written, `onEnded` hears that the chat is closed. */
export function prepareForm(onSent: (item: ChatItem) => void, onEnded: () => void): void {
  text.value = recall("sessionStorage", chatKey);
  text.addEventListener("input", () => {
    keep("sessionStorage", chatKey, text.value);
    showError(error, "", text);
  });
  text.addEventListener("keydown", (event) => {
    if (sends(event)) form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit(onSent, onEnded);
  });
}

/** Enter sends at a real keyboard; on a phone it starts a new line, as does Shift+Enter. */
function sends(event: KeyboardEvent): boolean {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return false;
  if (!matchMedia("(hover: hover) and (pointer: fine)").matches) return false;
  event.preventDefault();
  return true;
}

async function submit(onSent: (item: ChatItem) => void, onEnded: () => void): Promise<void> {
  if (send.getAttribute("aria-busy") === "true") return;
  const written = text.value.trim();
  if (!written) return complain(say("empty"));
  if (written !== pending.text) pending = { text: written, key: newKey() };
  busy(true);
  try {
    const item = await call<ChatItem>(address, { body: { text: written }, key: pending.key });
    clear(written);
    onSent(item);
  } catch (problem) {
    if (isOver(problem)) onEnded();
    else complain(explain(problem));
  } finally {
    busy(false);
  }
}

/** What was typed while the message was under way stays. */
function clear(written: string): void {
  pending = { text: "", key: "" };
  showError(error, "", text);
  if (text.value.trim() === written) text.value = "";
  keep("sessionStorage", chatKey, text.value);
}

function complain(message: string): void {
  showError(error, message, text);
  text.focus();
}

function busy(yes: boolean): void {
  send.setAttribute("aria-busy", String(yes));
  send.textContent = yes ? say("sending") : label;
}

function isOver(problem: unknown): boolean {
  return problem instanceof Refusal && ["gone", "already_completed"].includes(problem.code);
}

function explain(problem: unknown): string {
  return say(problem instanceof Refusal && problem.status === 429 ? "too_many" : "not_sent");
}

/** `crypto.randomUUID` is there on secure pages only. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
}
