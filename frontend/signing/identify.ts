import { Refusal, call } from "../shared/api";
import { byId, maybeId, showError } from "../shared/dom";
import { memory, remember } from "./memory";
import { base, state, t } from "./page-data";
import { explain } from "./trouble";

interface Started {
  redirect_url?: string;
  sent_to?: string;
}

const method = state.identity.due[0];
const sendsCode = method === "email_code" || method === "sms_code";
const path = `${base}/identity/${method}`;

/** The step came into view: a code is sent once, and again only when asked for. */
export function startIdentifying(): void {
  maybeId("send-code")?.addEventListener("click", () => void sendCode());
  if (sendsCode && !memory.codeSent) void sendCode();
}

/** Proves who the person is; the page comes back with what they may see then. */
export async function identify(): Promise<void> {
  complain("");
  try {
    if (sendsCode) await checkCode();
    else await useEid();
  } catch (error) {
    complain(explain(error), error instanceof Refusal);
  }
}

async function sendCode(): Promise<void> {
  try {
    const { sent_to } = await call<Started>(path, { body: null });
    remember({ codeSent: true });
    byId("code-sent").textContent = sent_to
      ? t("code_sent", { place: sent_to })
      : t("code_sent_plain");
    byId("identity-code").focus();
  } catch (error) {
    complain(explain(error));
  }
}

async function checkCode(): Promise<void> {
  const code = byId<HTMLInputElement>("identity-code").value.trim();
  if (!code) return complain(t("code_empty"), true);
  await call(path, { body: { code } });
  identified();
}

async function useEid(): Promise<void> {
  if (!state.identity.simulated) return void (await redirectTo(path));
  const name = byId<HTMLInputElement>("simulated-name").value.trim();
  const national_id = byId<HTMLInputElement>("simulated-id").value.trim();
  await call(path, { body: { simulate: { national_id, name } } });
  identified();
}

async function redirectTo(start: string): Promise<void> {
  const { redirect_url } = await call<Started>(start, { body: null });
  if (redirect_url) location.assign(redirect_url);
}

function identified(): void {
  remember({ codeSent: false, step: "read" });
  location.reload();
}

function complain(message: string, atCode = false): void {
  const code = maybeId("identity-code");
  showError(byId("identity-error"), message, code ?? undefined);
  if (message && atCode) code?.focus();
}
