import { calmScroll, create, showError } from "../shared/dom";
import { initials } from "./initials";
import { memory, remember } from "./memory";
import { type Field, state, t } from "./page-data";
import type { Appearance } from "./signature";

const SIGNED = new Set(["signature", "initials", "stamp"]);
const HINTS: Record<string, string> = {
  signature: "sign_here",
  initials: "initials",
  stamp: "stamp",
};

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** A field the person fills in place: text, a choice or a checkbox. */
interface Typed {
  field: Field;
  control: Control;
  error: HTMLElement;
}

export interface FieldEvents {
  onFocus(index: number): void;
  onSignature(): void;
}

/** The boxes on the pages that belong to this task. */
export class Fields {
  readonly typed: Typed[] = [];
  readonly places: HTMLButtonElement[] = [];

  constructor(private readonly events: FieldEvents) {
    for (const field of state.fields) this.place(field);
  }

  get values(): Record<string, string> {
    return Object.fromEntries(this.typed.map((typed) => [typed.field.id, valueOf(typed)]));
  }

  /** The first field that is still empty and not among `passed`; -1 when there is none. */
  firstEmpty(passed: Set<number>): number {
    return this.typed.findIndex((typed, index) => !passed.has(index) && this.isOpen(typed));
  }

  /** Empty, and no box is ticked that excludes it. */
  private isOpen(typed: Typed): boolean {
    const { excludes } = typed.field;
    const answered = this.typed.some((other) => excludes.includes(other.field.id) && valueOf(other));
    return !valueOf(typed) && !answered;
  }

  /** Says beside each required field that it is empty; the index of the first, or -1. */
  complain(): number {
    this.typed.forEach((typed) => {
      const missing = typed.field.required && !valueOf(typed);
      const text = typed.field.type === "checkbox" ? "check_required" : "required";
      showError(typed.error, missing ? t(text) : "", typed.control);
    });
    return this.typed.findIndex((typed) => !typed.error.hidden);
  }

  /** The server's own words beside the fields they are about; the index of the first, or -1. */
  complainWith(messages: Record<string, string>): number {
    for (const { field, error, control } of this.typed) {
      if (messages[field.id]) showError(error, messages[field.id]!, control);
    }
    return this.typed.findIndex((typed) => messages[typed.field.id]);
  }

  bringTo(index: number): void {
    const control = this.typed[index]?.control;
    if (!control) return;
    centre(control);
    control.focus({ preventScroll: true });
  }

  bringToSignature(): void {
    if (this.places[0]) centre(this.places[0]);
  }

  showSignature(appearance: Appearance): void {
    for (const place of this.places) {
      const type = place.dataset.type ?? "";
      const content = appearance ? contentOf(type, appearance) : hint(type);
      place.firstElementChild!.replaceWith(content);
      place.classList.toggle("filled", Boolean(appearance));
    }
  }

  private place(field: Field): void {
    const page = document.querySelector<HTMLElement>(
      `[data-document="${CSS.escape(field.document_id)}"] [data-page="${field.page}"]`,
    );
    if (!page) return;
    if (SIGNED.has(field.type)) page.append(this.signaturePlace(field));
    else if (field.type === "date") page.append(datePlace(field));
    else page.append(this.typedPlace(field));
  }

  private signaturePlace(field: Field): HTMLElement {
    const button = create("button", { type: "button", className: "field place" });
    button.dataset.testid = `field-${field.id}`;
    button.dataset.type = field.type;
    const name = create("span", { className: "visually-hidden", textContent: field.name });
    button.append(hint(field.type), " ", name);
    button.addEventListener("click", () => this.events.onSignature());
    this.places.push(button);
    return positioned(button, field);
  }

  private typedPlace(field: Field): HTMLElement {
    const control = controlFor(field);
    control.dataset.testid = `field-${field.id}`;
    control.id = `field-${field.id}`;
    control.setAttribute("aria-label", field.name);
    control.required = field.required;
    const error = create("span", { className: "error", hidden: true, id: `error-${field.id}` });
    control.setAttribute("aria-describedby", error.id);
    const label = create("label", { className: `field typed-field ${field.type}` });
    label.classList.toggle("right-half", field.x + field.w / 2 > 0.5);
    label.append(control, error);
    const typed = { field, control, error };
    const index = this.typed.push(typed) - 1;
    this.listen(typed, label, index);
    return positioned(label, field);
  }

