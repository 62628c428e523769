import { byId, maybeId } from "../shared/dom";
import { remember } from "./memory";
import { bringing, proving, signing, state, t } from "./page-data";

export type Step = "intro" | "identify" | "read" | "fill" | "sign";

const PLACES: Record<Step, string> = {
  intro: "intro",
  identify: "identify",
  read: "reading",
  fill: "reading",
  sign: "reading",
};

export const nextButton = byId<HTMLButtonElement>("next");
const nextLabel = byId("next-label");
const confirming = bringing ? "continue" : "to_confirmation";
const afterReading = state.fields.length ? "continue" : signing ? "go_to_signature" : confirming;

export function currentStep(): Step {
  return document.body.dataset.step as Step;
}

/** Shows one step: its part of the page, what the primary action is called, where the focus is. */
export function showStep(step: Step, focus = true): void {
  document.body.dataset.step = step;
  for (const id of new Set(Object.values(PLACES))) {
    const place = maybeId(id);
    if (place) place.hidden = id !== PLACES[step];
  }
  const last = step === "sign";
  byId("signing").hidden = !last;
  byId("finish").hidden = !last;
  byId("back").hidden = !last && !(step === "identify" && proving === "sign");
  byId("guide").hidden = step !== "read";
  // A ticket is not got here, so nothing here leads on to one
  nextButton.hidden = last || (step === "identify" && state.identity.due[0] === "artifact");
  nameNext(step);
  if (step !== "identify") remember({ step });
  if (focus) focusHeading(step);
}

/** Nested test ids: one button leads on everywhere, yet starting and identifying have names. */
function nameNext(step: Step): void {
  const due = state.identity.due[0];
  const [label, testid] = {
    intro: [t("start"), "start"],
    identify: identifyLabel(due ?? ""),
    read: [t(afterReading), ""],
    fill: [t("next_field"), ""],
    sign: ["", ""],
  }[step] as [string, string];
  nextLabel.textContent = label;
  if (testid) nextLabel.dataset.testid = testid;
  else delete nextLabel.dataset.testid;
}

function identifyLabel(method: string): [string, string] {
  if (method === "email_code" || method === "sms_code") {
    return [t("confirm_code"), "identity-submit"];
  }
  return [
    t("continue"),
    state.identity.simulated && method !== "cpr" ? "identity-simulate" : "identity-submit",
  ];
}

function focusHeading(step: Step): void {
  if (step === "fill") return;
  const place = step === "sign" ? byId("signing") : maybeId(PLACES[step]);
  const heading = place?.querySelector<HTMLElement>("[tabindex='-1']");
  heading?.focus({ preventScroll: step === "sign" });
  if (step !== "sign") scrollTo({ top: 0 });
}
