import { call } from "../shared/api";
import { byId } from "../shared/dom";
import { orNeighbour } from "../shared/locales";
import { askForFile, prepareBringing } from "./bring";
import { prepareElsewise } from "./elsewise";
import { Fields } from "./fields";
import { finish, goOnAfter, prepareConsent } from "./finish";
import { identify, startIdentifying } from "./identify";
import { memory } from "./memory";
import { tellHost } from "./frame";
import { followHistory, noteStep } from "./history";
import { cameBack } from "./own-key";
import { base, ids, language, state, t } from "./page-data";
import { preparePages } from "./pages";
import { Signature } from "./signature";
import { type Step, currentStep, showStep } from "./steps";
import { askToRead, prepareReading } from "./unread";

/** The field that "field 2 of 5" is about. */
let current = 0;

/** Fields the primary button has led to: it offers each once, so that it always leads on. */
const offered = new Set<number>();

const fields = new Fields({
  onFocus: (index) => focused(index),
  onSignature: () => toSignature(),
});
const signature = new Signature((appearance) => fields.showSignature(appearance));

export function startTask(): void {
  preparePages();
  prepareConsent();
  prepareElsewise();
  prepareBringing();
  prepareReading();
  followPanelHeight();
  showLocalTimes();
  byId("panel").addEventListener("submit", (event) => {
    event.preventDefault();
    void onward();
  });
  byId("position").addEventListener("click", bringToPosition);
  byId("back").addEventListener("click", () => show("read"));
  const back = state.identity.due.length > 0 ? null : cameBack();
  show(back ? "sign" : firstStep(), false);
  followHistory(show);
  if (back) void goOnAfter(back);
  tellHost("ready", ids);
  // The first opening is a fact for the sender, nothing the signer waits for
  void call(`${base}/open?lang=${language}`, { body: null }).catch(() => undefined);
}

function firstStep(): Step {
  const first = currentStep();
  const { step } = memory;
  const { before } = state.identity;
  if (first === "identify") return first;
  if (before === "reading") return step && step !== "intro" ? "identify" : first;
  const wanted = step && step !== "identify" ? (step as Step) : first;
  return before === "signing" && wanted === "sign" ? "identify" : wanted;
}

function onward(): Promise<void> | void {
  switch (currentStep()) {
    case "intro":
      return show(state.identity.before === "reading" ? "identify" : "read");
    case "identify":
      return identify();
    case "read":
    case "fill":
      if (askForFile() || askToRead()) return;
      return toField(fields.firstEmpty(offered));
    case "sign":
      return finish(fields, signature, toField);
  }
}

function show(step: Step, focus = true): void {
  showStep(step, focus);
  if (step === "identify") startIdentifying();
  if (step === "sign") signature.show();
  showPosition();
  noteStep(step);
}

function toField(index: number): void {
  if (index < 0) return toSignature();
  offered.add(index);
  focused(index);
  fields.bringTo(index);
}

function focused(index: number): void {
  current = index;
  show("fill");
}

function toSignature(): void {
  if (state.identity.before === "signing") return show("identify");
  show("sign");
  fields.bringToSignature();
}

function showPosition(): void {
  const step = currentStep();
  const total = fields.typed.length + (fields.places.length > 0 ? 1 : 0);
  const number = step === "sign" ? total : current + 1;
  const name = step === "sign" ? t("signature") : (fields.typed[current]?.field.name ?? "");
  const position = byId("position");
  position.hidden = total === 0 || (step !== "fill" && step !== "sign");
  position.textContent = total > 1 ? `${t("position", { number, total })} · ${name}` : name;
}

function bringToPosition(): void {
  if (currentStep() === "sign") fields.bringToSignature();
  else fields.bringTo(current);
}

/** The document can be scrolled clear of the panel, however tall it is or becomes. */
function followPanelHeight(): void {
  const panel = byId("panel");
  new ResizeObserver(() => {
    const height = `${panel.offsetHeight}px`;
    document.documentElement.style.setProperty("--panel-height", height);
    if (currentStep() === "sign") fields.bringToSignature();
  }).observe(panel);
}

/** The server writes times in UTC; here they read as the person's own clock. */
function showLocalTimes(): void {
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-local]")) {
    const format = new Intl.DateTimeFormat(orNeighbour(document.documentElement.lang), {
      dateStyle: "long",
      timeStyle: "short",
    });
    time.textContent = format.format(new Date(time.dateTime));
  }
}
