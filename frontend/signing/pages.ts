import { announce, byId, create, maybeId } from "../shared/dom";
import { call, Refusal } from "../shared/api";
import { t } from "./page-data";

/** `GET …/pages/{n}.json` is a list of these: words and their box in fractions of the page,
 *  origin top left. */
interface TextRun {
  text: string;
  x: number;
  y: number;
  w: number;
  h: number;
}

const ZOOMS = [1, 1.5, 2, 3];

/** Page images get their text (for screen readers, search and selection) as they come near. */
export function preparePages(): void {
  if (!maybeId("reading")) return;
  const near = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        void addText(target as HTMLElement);
      }
    },
    { rootMargin: "200%" },
  );
  for (const page of document.querySelectorAll<HTMLElement>(".page")) {
    near.observe(page);
    prepareImage(page.querySelector("img")!);
  }
  prepareZoom();
}

async function addText(page: HTMLElement): Promise<void> {
  // Without its text the page can still be read by eye and downloaded, so a failure stays silent
  const runs = await call<TextRun[]>(page.dataset.text!).catch(() => []);
  const image = page.querySelector("img")!;
  const ratio = image.height / image.width;
  const text = create("div", { className: "words" });
  text.append(...runs.map((run) => textRun(run, ratio)));
  image.after(text);
}

function textRun(run: TextRun, ratio: number): HTMLElement {
  const span = create("span", { textContent: run.text });
  span.style.left = `${run.x * 100}%`;
  span.style.top = `${run.y * 100}%`;
  span.style.width = `${run.w * 100}%`;
  span.style.setProperty("--height", `${run.h * ratio * 100}`);
  return span;
}

function prepareImage(image: HTMLImageElement): void {
  const failed = () => {
    image.parentElement!.classList.add("failed");
    void leaveIfOver(image.parentElement!);
  };
  image.parentElement!.dataset.failed = t("page_failed");
  image.addEventListener("error", failed);
  if (image.complete && image.naturalWidth === 0 && image.loading !== "lazy") failed();
}

/** A picture doesn't say why it fails. When the link has ended, there is a page that says so. */
async function leaveIfOver(page: HTMLElement): Promise<void> {
  await call(page.dataset.text!).catch((error) => {
    if (error instanceof Refusal && error.code === "gone") location.reload();
  });
}

function prepareZoom(): void {
  let level = 0;
  const step = (by: number) => {
    level = Math.min(ZOOMS.length - 1, Math.max(0, level + by));
    const zoom = ZOOMS[level]!;
    byId("reading").style.setProperty("--zoom", String(zoom));
    for (const image of document.querySelectorAll<HTMLImageElement>(".page img")) {
      image.sizes = `${Math.round(image.clientWidth)}px`;
    }
    byId("zoom-out").toggleAttribute("disabled", level === 0);
    byId("zoom-in").toggleAttribute("disabled", level === ZOOMS.length - 1);
    if (by) announce(t("zoomed", { percent: zoom * 100 }));
  };
  byId("zoom-in").addEventListener("click", () => step(1));
  byId("zoom-out").addEventListener("click", () => step(-1));
  byId("zoom-out").toggleAttribute("disabled", true);
}
