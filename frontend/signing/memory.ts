import type { PointGroup } from "signature_pad";
import { state } from "./page-data";

/** What a reload must not lose. It lives in this tab only and goes when the task is done. */
export interface Memory {
  step?: string;
  values: Record<string, string>;
  method?: string;
  text?: string;
  image?: string;
  strokes?: { width: number; height: number; groups: PointGroup[] };
  /** The way by which a code was sent. */
  codeSent?: string;
  /** The document whose file was brought a moment ago. */
  arrived?: string;
}

const key = `countersign:${state.task.id}`;

export const memory: Memory = { values: {}, ...stored() };

function stored(): Partial<Memory> {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "{}") as Partial<Memory>;
  } catch {
    return {};
  }
}

export function remember(changes: Partial<Memory>): void {
  Object.assign(memory, changes);
  try {
    sessionStorage.setItem(key, JSON.stringify(memory));
  } catch {
    // A full or forbidden storage costs only the convenience of a reload
  }
}

export function forget(): void {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // What could not be kept need not be forgotten
  }
}
