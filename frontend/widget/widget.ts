/** The signing page inside a page of your own: docs/widget.md. */

import { type FrameMessage, frameFor, listenTo } from "./frame";
import { diagnose } from "./diagnosis";

/** Whom and what a callback is about. */
export interface Participation {
  documentId: string;
  participantId: string;
}

export type ErrorCode =
  | "container_not_found"
  | "token_missing"
  | "api_url_invalid"
  | "origin_not_allowed"
  | "unreachable"
  | "not_found"
  | "expired"
  | "cancelled"
  | "declined";

export interface WidgetError {
  code: ErrorCode;
  message: string;
}

export interface WidgetOptions {
  /** The id of the element that the signing page fills. */
  containerId: string;
  /** The last part of a signing link. */
  token: string;
  /** Where Countersign is; by default where this script came from. */
  apiUrl?: string;
  /** BCP 47, e.g. "sv"; by default the participant's own. */
  language?: string;
  /** The page is there and can be used. */
  onReady?(): void;
  /** `redirectUrl` is where the project wants people to go next; going there is up to you. */
  onSigned?(result: Participation & { redirectUrl: string | null }): void;
  onReviewed?(result: Participation & { redirectUrl: string | null }): void;
  onDeclined?(result: Participation & { reason: string }): void;
  /** Everybody has signed and the document is sealed; also when it was before the page opened. */
  onCompleted?(result: Participation): void;
  onError?(error: WidgetError): void;
}

export interface WidgetHandle {
  /** Takes the page away and stops listening. */
  destroy(): void;
}

const TOKEN = /^[\w-]+$/;
const NOTHING: WidgetHandle = { destroy: () => undefined };

const ENDINGS: Record<string, string> = {
  not_found: "There is nothing behind this token.",
  expired: "The time to sign is over.",
  cancelled: "The request was withdrawn.",
  declined: "The request was declined.",
};

/** Shows the signing page of `token` in the element `containerId`. Never throws: what is wrong is
 *  told to `onError`, after `init` has returned. */
export function init(options: WidgetOptions): WidgetHandle {
  const report = reporter(options);
  const container = document.getElementById(options.containerId ?? "");
  const api = originOf(options.apiUrl ?? import.meta.url);
  if (!container) {
    report("container_not_found", `The page has no element #${options.containerId}.`);
  } else if (!TOKEN.test(options.token ?? "")) {
    report("token_missing", "The token is the last part of a signing link.");
  } else if (!api) {
    report("api_url_invalid", `This is no address: ${options.apiUrl}`);
  } else {
    return mount(container, api, options, report);
  }
  return NOTHING;
}

type Report = (code: ErrorCode, message: string) => void;

function reporter({ onError }: WidgetOptions): Report {
  const tell = onError ?? ((error) => console.error(`Countersign: ${error.message}`));
  return (code, message) => queueMicrotask(() => tell({ code, message }));
}

function mount(
  container: HTMLElement,
  api: string,
  options: WidgetOptions,
  report: Report,
): WidgetHandle {
  const frame = frameFor(api, options.token, options.language);
  const told = new Set<string>();
  const stopDiagnosis = diagnose(frame, api, report);
  const stopListening = listenTo(frame, api, (message) => {
    stopDiagnosis();
    tell(message, options, told, report);
  });
  container.replaceChildren(frame);
  return {
    destroy() {
      stopDiagnosis();
      stopListening();
      frame.remove();
    },
  };
}

const LAST_ACTS = ["signed", "reviewed", "declined"];

/** A page that is loaded again says again how things stand; each callback hears it once. */
function tell(
  message: FrameMessage,
  options: WidgetOptions,
  told: Set<string>,
  report: Report,
): void {
  const { type, documentId, participantId } = message;
  const acted = LAST_ACTS.some((act) => told.has(act));
  if (told.has(type) || (type === "ended" && acted)) return;
  told.add(type);
  const who = { documentId, participantId };
  const next = { ...who, redirectUrl: message.redirectUrl ?? null };
  if (type === "ready") options.onReady?.();
  if (type === "signed") options.onSigned?.(next);
  if (type === "reviewed") options.onReviewed?.(next);
  if (type === "declined") options.onDeclined?.({ ...who, reason: message.reason ?? "" });
  if (type === "completed") options.onCompleted?.(who);
  if (type === "ended") report(message.code as ErrorCode, ENDINGS[message.code ?? ""] ?? "");
}

function originOf(address: string): string | null {
  try {
    return new URL(address, location.href).origin;
  } catch {
    return null;
  }
}
