import { byId } from "../../shared/dom";
import { type Editor, mountEditor } from "../editor/editor";
import { prepareCheck, showSummary } from "./check";
import { data, labelOf, signers } from "./data";
import { prepareDocuments } from "./documents";
import { prepareMessage } from "./message";
import { preparePeople } from "./people";
import { change, keepOnLeaving } from "./store";

const STEPS = ["documents", "people", "fields", "message", "check"];
let editor: Editor | null = null;

prepareDocuments();
preparePeople();
prepareMessage();
prepareCheck();
keepOnLeaving();
addEventListener("hashchange", () => show(true));
show(false);

function show(moved: boolean): void {
  const asked = location.hash.slice(1);
  const step = STEPS.includes(asked) ? asked : "documents";
  for (const name of STEPS) byId(`step-${name}`).hidden = name !== step;
  byId("discard").hidden = false; // from now on it stays where it is
  for (const link of document.querySelectorAll<HTMLElement>("[data-step]")) {
    if (link.dataset["step"] === step) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  }
  // On a phone the row of steps is wider than the screen
  document.querySelector("[data-step][aria-current]")!.scrollIntoView({ block: "nearest", inline: "center" });
  editor?.destroy();
  editor = null;
  if (step === "fields") showEditor();
  if (step === "check") showSummary();
  if (!moved) return;
  byId(`${step}-title`).focus({ preventScroll: true });
  scrollTo({ top: 0 });
}

function showEditor(): void {
  const people = signers().map((person) => ({ key: person.key, label: labelOf(person) }));
  const ready = people.length > 0 && data.documents.length > 0;
  byId("no-editor").hidden = ready;
  byId("editor").hidden = !ready;
  if (!ready) return;
  const known = new Set(people.map((person) => person.key));
  const fields = data.content.fields.filter((field) => known.has(field.person));
  editor = mountEditor(byId("editor"), { documents: data.documents, people, fields }, (changed) => change({ fields: changed }));
}
