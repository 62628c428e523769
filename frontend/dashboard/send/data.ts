import { byId } from "../../shared/dom";
import type { EditorDocument, PlacedField } from "../editor/model";

/** As pages/dashboard/sending/schemas.py has them. */
export interface Person {
  key: string;
  name: string;
  email: string;
  phone: string;
  language: string;
  role: "sign" | "copy";
  turn: number;
  proof: string;
}

export interface Content {
  name: string;
  order: string[];
  people: Person[];
  ordered: boolean;
  fields: PlacedField[];
  project: string;
  message: string;
  due: string;
  reminder_days: number | null;
  reminders: number;
}

export interface DraftFile extends EditorDocument {
  size: number;
}

interface Data {
  base: string;
  version: number;
  content: Content;
  documents: DraftFile[];
  largest: number;
}

export const data = JSON.parse(byId("draft").textContent ?? "") as Data;

export const signers = (): Person[] => data.content.people.filter((person) => person.role === "sign");

export function labelOf(person: Person): string {
  const place = data.content.people.indexOf(person) + 1;
  return person.name.trim() || person.email.trim() || `Person ${place}`;
}

export function newKey(): string {
  const random = crypto.getRandomValues(new Uint8Array(12));
  return [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
