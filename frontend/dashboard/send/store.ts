import { byId } from "../../shared/dom";
import { type Content, data } from "./data";

const PAUSE = 500; // milliseconds after the last change
const AGAIN = 4000;

const saved = byId("saved");
let written = JSON.stringify(data.content);
let timer = 0;
let underWay: Promise<void> | null = null;
let overtaken = false;

/** What is written here is kept at the server by itself. */
export function change(part: Partial<Content>): void {
  Object.assign(data.content, part);
  if (overtaken) return;
  say("saving");
  clearTimeout(timer);
  timer = window.setTimeout(() => void flush(), PAUSE);
}

/** When all that was written is kept. False when somebody else has written, or nobody answers. */
export async function flush(): Promise<boolean> {
  clearTimeout(timer);
  while (underWay) await underWay;
  while (!overtaken && JSON.stringify(data.content) !== written) {
    underWay = save().finally(() => (underWay = null));
    const before = written;
    await underWay;
    if (before === written) return false;
  }
  return !overtaken;
}

async function save(): Promise<void> {
  const body = JSON.stringify(data.content);
  const response = await post("", { version: data.version, content: JSON.parse(body) }).catch(() => null);
  if (response?.ok) {
    data.version = ((await response.json()) as { version: number }).version;
    written = body;
    if (JSON.stringify(data.content) === written) say("saved");
  } else if (response?.status === 409 || response?.status === 404) overtake();
  else {
    say("failed");
    timer = window.setTimeout(() => void flush(), AGAIN);
  }
}

/** Somebody has written this draft in another window: nothing of theirs is lost. */
export function overtake(): void {
  overtaken = true;
  byId("overtaken").hidden = false;
  byId("overtaken").scrollIntoView({ block: "nearest" });
}

export function post(path: string, body: unknown, keepalive = false): Promise<Response> {
  const headers = { "content-type": "application/json", accept: "application/json" };
  return fetch(data.base + path, { method: "POST", headers, body: JSON.stringify(body), keepalive });
}

function say(what: "saved" | "saving" | "failed"): void {
  const text = saved.dataset[what] ?? "";
  if (saved.textContent !== text) saved.textContent = text;
}

/** A tab that is closed a moment after the last word. */
export function keepOnLeaving(): void {
  addEventListener("visibilitychange", () => {
    if (document.hidden && !underWay && !overtaken && JSON.stringify(data.content) !== written) {
      clearTimeout(timer);
      underWay = saveInPassing().finally(() => (underWay = null));
    }
  });
}

async function saveInPassing(): Promise<void> {
  const body = JSON.stringify(data.content);
  const response = await post("", { version: data.version, content: data.content }, true).catch(() => null);
  if (!response?.ok) return void flush();
  data.version = ((await response.json()) as { version: number }).version;
  written = body;
  say("saved");
}