  /** Of boxes that exclude each other one is ticked, as of radio buttons. */
  private untickOthers({ field, control }: Typed): void {
    if (!(control as HTMLInputElement).checked) return;
    for (const other of this.typed) {
      if (!field.excludes.includes(other.field.id) || !valueOf(other)) continue;
      (other.control as HTMLInputElement).checked = false;
      remember({ values: { ...memory.values, [other.field.id]: "" } });
      other.control.dispatchEvent(new Event("change"));
    }
  }

  private listen(typed: Typed, label: HTMLElement, index: number): void {
    const { control, field, error } = typed;
    fill(control, memory.values[field.id] ?? field.value ?? "");
    const showFilled = () => label.classList.toggle("filled", Boolean(valueOf(typed)));
    showFilled();
    control.addEventListener("input", () => {
      this.untickOthers(typed);
      remember({ values: { ...memory.values, [field.id]: valueOf(typed) } });
      showError(error, "", control);
      showFilled();
    });
    // A box that excludes it was ticked
    control.addEventListener("change", showFilled);
    control.addEventListener("focus", () => this.events.onFocus(index));
  }
}

function controlFor(field: Field): Control {
  if (field.type === "checkbox") return create("input", { type: "checkbox" });
  if (field.options.length) return choiceOf(field.options);
  const page = state.documents.find((one) => one.id === field.document_id)?.pages[field.page];
  const tall = field.h * (page?.height ?? 0) > 40;
  if (tall) return create("textarea");
  return create("input", { type: "text", autocomplete: "off", enterKeyHint: "next" });
}

function choiceOf(options: string[]): HTMLSelectElement {
  const select = create("select");
  const texts = options.includes("") ? options : ["", ...options];
  select.append(...texts.map((text) => create("option", { textContent: text, value: text })));
  return select;
}

/** The day of signing is the server's to say, in UTC; it shows here where and as it will stand. */
function datePlace(field: Field): HTMLElement {
  const today = new Date().toISOString().slice(0, 10);
  const place = create("span", { className: "field date filled", textContent: today });
  place.dataset.testid = `field-${field.id}`;
  place.title = t("date_of_signing");
  return positioned(place, field);
}

function positioned<T extends HTMLElement>(element: T, field: Field): T {
  element.style.left = `${field.x * 100}%`;
  element.style.top = `${field.y * 100}%`;
  element.style.width = `${field.w * 100}%`;
  element.style.height = `${field.h * 100}%`;
  const page = state.documents.find((one) => one.id === field.document_id)?.pages[field.page];
  const ratio = page ? page.height / page.width : 1;
  // Hundredths of the page's width, the unit that CSS can turn into a font size
  element.style.setProperty("--height", `${field.h * ratio * 100}`);
  element.style.setProperty("--width", `${field.w * 100}`);
  if (page) element.style.setProperty("--point", `${100 / page.width}`);
  return element;
}

/** What the PDF will show in a place: a drawing stands only where a signature was asked for. */
function contentOf(type: string, appearance: NonNullable<Appearance>): HTMLElement {
  if (type === "initials") return mark(initials(state.task.name));
  if (type === "stamp") return mark(state.task.name);
  return "image" in appearance
    ? create("img", { src: appearance.image, alt: t("signature") })
    : mark(appearance.text);
}

function mark(text: string): HTMLElement {
  return fitted("mark", text, "italic");
}

function hint(type: string): HTMLElement {
  return fitted("hint", t(HINTS[type] ?? "sign_here"), "600");
}

/** Text on one line that is never wider than its field: CSS learns how wide it is beside its
 *  height. */
function fitted(className: string, text: string, style: string): HTMLElement {
  const context = document.createElement("canvas").getContext("2d")!;
  const families = getComputedStyle(document.documentElement).getPropertyValue("--font");
  context.font = `${style} 100px ${families}`;
  const ems = Math.max(1, (context.measureText(text).width / 100) * 1.06);
  const span = create("span", { className, textContent: text });
  span.style.setProperty("--fit", `${1 / ems}`);
  return span;
}

function valueOf({ control }: Typed): string {
  if (control.type === "checkbox") return (control as HTMLInputElement).checked ? "true" : "";
  return control.value.trim();
}

function fill(control: Control, value: string): void {
  if (control.type === "checkbox") (control as HTMLInputElement).checked = value === "true";
  else control.value = value;
}

function centre(element: HTMLElement): void {
  element.scrollIntoView({ block: "center", inline: "center", behavior: calmScroll() });
}
