import { Refusal, Unreachable, call } from "../shared/api";
import { byId, showError } from "../shared/dom";
import { showDone } from "./done";
import type { Fields } from "./fields";
import { tellHost } from "./frame";
import {
  type Asked,
  authorize,
  complainWith,
  goOn,
  goOnFrom,
  isAnswered,
  isAsking,
  isOver,
  stopAsking,
} from "./own-key";
import { base, ids, language, signing, t } from "./page-data";
import type { Signature } from "./signature";
import { explain, movedOn } from "./trouble";

export interface Completed {
  status: string;
  redirect_url: string | null;
  documents: { id: string; name: string; url: string }[];
  /** Of the keeper of the person's key, while the status is `authorize`. */
  ask?: Asked[];
}

const button = byId<HTMLButtonElement>("finish");
const consent = () => byId<HTMLInputElement>("consent");
const label = button.textContent!.trim();

export function prepareConsent(): void {
  consent().addEventListener("change", () => showError(byId("consent-error"), "", consent()));
}

/** Checks what can be checked here, then completes the task. Whatever fails, nothing is lost:
 *  the same button sends the same data again. */
export async function finish(
  fields: Fields,
  signature: Signature,
  goTo: (field: number) => void,
): Promise<void> {
  if (button.ariaBusy === "true" || !isReady(fields, signature, goTo)) return;
  busy(t(signing ? "signing" : "saving"));
  try {
    const result = await (isAsking() ? authorize(again) : complete(fields, signature));
    if (result.status === "authorize") return toKeeper(result);
    tellHost(signing ? "signed" : "reviewed", { ...ids, redirectUrl: result.redirect_url });
    showDone(result);
  } catch (error) {
    if (movedOn(error)) return;
    busy(null, error instanceof Unreachable ? t("try_again") : label);
    complain(error, fields, signature, goTo);
  }
}

function isReady(fields: Fields, signature: Signature, goTo: (field: number) => void): boolean {
  showError(byId("problem"), "");
  return isAsking() ? isAnswered() : isComplete(fields, signature, goTo);
}

/** The person came back from where their key is. */
export async function goOnAfter(back: string): Promise<void> {
  showError(byId("problem"), await goOnFrom(back).catch(explain));
}

function toKeeper(step: Completed): void {
  goOn(step);
  if (!step.redirect_url) busy(null);
}

function isComplete(fields: Fields, signature: Signature, goTo: (field: number) => void): boolean {
  const field = fields.complain();
  const missing = signature.missing;
  const agreed = consent().checked;
  showError(byId("consent-error"), agreed ? "" : t("consent_missing"), consent());
  if (missing) signature.complain(t(missing));
  else if (!agreed) consent().focus();
  if (field >= 0) goTo(field);
  return field < 0 && !missing && agreed;
}

function complete(fields: Fields, signature: Signature): Promise<Completed> {
  const body = signature.needed
    ? { ...signature.signed, consent: true, fields: fields.values }
    : { consent: true };
  return call<Completed>(`${base}/complete?lang=${language}`, { body, onRetry: again });
}

function again(): void {
  busy(t("retrying"));
}

function complain(
  error: unknown,
  fields: Fields,
  signature: Signature,
  goTo: (field: number) => void,
): void {
  if (isAsking()) return complainOfKey(error);
  const about = error instanceof Refusal ? error.fields : {};
  const field = fields.complainWith(about);
  const ofSignature = about.signature ?? about.method;
  if (ofSignature) signature.complain(ofSignature);
  if (about.consent) showError(byId("consent-error"), about.consent, consent());
  if (field >= 0) goTo(field);
  else if (!ofSignature && !about.consent) showError(byId("problem"), explain(error));
}

function complainOfKey(error: unknown): void {
  if (complainWith(error)) return;
  const over = isOver(error);
  if (over) stopAsking();
  showError(byId("problem"), over || explain(error));
}

function busy(text: string | null, idle = label): void {
  button.ariaBusy = String(text !== null);
  button.textContent = text ?? idle;
}
