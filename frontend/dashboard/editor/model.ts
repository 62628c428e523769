/** What the editor is given and gives back: the words and units of domain/task.py. */

export type Kind = "signature" | "initials" | "stamp" | "text" | "date" | "checkbox";

/** A page as shown, in points; `image` is an address. */
export interface EditorPage {
  image: string;
  width: number;
  height: number;
}

export interface EditorDocument {
  id: string;
  name: string;
  pages: EditorPage[];
  /** Found in the PDF's own form: offered once, for whoever is chosen then. */
  proposed?: Omit<PlacedField, "id" | "document" | "person">[];
}

export interface EditorPerson {
  key: string;
  label: string;
}

/** Fractions of the page from its top left corner; pages count from 0. One of the `options`, if
 *  there are any, has to be chosen. */
export interface Area {
  page: number;
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface PlacedField extends Area {
  id: string;
  document: string;
  person: string;
  kind: Kind;
  name: string;
  required: boolean;
  options?: string[];
}

export interface EditorModel {
  documents: EditorDocument[];
  people: EditorPerson[];
  fields: PlacedField[];
}

/** What can be added: a choice is a text with options. */
export interface Tool {
  name: string;
  kind: Kind;
  width: number;
  height: number;
  options?: string[];
}

/** Sizes in points, as people draw them on paper. */
export const TOOLS: readonly Tool[] = [
  { name: "Signature", kind: "signature", width: 180, height: 54 },
  { name: "Initials", kind: "initials", width: 72, height: 40 },
  { name: "Text", kind: "text", width: 180, height: 24 },
  { name: "Date", kind: "date", width: 110, height: 24 },
  { name: "Checkbox", kind: "checkbox", width: 18, height: 18 },
  { name: "Choice", kind: "text", width: 180, height: 24, options: ["Yes", "No"] },
  { name: "Stamp", kind: "stamp", width: 120, height: 72 },
];

export function toolName(field: PlacedField): string {
  const chosen = Boolean(field.options?.length);
  return TOOLS.find((tool) => tool.kind === field.kind && Boolean(tool.options) === chosen)?.name ?? field.kind;
}

export const SMALLEST = 0.008;

const between = (value: number, low: number, high: number) => Math.min(Math.max(value, low), Math.max(low, high));

/** The same box, wholly on its page. */
export function onPage<T extends Area>(area: T): T {
  const w = between(area.w, SMALLEST, 1);
  const h = between(area.h, SMALLEST, 1);
  return { ...area, w, h, x: between(area.x, 0, 1 - w), y: between(area.y, 0, 1 - h) };
}

/** Not of crypto.randomUUID, which plain http lacks. */
export function newId(): string {
  const random = crypto.getRandomValues(new Uint8Array(12));
  return `f${[...random].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** The same box on every other page of its document where it isn't yet. */
export function copies(field: PlacedField, pages: number, others: readonly PlacedField[]): PlacedField[] {
  const there = new Set(others.filter((other) => isCopy(field, other)).map((other) => other.page));
  return Array.from({ length: pages }, (_, page) => page)
    .filter((page) => page !== field.page && !there.has(page))
    .map((page) => ({ ...field, id: newId(), page }));
}

function isCopy(field: PlacedField, other: PlacedField): boolean {
  const same = (["document", "person", "kind", "x", "y", "w", "h"] as const).every((part) => field[part] === other[part]);
  return same && field.id !== other.id;
}
