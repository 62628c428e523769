/** Fields on the pages of documents: placed, moved and described by mouse, touch and keyboard.
 *
 *      const editor = mountEditor(root, model, (fields) => save(fields));
 *      editor.destroy();
 *
 *  `root` is an empty element; `model` (./model.ts) says which pages there are, whom fields may
 *  belong to and which ones stand there already. `onChange` gets all fields after each change, in
 *  a new array whose order is that of their making. Mount it again when documents or people have
 *  changed. The style is ./editor.css, to be imported by the stylesheet of the page; the server's
 *  half, which makes the model and checks what comes back, is pages/dashboard/placing.py.
 */

import { create } from "../../shared/dom";
import { Board } from "./board";
import { Inspector } from "./inspector";
import { type EditorModel, type PlacedField, type Tool, copies, newId, onPage, toolName } from "./model";
import { Palette } from "./palette";
import type { Sheet } from "./sheet";

export type { EditorModel, PlacedField } from "./model";

export interface Editor {
  destroy(): void;
}

export function mountEditor(
  root: HTMLElement,
  model: EditorModel,
  onChange: (fields: PlacedField[]) => void,
): Editor {
  return new FieldEditor(root, model, onChange);
}

class FieldEditor implements Editor {
  private fields: PlacedField[];
  private selected = "";
  private readonly palette: Palette;
  private readonly board: Board;
  private readonly inspector: Inspector;
  private readonly live = create("p", { className: "visually-hidden", role: "status" });

  constructor(
    private readonly root: HTMLElement,
    private readonly model: EditorModel,
    private readonly onChange: (fields: PlacedField[]) => void,
  ) {
    this.fields = [...model.fields];
    this.palette = new Palette(model, {
      place: (tool) => this.placeInView(tool),
      drop: (tool, x, y) => this.drop(tool, x, y),
      adopt: () => this.adoptProposals(),
    });
    this.board = new Board(model, {
      press: (sheet, x, y) => this.press(sheet, x, y),
      select: (id) => this.select(id),
      change: (field) => this.put(field),
      remove: (id) => this.remove(id),
      describe: () => this.inspector.focus(),
    });
    this.inspector = new Inspector(model, {
      change: (field) => this.put(field),
      copy: (field) => this.copyToAll(field),
      remove: (id) => this.remove(id),
      close: (id) => this.leave(id),
    });
    const tools = create("div", { className: "editor-tools" });
    tools.append(this.palette.element, this.inspector.element);
    root.classList.add("editor");
    root.replaceChildren(tools, this.board.element, this.live);
    for (const field of this.fields) this.board.show(field);
    this.palette.proposals(this.proposals().length);
  }

  destroy(): void {
    this.palette.disarm();
    this.board.destroy();
    this.root.classList.remove("editor", "selecting");
    this.root.replaceChildren();
  }

  // ------------------------------------------------------------------ adding

  private press(sheet: Sheet, x: number, y: number): void {
    const tool = this.palette.armed;
    if (tool) this.add(sheet, tool, x, y);
    else this.select("");
  }

  private drop(tool: Tool, clientX: number, clientY: number): void {
    const sheet = this.board.sheetAt(clientX, clientY);
    if (sheet) this.add(sheet, tool, ...sheet.fraction(clientX, clientY));
  }

  /** By keyboard: into the middle of the page that is looked at, below what is there already. */
  private placeInView(tool: Tool): void {
    const sheet = this.board.inView();
    let y = sheet.middle();
    const free = () => !this.on(sheet).some((other) => Math.abs(other.y + other.h / 2 - y) < 0.02);
    for (let tries = 0; tries < 20 && !free(); tries++) y = (y + 0.05) % 1;
    this.add(sheet, tool, 0.5, y);
  }

  private add(sheet: Sheet, tool: Tool, x: number, y: number): void {
    const w = tool.width / sheet.page.width;
    const h = tool.height / sheet.page.height;
    const area = sheet.snap({ x: x - w / 2, y: y - h / 2, w, h }, this.on(sheet)).box;
    const field: PlacedField = onPage({
      id: newId(),
      document: sheet.document,
      person: this.palette.person,
      kind: tool.kind,
      name: this.freeName(tool.name),
      required: true,
      page: sheet.number,
      ...area,
      ...(tool.options && { options: tool.options }),
    });
    this.palette.disarm();
    this.put(field);
    this.board.focus(field.id);
    this.say(`${tool.name} added on page ${sheet.number + 1}.`);
  }

  /** "Text", "Text 2": people tell fields apart by their names. */
  private freeName(name: string): string {
    const taken = new Set(this.fields.map((field) => field.name));
    for (let number = 2, found = name; ; number++) {
      if (!taken.has(found)) return found;
      found = `${name} ${number}`;
    }
  }

  private on(sheet: Sheet): PlacedField[] {
    return this.fields.filter((field) => field.document === sheet.document && field.page === sheet.number);
  }

  private proposals(): PlacedField[] {
    const person = this.palette.person;
    const all = this.model.documents.flatMap((document) =>
      (document.proposed ?? []).map((found) => onPage({ ...found, id: newId(), document: document.id, person })),
    );
    return all.filter((found) => !this.fields.some((field) => overlaps(field, found)));
  }

  private adoptProposals(): void {
    const found = this.proposals();
    for (const field of found) this.board.show(field);
    this.changed([...this.fields, ...found]);
    this.palette.proposals(0);
    this.say(`${found.length} fields added.`);
  }

  // ------------------------------------------------------------------ changing

  private put(field: PlacedField): void {
    const isNew = !this.fields.some((other) => other.id === field.id);
    this.board.show(field);
    this.changed(isNew ? [...this.fields, field] : this.fields.map((other) => (other.id === field.id ? field : other)));
    if (this.selected === field.id) this.inspector.show(field);
  }

  private copyToAll(field: PlacedField): void {
    const pages = this.model.documents.find((document) => document.id === field.document)!.pages.length;
    const made = copies(field, pages, this.fields);
    for (const copy of made) this.board.show(copy);
    this.changed([...this.fields, ...made]);
    this.say(made.length ? `Copied to ${made.length} more pages.` : "It is on every page already.");
  }

  private remove(id: string): void {
    const place = this.fields.findIndex((field) => field.id === id);
    const gone = this.fields[place];
    if (!gone) return;
    this.board.hide(id);
    this.changed(this.fields.filter((field) => field.id !== id));
    this.select("");
    this.palette.proposals(this.proposals().length);
    const next = this.fields[Math.min(place, this.fields.length - 1)];
    if (next) this.board.focus(next.id);
    else this.palette.focus();
    this.say(`${toolName(gone)} removed.`);
  }

  private select(id: string): void {
    this.selected = id;
    const field = this.fields.find((one) => one.id === id);
    this.board.mark(id);
    this.root.classList.toggle("selecting", Boolean(field));
    if (field) this.inspector.show(field);
    else this.inspector.hide();
  }

  private leave(id: string): void {
    this.board.focus(id, false);
    this.select("");
  }

  private changed(fields: PlacedField[]): void {
    this.fields = fields;
    this.onChange([...fields]);
  }

  private say(text: string): void {
    this.live.textContent = text;
  }
}

/** Whether a box stands on the middle of another one. */
function overlaps(field: PlacedField, found: PlacedField): boolean {
  const x = found.x + found.w / 2;
  const y = found.y + found.h / 2;
  const there = field.document === found.document && field.page === found.page;
  return there && x >= field.x && x <= field.x + field.w && y >= field.y && y <= field.y + field.h;
}
