import { Refusal, call } from "../shared/api";
import { byId, maybeId, showError } from "../shared/dom";
import { Eid, type Standing, broughtBack, explainEid } from "./eid";
import { memory, remember } from "./memory";
import { base, language, proving, state, t } from "./page-data";
import { explain, movedOn } from "./trouble";

const method = state.identity.due[0] ?? "";
const sendsCode = method === "email_code" || method === "sms_code";
const asksNumber = method === "cpr";
const path = `${base}/identity/${method}?lang=${language}`;

/** Texts for what the server says of a code. */
const WRONG_CODES: Record<string, string> = {
  wrong: "code_wrong",
  expired: "code_expired",
  missing: "code_missing",
};

const WRONG_NUMBERS: Record<string, string> = {
  wrong: "number_wrong",
  missing: "number_empty",
  "somebody else": "number_of_somebody_else",
};

const eid = maybeId("eid") ? new Eid(method, path, identified, trouble) : null;

/** The step came into view: a code is sent once, and again only when asked for. */
export function startIdentifying(): void {
  maybeId("send-code")?.addEventListener("click", sendAgain);
  if (sendsCode && memory.codeSent !== method) void sendCode();
  const failed = eid && broughtBack();
  if (failed) trouble(failed);
  else void eid?.resume();
}

/** Proves who the person is; the page comes back with what they may see then. */
export async function identify(): Promise<void> {
  complain("");
  try {
    if (sendsCode) await checkCode();
    else if (asksNumber) await tellNumber();
    else await useEid();
  } catch (error) {
    trouble(error);
  }
}

function trouble(error: unknown): void {
  if (movedOn(error)) return;
  const told = explainCode(error) || explainEid(error) || explain(error);
  complain(told, error instanceof Refusal);
}

/** Named, because a listener that is added again is still one. */
function sendAgain(): void {
  void sendCode();
}

async function sendCode(): Promise<void> {
  try {
    const { sent_to } = await call<Standing>(path, { body: null });
    remember({ codeSent: method, step: proving });
    byId("code-sent").textContent = sent_to
      ? t("code_sent", { place: sent_to })
      : t("code_sent_plain");
    byId("identity-code").focus();
  } catch (error) {
    if (isTooOften(error)) complain(t(isLong(error) ? "number_too_often" : "code_too_soon"));
    else trouble(error);
  }
}

/** Longer than the pause between two codes: a limit by the hour was met. */
function isLong(error: Refusal): boolean {
  return error.retryAfter > 120;
}

function isTooOften(error: unknown): error is Refusal {
  return error instanceof Refusal && error.code === "too_many_tries";
}

/** Words for a refusal that is about a code, or nothing. */
function explainCode(error: unknown): string {
  if (isTooOften(error)) return t(asksNumber ? "number_too_often" : "too_many_tries");
  const text = error instanceof Refusal ? wrong(error) : undefined;
  return text ? t(text) : "";
}

function wrong(error: Refusal): string | undefined {
  const { code = "", national_id = "" } = error.fields;
  return asksNumber ? WRONG_NUMBERS[national_id] : WRONG_CODES[code];
}

async function tellNumber(): Promise<void> {
  const national_id = byId<HTMLInputElement>("identity-code").value.trim();
  if (!national_id) return complain(t("number_empty"), true);
  await call(path, { body: { national_id } });
  identified();
}

async function checkCode(): Promise<void> {
  const code = byId<HTMLInputElement>("identity-code").value.trim();
  if (!code) return complain(t("code_empty"), true);
  await call(path, { body: { code } });
  identified();
}

async function useEid(): Promise<void> {
  if (eid) return eid.start();
  const name = byId<HTMLInputElement>("simulated-name").value.trim();
  const national_id = byId<HTMLInputElement>("simulated-id").value.trim();
  await call(path, { body: { simulate: { national_id, name } } });
  identified();
}

/** The page is loaded anew with what may be seen now; the address leads past the intro, as a frame
 *  may be forbidden to remember that it was there. */
function identified(): void {
  remember({ codeSent: "", step: proving === "sign" ? proving : "read" });
  const address = new URL(location.href);
  address.searchParams.set("skipIntro", "true");
  location.replace(address);
}

function complain(message: string, atCode = false): void {
  const code = maybeId("identity-code");
  showError(byId("identity-error"), message, code ?? undefined);
  if (message && atCode) code?.focus();
}
