import { byId, create, showError } from "../../shared/dom";
import { type Person, data, labelOf, signers } from "./data";
import { flush, overtake, post } from "./store";

const button = byId<HTMLButtonElement>("send");
const MESSAGE = new Set(["due", "project"]); // what stands in the step of that name
const label = button.textContent ?? "";

export function prepareCheck(): void {
  button.addEventListener("click", () => void send());
  // What is put right is no longer complained of
  document.addEventListener("input", ({ target }) => {
    const row = (target as HTMLElement).closest("[data-part], .form > div");
    const error = row?.querySelector<HTMLElement>(".error");
    if (error) showError(error, "", target as HTMLElement);
  });
}

export function showSummary(): void {
  const { people, fields, due, reminder_days, reminders, ordered } = data.content;
  sum("documents", data.documents.map((document) => document.name).join(", ") || "none yet");
  sum("people", people.map((person) => role(person, ordered)).join(", ") || "nobody yet");
  sum("fields", fields.length ? String(fields.length) : "none: they sign on a page at the end");
  sum("due", due || "no deadline");
  sum("reminders", reminder_days ? often(reminder_days, reminders) : "none");
  const ready = data.documents.length > 0 && signers().length > 0;
  byId("no-previews").hidden = ready;
  byId("previews").replaceChildren(...(ready ? people.map(preview) : []));
}

function role(person: Person, ordered: boolean): string {
  const who = [person.name, person.email].map((part) => part.trim()).filter(Boolean).join(" · ") || labelOf(person);
  if (person.role === "copy") return `${who} (copy)`;
  return ordered ? `${who} (turn ${person.turn})` : who;
}

function often(days: number, times: number): string {
  return `${days === 1 ? "every day" : `every ${days} days`}, ${times === 1 ? "once" : `${times} times`} at most`;
}

function sum(name: string, text: string): void {
  document.querySelector(`[data-sum="${name}"]`)!.textContent = text;
}

function preview(person: Person): HTMLElement {
  const link = create("a", { href: `${data.base}/preview/${person.key}`, className: "quiet", textContent: `As ${labelOf(person)}` });
  link.dataset.testid = "preview-as";
  // The server knows the last word before the page is shown
  link.addEventListener("click", (event) => {
    event.preventDefault();
    void flush().then((kept) => kept && location.assign(link.href));
  });
  const item = create("li");
  item.append(link);
  return item;
}

// ------------------------------------------------------------------ send

async function send(): Promise<void> {
  if (button.ariaBusy === "true") return;
  busy(true);
  complain({});
  showError(byId("problem-send"), "");
  const response = (await flush()) ? await post("/send", { version: data.version }).catch(() => null) : null;
  const answer = (await response?.json().catch(() => null)) as Answer | null;
  if (response?.ok && answer?.to) return location.assign(answer.to);
  busy(false);
  if (response?.status === 409) overtake();
  else if (answer?.problems) complain(answer.problems);
  else if (byId("overtaken").hidden) showError(byId("problem-send"), answer?.error || "The server does not answer. Nothing was sent; please try again.");
}

interface Answer {
  to?: string;
  error?: string;
  problems?: Record<string, string>;
}

function busy(on: boolean): void {
  button.ariaBusy = String(on);
  button.textContent = on ? (button.dataset["busy"] ?? "") : label;
}

/** Beside what caused it, and together where one is. */
function complain(problems: Record<string, string>): void {
  for (const error of document.querySelectorAll<HTMLElement>("[id^='problem-']")) {
    const place = error.id.slice("problem-".length);
    const control = error.parentElement?.querySelector<HTMLElement>("input, select");
    const folded = error.closest("details");
    if (folded && problems[place]) folded.open = true;
    showError(error, problems[place] ?? "", (place.includes(".") || MESSAGE.has(place)) && control ? control : undefined);
  }
  const box = byId("problems");
  box.querySelector("ul")!.replaceChildren(...Object.entries(problems).map(complaint));
  box.hidden = Object.keys(problems).length === 0;
  if (!box.hidden) box.focus();
}

function complaint([place, text]: [string, string]): HTMLElement {
  const [step = "", key] = place.split(".");
  const person = data.content.people.find((one) => one.key === key);
  const link = create("a", { href: `#${MESSAGE.has(step) ? "message" : step}`, textContent: person ? `${labelOf(person)}: ${text}` : text });
  const item = create("li");
  item.append(link);
  return item;
}
