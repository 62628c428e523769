import { byId } from "../shared/dom";

const PAUSE_MS = 250;
/** What the preview calls the fields of the form. */
const FIELDS = {
  company: "company_name",
  primary: "primary_color",
  secondary: "secondary_color",
} as const;

/** The frames follow what is typed; without a script they follow what is saved. */
export function preparePreview(form: HTMLFormElement): void {
  let timer = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => void show(form), PAUSE_MS);
  });
}

async function show(form: HTMLFormElement): Promise<void> {
  const query = new URLSearchParams({ project: form.action.split("/").pop() ?? "" });
  for (const [name, field] of Object.entries(FIELDS)) query.set(name, value(form, field));
  for (const frame of document.querySelectorAll<HTMLIFrameElement>("[data-frame]")) {
    const wanted = `/dashboard/settings/preview/${frame.dataset["frame"]}?${query}`;
    // Replacing keeps the "back" button of the browser to itself
    if (frame.dataset["shown"] !== wanted) frame.contentWindow?.location.replace(wanted);
    frame.dataset["shown"] = wanted;
  }
  const response = await fetch(`/dashboard/settings/preview/words?${query}`);
  if (!response.ok) return;
  const words = (await response.json()) as { contrast: string; sender: string };
  byId("contrast").textContent = words.contrast;
  byId("sender").textContent = words.sender;
}

function value(form: HTMLFormElement, name: string): string {
  const field = form.elements.namedItem(name);
  return field instanceof HTMLInputElement ? field.value : "";
}
