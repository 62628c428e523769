import { call } from "../shared/api";
import { calmScroll, showError } from "../shared/dom";
import { base, t } from "./page-data";

/** The least that the panel covers of the window's lower edge, in CSS pixels. */
const PANEL = 64;

/** Documents that have to be read to their end before the task can be completed. */
const unread = new Set(document.querySelectorAll<HTMLElement>(".document[data-to-view]"));

/** The document that the person was led to last: from its top the next step leads to its end. */
let ledTo: HTMLElement | null = null;

/** A document counts as read when the end of its last page has been in view. */
export function prepareReading(): void {
  const end = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) void read(target.closest<HTMLElement>(".document")!, end, target);
      }
    },
    { rootMargin: `0px 0px -${PANEL}px` },
  );
  for (const section of unread) {
    const mark = document.createElement("div");
    mark.className = "end-of-document";
    section.querySelector(".page:last-child")?.append(mark);
    end.observe(mark);
  }
}

/** Leads through the first document that has not been read; false when all have been. */
export function askToRead(): boolean {
  const [section] = unread;
  if (!section) return false;
  if (section === ledTo) toEnd(section);
  else toTop(section);
  return true;
}

function toTop(section: HTMLElement): void {
  ledTo = section;
  section.scrollIntoView({ block: "start", behavior: calmScroll() });
  section.querySelector<HTMLElement>("h2")!.focus({ preventScroll: true });
  showError(section.querySelector<HTMLElement>("[data-unread]")!, t("read_to_end"));
}

function toEnd(section: HTMLElement): void {
  section.querySelector(".page:last-child")!.scrollIntoView({ block: "end", behavior: calmScroll() });
}

async function read(section: HTMLElement, end: IntersectionObserver, mark: Element): Promise<void> {
  if (!unread.has(section)) return;
  end.unobserve(mark);
  try {
    await call(`${base}/documents/${section.dataset.document}/viewed`, { body: null });
    unread.delete(section);
    showError(section.querySelector<HTMLElement>("[data-unread]")!, "");
  } catch {
    // Not told, so not read: the next time that its end comes into view it is told again
    end.observe(mark);
  }
}
