import { announce, byId } from "../../shared/dom";
import { type Person, data, labelOf, newKey } from "./data";
import { change } from "./store";

const list = byId<HTMLUListElement>("people");
const template = byId<HTMLTemplateElement>("person-card");
const ordered = byId<HTMLInputElement>("ordered");

type Part = "name" | "email" | "role" | "turn" | "proof" | "language" | "phone";
type Control = HTMLInputElement | HTMLSelectElement;
const TEXTS: Part[] = ["name", "email", "role", "proof", "language", "phone"];

export function preparePeople(): void {
  ordered.checked = data.content.ordered;
  for (const person of data.content.people) list.append(card(person));
  show();
  ordered.addEventListener("change", () => {
    if (ordered.checked) data.content.people.forEach((person, place) => (person.turn = place + 1));
    change({ ordered: ordered.checked, people: data.content.people });
    for (const [place, element] of [...list.children].entries()) {
      controlOf(element, "turn").value = String(data.content.people[place]!.turn);
    }
    show();
  });
  byId("add-person").addEventListener("click", () => add({}));
  const me = byId("add-me");
  me.addEventListener("click", () => add({ name: me.dataset["name"] ?? "", email: me.dataset["email"] ?? "" }));
}

function add(known: Partial<Person>): void {
  const last = Math.max(0, ...data.content.people.map((person) => person.turn));
  const person: Person = {
    key: newKey(), name: "", email: "", phone: "", language: "", role: "sign",
    turn: data.content.ordered ? last + 1 : 1, proof: "link", ...known,
  };
  change({ people: [...data.content.people, person] });
  const element = card(person);
  list.append(element);
  show();
  controlOf(element, "name").focus();
}

function card(person: Person): HTMLElement {
  const element = (template.content.cloneNode(true) as DocumentFragment).querySelector("li")!;
  element.dataset.key = person.key;
  element.dataset.testid = "person";
  for (const row of element.querySelectorAll<HTMLElement>("[data-part]")) {
    const part = row.dataset["part"] as Part;
    const control = controlOf(element, part);
    const error = row.querySelector<HTMLElement>(".error")!;
    control.id = `${part}-${person.key}`;
    error.id = `problem-people.${person.key}.${part}`;
    control.setAttribute("aria-describedby", error.id);
    control.dataset.testid = part;
    row.querySelector("label")!.htmlFor = control.id;
    control.value = String(person[part]);
    control.addEventListener("input", () => changed(person, element));
  }
  // A way that is not offered any more is not quietly taken for another one
  const proof = controlOf(element, "proof") as HTMLSelectElement;
  if (proof.value !== person.proof) {
    proof.append(new Option(person.proof, person.proof));
    proof.value = person.proof;
  }
  element.querySelector(".remove")!.addEventListener("click", () => remove(person, element));
  return element;
}

const controlOf = (element: Element, part: Part): Control => element.querySelector<Control>(`[data-part="${part}"] :is(input, select)`)!;

function changed(person: Person, element: HTMLElement): void {
  const values = Object.fromEntries(TEXTS.map((part) => [part, controlOf(element, part).value]));
  const turn = Math.round(Number(controlOf(element, "turn").value));
  Object.assign(person, values, { turn: Math.min(Math.max(turn || 1, 1), 100) });
  change({ people: data.content.people });
  show();
}

function remove(person: Person, element: HTMLElement): void {
  const { people, fields } = data.content;
  change({
    people: people.filter((other) => other !== person),
    fields: fields.filter((field) => field.person !== person.key),
  });
  element.remove();
  show();
  byId("add-person").focus();
  announce("Removed.");
}

function show(): void {
  byId("no-people").hidden = data.content.people.length > 0;
  byId("order-hint").hidden = !data.content.ordered;
  [...list.children].forEach((element, place) => {
    const person = data.content.people[place]!;
    element.querySelector("h3")!.textContent = labelOf(person);
    element.querySelector(".remove")!.setAttribute("aria-label", `Remove ${labelOf(person)}`);
    const hide = (part: Part, hidden: boolean) => (element.querySelector<HTMLElement>(`[data-part="${part}"]`)!.hidden = hidden);
    if (person.proof === "sms_code") element.querySelector("details")!.open = true; // for the number
    hide("turn", !data.content.ordered || person.role === "copy");
    hide("proof", person.role === "copy");
  });
}
