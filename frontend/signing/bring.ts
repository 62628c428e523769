import { Refusal, call } from "../shared/api";
import { announce, calmScroll, showError } from "../shared/dom";
import { memory, remember } from "./memory";
import { base, state, t } from "./page-data";
import { explain, movedOn } from "./trouble";

/** Texts for what the server says of a file. */
const WRONG_FILES: Record<string, string> = {
  encrypted: "file_locked",
  missing: "file_missing",
};

const inputs = [...document.querySelectorAll<HTMLInputElement>("input[data-upload]")];

/** Documents whose file the person brings: each has a button, and its pages once the file is there. */
export function prepareBringing(): void {
  for (const input of inputs) {
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      if (file) void bring(input, file);
    });
  }
  const arrived = inputs.find(({ dataset }) => dataset.upload === memory.arrived);
  remember({ arrived: "" });
  if (!arrived) return;
  announce(t("uploaded"));
  // The first one stands below the head of the page, where it is seen anyway
  if (arrived !== inputs[0] || place(arrived).previousElementSibling?.matches(".document")) {
    requestAnimationFrame(() => place(arrived).scrollIntoView({ block: "start" }));
  }
}

/** Leads to the first document that still waits for its file; false when there is none. While a file
 *  is under way there is nothing else to do. */
export function askForFile(): boolean {
  if (inputs.some(({ disabled }) => disabled)) return true;
  const missing = inputs.find(({ dataset }) => isAwaited(dataset.upload!));
  if (!missing) return false;
  place(missing).scrollIntoView({ block: "center", behavior: calmScroll() });
  missing.focus({ preventScroll: true });
  complain(missing, "file_missing");
  return true;
}

function isAwaited(id: string): boolean {
  return state.documents.some((document) => document.id === id && document.awaited);
}

async function bring(input: HTMLInputElement, file: File): Promise<void> {
  if (input.disabled) return;
  if (file.size > state.upload_limit) return complain(input, "file_large");
  const label = place(input).querySelector<HTMLElement>(".upload-label")!;
  const words = label.textContent;
  complain(input, "");
  label.textContent = t("uploading");
  input.disabled = true;
  const body = new FormData();
  body.append("file", file);
  try {
    const onRetry = () => (label.textContent = t("retrying"));
    await call(`${base}/documents/${input.dataset.upload}/upload`, { body, onRetry });
    // The server draws the pages of what has arrived; nothing that was entered gets lost on the way
    remember({ step: "read", arrived: input.dataset.upload ?? "" });
    location.replace(pastTheIntro());
  } catch (error) {
    label.textContent = words;
    input.disabled = false;
    input.value = "";
    if (!movedOn(error)) refused(input, error);
  }
}

function refused(input: HTMLInputElement, error: unknown): void {
  if (!(error instanceof Refusal)) return say(input, explain(error));
  if (error.status === 413) return complain(input, "file_large");
  if (error.fields.file) return complain(input, WRONG_FILES[error.fields.file] ?? "file_unusable");
  say(input, explain(error));
}

function complain(input: HTMLInputElement, text: string): void {
  say(input, text && t(text));
}

function say(input: HTMLInputElement, words: string): void {
  showError(place(input).querySelector<HTMLElement>(".error")!, words, input);
}

function place(input: HTMLInputElement): HTMLElement {
  return input.closest<HTMLElement>(".document")!;
}

function pastTheIntro(): URL {
  const address = new URL(location.href);
  address.searchParams.set("skipIntro", "true");
  return address;
}
