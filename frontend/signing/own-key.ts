import { Refusal, call } from "../shared/api";
import { byId, create, showError } from "../shared/dom";
import type { Completed } from "./finish";
import { remember } from "./memory";
import { base, language, t } from "./page-data";

/** What the keeper of the person's key wants to be told before it signs, such as a PIN. */
export interface Asked {
  id: string;
  label: string;
  digits: boolean;
}

const CAME_BACK: Record<string, string> = {
  somebody_else: "eid_somebody_else",
  away: "eid_away",
  unusable: "eid_unusable",
};
const path = `${base}/authorize?lang=${language}`;
const inputs = new Map<string, HTMLInputElement>();

/** Whether the person is to fill in something; reading and agreeing are done then. */
export function isAsking(): boolean {
  return inputs.size > 0;
}

/** The person went to the keeper's pages and is here again: with what, once. */
export function cameBack(): string | null {
  const found = new URLSearchParams(location.hash.slice(1)).get("signing");
  if (found) history.replaceState(history.state, "", location.pathname + location.search);
  return found;
}

/** Goes on where the way back led; returns words where it led nowhere. */
export async function goOnFrom(back: string): Promise<string> {
  if (back !== "ask") return say(CAME_BACK[back] ?? "key_refused");
  const { ask } = await call<{ ask: Asked[] }>(path);
  if (ask.length === 0) return say("key_refused");
  askFor(ask);
  return "";
}

/** To the keeper's pages, or what he asks here. */
export function goOn(step: Completed): void {
  remember({ step: "sign" });
  if (step.redirect_url) location.assign(step.redirect_url);
  else askFor(step.ask ?? []);
}

export function isAnswered(): boolean {
  const empty = [...inputs.values()].filter((input) => !input.value.trim());
  for (const input of inputs.values()) {
    complainAt(input, empty.includes(input) ? t("required") : "");
  }
  empty[0]?.focus();
  return empty.length === 0;
}

export function authorize(onRetry: () => void): Promise<Completed> {
  const answer = Object.fromEntries([...inputs].map(([id, { value }]) => [id, value.trim()]));
  return call<Completed>(path, { body: { answer }, onRetry });
}

/** Whether a refusal is about something that was filled in, which is said beside it. */
export function complainWith(error: unknown): boolean {
  const wrong = error instanceof Refusal ? error.fields : {};
  const told = [...inputs].filter(([id]) => id in wrong);
  for (const [, input] of told) complainAt(input, t("code_wrong"));
  told[0]?.[1].focus();
  return told.length > 0;
}

/** Words for a refusal after which signing has to be begun anew, or nothing. */
export function isOver(error: unknown): string {
  return error instanceof Refusal && error.code === "conflict" ? t("key_refused") : "";
}

/** Nothing is asked any more: what was read and agreed to shows again. */
export function stopAsking(): void {
  inputs.clear();
  byId("key-ask").replaceChildren();
  showOnly(false);
}

function askFor(asked: Asked[]): void {
  inputs.clear();
  byId("key-ask").replaceChildren(...asked.flatMap(question));
  showOnly(true);
  inputs.values().next().value?.focus();
}

function question({ id, label, digits }: Asked): HTMLElement[] {
  const name = `key-${inputs.size}`;
  const input = create("input", { id: name, type: "password", maxLength: 200, autocomplete: "off" });
  input.inputMode = digits ? "numeric" : "text";
  input.dataset.testid = `key-${id}`;
  input.setAttribute("aria-describedby", `${name}-error`);
  const error = create("p", { id: `${name}-error`, className: "error", hidden: true });
  error.setAttribute("role", "alert");
  inputs.set(id, input);
  return [create("label", { htmlFor: name, textContent: label }), input, error];
}

function complainAt(input: HTMLInputElement, message: string): void {
  showError(byId(`${input.id}-error`), message, input);
}

function showOnly(asking: boolean): void {
  byId("key-ask").hidden = !asking;
  byId("agreeing").hidden = asking;
}

function say(text: string): string {
  const chosen = document.querySelector("input[name=method]:checked");
  return t(text, { method: chosen?.parentElement?.textContent?.trim() ?? "" });
}
