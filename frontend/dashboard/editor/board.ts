import { create } from "../../shared/dom";
import { Box } from "./box";
import type { EditorModel, PlacedField } from "./model";
import { Sheet } from "./sheet";

export interface BoardEvents {
  press(sheet: Sheet, x: number, y: number): void;
  select(id: string): void;
  change(field: PlacedField): void;
  remove(id: string): void;
  describe(): void;
}

const HELP = "editor-help";

/** All pages, and the boxes on them. */
export class Board {
  readonly element = create("div", { className: "editor-board" });
  readonly sheets: Sheet[] = [];
  private readonly boxes = new Map<string, Box>();

  constructor(
    private readonly model: EditorModel,
    readonly events: BoardEvents,
  ) {
    const help = "Arrow keys move the field, with Shift they change its size. Page Up and Page Down take it to another page, Enter describes it, Delete removes it.";
    this.element.append(create("p", { id: HELP, className: "visually-hidden", textContent: help }));
    for (const document of model.documents) {
      const section = create("section");
      section.append(create("h3", { textContent: document.name }));
      document.pages.forEach((page, number) => {
        const sheet = new Sheet(document.id, number, page, document.name);
        sheet.element.addEventListener("click", (event) => this.pressed(sheet, event));
        this.sheets.push(sheet);
        section.append(sheet.element);
      });
      this.element.append(section);
    }
  }

  destroy(): void {
    this.boxes.clear();
  }

  private pressed(sheet: Sheet, event: MouseEvent): void {
    if ((event.target as HTMLElement).closest(".editor-field")) return;
    this.events.press(sheet, ...sheet.fraction(event.clientX, event.clientY));
  }

  // ------------------------------------------------------------------ boxes

  show(field: PlacedField): void {
    const known = this.boxes.get(field.id);
    const box = known ?? new Box(this, HELP);
    this.boxes.set(field.id, box);
    const sheet = this.sheet(field.document, field.page);
    if (!sheet) return;
    const place = this.model.people.findIndex((person) => person.key === field.person);
    const had = document.activeElement === box.element;
    if (box.element.parentElement !== sheet.element) sheet.element.append(box.element);
    box.show(field, this.model.people[place]?.label ?? "nobody", place);
    if (had) box.element.focus({ preventScroll: true });
  }

  hide(id: string): void {
    this.boxes.get(id)?.element.remove();
    this.boxes.delete(id);
  }

  mark(id: string): void {
    for (const [key, box] of this.boxes) box.element.classList.toggle("selected", key === id);
  }

  focus(id: string, scroll = true): void {
    const element = this.boxes.get(id)?.element;
    element?.focus({ preventScroll: true });
    if (scroll) element?.scrollIntoView({ block: "nearest" });
  }

  /** The areas of the others on a page, to snap to. */
  neighbours(sheet: Sheet, id: string): PlacedField[] {
    return [...this.boxes.values()]
      .map((box) => box.field)
      .filter((field) => field.id !== id && field.document === sheet.document && field.page === sheet.number);
  }

  // ------------------------------------------------------------------ pages

  sheet(document: string, page: number): Sheet | undefined {
    return this.sheets.find((sheet) => sheet.document === document && sheet.number === page);
  }

  sheetAt(clientX: number, clientY: number): Sheet | undefined {
    return this.sheets.find((sheet) => sheet.holds(clientX, clientY));
  }

  inView(): Sheet {
    return this.sheets.reduce((best, sheet) => (sheet.visible > best.visible ? sheet : best));
  }
}
