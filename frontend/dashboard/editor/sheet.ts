import { create } from "../../shared/dom";
import type { EditorPage } from "./model";
import { type Guides, snapped } from "./snap";

const REACH = 6; // pixels

type Box = { x: number; y: number; w: number; h: number };

/** One page with what lies on it. */
export class Sheet {
  readonly element = create("div", { className: "page editor-page" });
  private readonly lines = { x: create("i", { className: "guide-x", hidden: true }), y: create("i", { className: "guide-y", hidden: true }) };

  constructor(
    readonly document: string,
    readonly number: number,
    readonly page: EditorPage,
    title: string,
  ) {
    const image = create("img", {
      src: page.image,
      width: Math.round(page.width),
      height: Math.round(page.height),
      loading: number ? "lazy" : "eager",
      draggable: false,
      alt: `Page ${number + 1} of ${title}`,
    });
    this.element.style.aspectRatio = `${page.width} / ${page.height}`;
    this.element.append(image, this.lines.x, this.lines.y);
  }

  /** Where a point of the window is on the page. */
  fraction(clientX: number, clientY: number): [number, number] {
    const { left, top, width, height } = this.element.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  }

  holds(clientX: number, clientY: number): boolean {
    const [x, y] = this.fraction(clientX, clientY);
    return x >= 0 && x <= 1 && y >= 0 && y <= 1;
  }

  /** How much of the window's height it takes. */
  get visible(): number {
    const { top, bottom } = this.element.getBoundingClientRect();
    return Math.min(bottom, innerHeight) - Math.max(top, 0);
  }

  /** The middle of what can be seen of it, as a fraction. */
  middle(): number {
    const { top, bottom, height } = this.element.getBoundingClientRect();
    const seen = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2;
    return Math.min(Math.max((seen - top) / height, 0.05), 0.95);
  }

  snap<T extends Box>(box: T, others: readonly Box[]): { box: T; guides: Guides } {
    const { width, height } = this.element.getBoundingClientRect();
    return snapped(box, others, { x: REACH / width, y: REACH / height });
  }

  guide(guides: Guides): void {
    for (const axis of ["x", "y"] as const) {
      const at = guides[axis];
      this.lines[axis].hidden = at === undefined;
      this.lines[axis].style[axis === "x" ? "left" : "top"] = `${(at ?? 0) * 100}%`;
    }
  }
}
