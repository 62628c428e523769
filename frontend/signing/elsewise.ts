import { call } from "../shared/api";
import { byId, maybeId, showError } from "../shared/dom";
import { forget } from "./memory";
import { tellHost } from "./frame";
import { base, ids } from "./page-data";
import { explain, movedOn } from "./trouble";

interface Left {
  redirect_url?: string | null;
}

/** What else than signing a person may do: decline, forward, postpone. */
export function prepareElsewise(): void {
  prepareDialog("decline", ".danger", () => ({
    reason: byId<HTMLTextAreaElement>("decline-reason").value.trim(),
  }));
  prepareDialog("forward", ".confirm", () => ({
    name: byId<HTMLInputElement>("forward-name").value.trim(),
    email: byId<HTMLInputElement>("forward-email").value.trim(),
    phone: byId<HTMLInputElement>("forward-phone").value.trim(),
    own_name: maybeId<HTMLInputElement>("forward-own-name")?.value.trim() ?? "",
  }));
  maybeId("postpone")?.addEventListener("click", () => void send("postpone", null, byId("problem")));
}

function prepareDialog(action: string, confirm: string, body: () => object): void {
  const dialog = maybeId<HTMLDialogElement>(`${action}-dialog`);
  if (!dialog) return;
  const error = dialog.querySelector<HTMLElement>(".error")!;
  const opener = document.querySelector<HTMLElement>(`[data-testid=${action}]`);
  opener?.addEventListener("click", () => dialog.showModal());
  dialog.querySelector(confirm)!.addEventListener("click", () => {
    if (dialog.querySelector("form")!.reportValidity()) void send(action, body(), error);
  });
}

async function send(action: string, body: object | null, place: HTMLElement): Promise<void> {
  showError(place, "");
  try {
    const { redirect_url } = await call<Left>(`${base}/${action}`, { body });
    if (action !== "postpone") forget();
    if (action === "decline") tellHost("declined", { ...ids, ...body });
    if (redirect_url) location.assign(redirect_url);
    else location.reload();
  } catch (error) {
    if (!movedOn(error)) showError(place, explain(error));
  }
}
