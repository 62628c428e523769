import { create } from "../../shared/dom";
import { type EditorModel, type PlacedField, toolName } from "./model";

export interface InspectorEvents {
  change(field: PlacedField): void;
  copy(field: PlacedField): void;
  remove(id: string): void;
  close(id: string): void;
}

const LONGEST_NAME = 200;
const ALWAYS_REQUIRED = new Set(["signature", "initials", "stamp", "date"]);

/** What is known of the field that is selected. */
export class Inspector {
  readonly element = create("div", { className: "editor-inspector", role: "group", hidden: true });
  private field!: PlacedField;
  private isChoice = false;
  private readonly title = create("h3");
  private readonly name = create("input", { id: "field-name", maxLength: LONGEST_NAME, autocomplete: "off" });
  private readonly person = create("select", { id: "field-person" });
  private readonly page = create("select", { id: "field-page" });
  private readonly required = create("input", { type: "checkbox", id: "field-required" });
  private readonly options = create("textarea", { id: "field-options", rows: 3 });
  /** On a phone what is known of the field covers its page, so it shows when it is asked for. */
  private readonly more = this.button("Edit", "edit-field", () => this.open(!this.element.classList.contains("open")));
  private readonly copy = this.button("Copy to all pages", "copy-to-all", () => this.events.copy(this.field));
  private readonly rows: Record<"name" | "person" | "page" | "required" | "options", HTMLElement>;

  constructor(
    private readonly model: EditorModel,
    private readonly events: InspectorEvents,
  ) {
    this.element.setAttribute("aria-label", "The selected field");
    for (const { key, label } of model.people) this.person.append(new Option(label, key));
    this.rows = {
      name: row("Name, as people see it", this.name),
      person: row("Filled in by", this.person),
      page: row("Page", this.page),
      options: row("To choose from, one a line", this.options),
      required: check("Has to be filled in", this.required),
    };
    const actions = create("div", { className: "editor-actions" });
    const remove = this.button("Remove", "remove-field", () => this.events.remove(this.field.id));
    const done = this.button("Done", "field-done", () => this.events.close(this.field.id));
    this.more.classList.add("editor-more");
    actions.append(this.more, this.copy, remove, done);
    const about = create("div", { className: "editor-about" });
    about.append(...Object.values(this.rows));
    this.element.append(this.title, about, actions);
    this.open(false);
    this.element.addEventListener("input", () => this.changed());
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.events.close(this.field.id);
    });
  }

  focus(): void {
    this.open(true);
    this.name.focus();
    this.name.select();
  }

  private open(on: boolean): void {
    this.element.classList.toggle("open", on);
    this.more.setAttribute("aria-expanded", String(on));
  }

  hide(): void {
    this.element.hidden = true;
    this.open(false);
  }

  show(field: PlacedField): void {
    const pages = this.model.documents.find(({ id }) => id === field.document)?.pages.length ?? 1;
    const isOther = this.field?.id !== field.id;
    this.field = field;
    if (isOther) this.isChoice = Boolean(field.options?.length);
    this.element.hidden = false;
    this.title.textContent = toolName(field);
    if (isOther || document.activeElement !== this.name) this.name.value = field.name;
    if (isOther || document.activeElement !== this.options) this.options.value = (field.options ?? []).join("\n");
    this.person.value = field.person;
    this.page.replaceChildren(...Array.from({ length: pages }, (_, page) => new Option(String(page + 1), String(page))));
    this.page.value = String(field.page);
    this.required.checked = field.required;
    this.rows.required.hidden = ALWAYS_REQUIRED.has(field.kind);
    this.rows.options.hidden = !this.isChoice;
    this.rows.page.hidden = this.copy.hidden = pages < 2;
  }

  private changed(): void {
    const options = this.options.value.split("\n").map((line) => line.trim()).filter(Boolean);
    this.events.change({
      ...this.field,
      name: this.name.value.trim() || toolName(this.field),
      person: this.person.value,
      page: Number(this.page.value),
      required: this.required.checked,
      ...(this.isChoice && { options }),
    });
  }

  private button(text: string, testid: string, act: () => void): HTMLButtonElement {
    const button = create("button", { type: "button", className: "secondary short", textContent: text });
    button.dataset.testid = testid;
    button.addEventListener("click", act);
    return button;
  }
}

function row(text: string, control: HTMLElement): HTMLElement {
  const made = create("div");
  made.append(create("label", { htmlFor: control.id, textContent: text }), control);
  return made;
}

function check(text: string, control: HTMLElement): HTMLElement {
  const made = create("label", { className: "check" });
  made.append(control, text);
  return made;
}
