import { Refusal, Unreachable } from "../shared/api";
import { language, t } from "./page-data";

/** Answers after which only the server can say what this link is now. */
const ELSEWHERE = new Set([
  "already_completed",
  "not_your_turn",
  "gone",
  "not_found",
  "identity_required",
]);

/** True when the page was loaded anew, because the task is no longer what it shows. */
export function movedOn(error: unknown): boolean {
  if (!(error instanceof Refusal) || !ELSEWHERE.has(error.code)) return false;
  location.reload();
  return true;
}

/** Words for a person: the server's own, which are English, or that it cannot be reached. */
export function explain(error: unknown): string {
  if (error instanceof Refusal) return inTheirLanguage(error.message);
  if (error instanceof Unreachable) return t("unreachable");
  throw error;
}

function inTheirLanguage(message: string): string {
  return language === "en" ? message : `${t("refused")} (${message})`;
}
