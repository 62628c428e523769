import { create } from "../../shared/dom";
import type { Board } from "./board";
import { type PlacedField, onPage, toolName } from "./model";
import type { Sheet } from "./sheet";

const COLOURS = 6;
const STEP = 4; // points, by keyboard
const TREMOR = 4; // pixels that a press may move without being a drag

const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** A field on a page: pressed, dragged, or moved by keys. */
export class Box {
  readonly element = create("button", { type: "button" });
  field!: PlacedField;
  private readonly label = create("span");
  private readonly grip = create("i", { className: "grip" });

  constructor(
    private readonly board: Board,
    help: string,
  ) {
    this.element.setAttribute("aria-describedby", help);
    this.element.append(this.label, this.grip);
    this.element.addEventListener("focus", () => this.board.events.select(this.field.id));
    this.element.addEventListener("click", () => this.board.events.select(this.field.id));
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.element.addEventListener("pointerdown", (event) => this.grab(event));
  }

  show(field: PlacedField, person: string, place: number): void {
    this.field = field;
    this.draw(field);
    const selected = this.element.classList.contains("selected");
    this.element.className = `editor-field person-${place < 0 ? "none" : place % COLOURS}`;
    this.element.classList.toggle("selected", selected);
    this.element.dataset.testid = `placed-${field.kind}`;
    this.element.dataset.id = field.id;
    const star = field.required ? "" : " (optional)";
    const text = `${field.name}${star} · ${person}`;
    this.label.textContent = field.kind === "checkbox" ? "✓" : text;
    this.element.setAttribute("aria-label", `${text}: ${toolName(field)} on page ${field.page + 1}`);
  }

  private draw({ x, y, w, h }: { x: number; y: number; w: number; h: number }): void {
    const { style } = this.element;
    style.left = `${x * 100}%`;
    style.top = `${y * 100}%`;
    style.width = `${w * 100}%`;
    style.height = `${h * 100}%`;
  }

  private get sheet(): Sheet {
    return this.board.sheet(this.field.document, this.field.page)!;
  }

  // ------------------------------------------------------------------ mouse and touch

  private grab(event: PointerEvent): void {
    if (event.button !== 0) return;
    const resizes = event.target === this.grip;
    const start = { x: event.clientX, y: event.clientY };
    let moved: PlacedField | null = null;
    this.element.setPointerCapture(event.pointerId);
    const drag = (now: PointerEvent) => {
      if (!moved && Math.hypot(now.clientX - start.x, now.clientY - start.y) < TREMOR) return;
      moved = this.dragged(now.clientX - start.x, now.clientY - start.y, resizes);
    };
    const drop = (last: PointerEvent) => {
      this.element.removeEventListener("pointermove", drag);
      this.element.removeEventListener("pointerup", drop);
      this.element.removeEventListener("pointercancel", drop);
      this.sheet.guide({});
      this.sheet.element.classList.remove("dragging");
      if (moved) this.board.events.change(onPage(resizes ? moved : this.landed(moved, last)));
    };
    this.element.addEventListener("pointermove", drag);
    this.element.addEventListener("pointerup", drop);
    this.element.addEventListener("pointercancel", drop);
  }

  private dragged(byX: number, byY: number, resizes: boolean): PlacedField {
    const { width, height } = this.sheet.element.getBoundingClientRect();
    const { field } = this;
    const others = this.board.neighbours(this.sheet, field.id);
    const by = { x: byX / width, y: byY / height };
    this.sheet.element.classList.add("dragging");
    if (resizes) {
      const grown = { ...field, w: Math.max(field.w + by.x, 0.01), h: Math.max(field.h + by.y, 0.01) };
      this.draw(grown);
      return grown;
    }
    const { box, guides } = this.sheet.snap({ ...field, x: field.x + by.x, y: field.y + by.y }, others);
    this.sheet.guide(guides);
    this.draw(box);
    return box;
  }

  /** It may have been dropped on another page. */
  private landed(moved: PlacedField, { clientX, clientY }: PointerEvent): PlacedField {
    const under = this.board.sheetAt(clientX, clientY);
    if (!under || under === this.sheet) return moved;
    const [x, y] = under.fraction(clientX, clientY);
    const page = { document: under.document, page: under.number };
    return { ...moved, ...page, x: x - moved.w / 2, y: y - moved.h / 2 };
  }

  // ------------------------------------------------------------------ keyboard

  private key(event: KeyboardEvent): void {
    const arrow = ARROWS[event.key];
    if (event.ctrlKey || event.metaKey) return;
    if (arrow) this.step(arrow, event);
    else if (event.key === "PageUp" || event.key === "PageDown") this.turn(event.key === "PageUp" ? -1 : 1);
    else if (event.key === "Delete" || event.key === "Backspace") this.board.events.remove(this.field.id);
    else if (event.key === "Enter") this.board.events.describe();
    else if (event.key === "Escape") this.board.events.select("");
    else return;
    event.preventDefault();
  }

  private step([x, y]: [number, number], { shiftKey, altKey }: KeyboardEvent): void {
    const { width, height } = this.sheet.page;
    const points = altKey ? 1 : STEP;
    const by = { x: (x * points) / width, y: (y * points) / height };
    const { field } = this;
    const after = shiftKey
      ? { ...field, w: field.w + by.x, h: field.h + by.y }
      : { ...field, x: field.x + by.x, y: field.y + by.y };
    this.board.events.change(onPage(after));
  }

  private turn(by: number): void {
    const to = this.field.page + by;
    if (!this.board.sheet(this.field.document, to)) return;
    this.board.events.change({ ...this.field, page: to });
    this.board.focus(this.field.id);
  }
}
