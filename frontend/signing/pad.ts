import SignaturePad, { type PointGroup } from "signature_pad";
import { byId } from "../shared/dom";
import { inkOf } from "./image";
import { memory, remember } from "./memory";

/** The drawing area: keeps its strokes when it changes size, is hidden or is reloaded. */
export class Pad {
  private readonly canvas = byId<HTMLCanvasElement>("signature-canvas");
  private readonly clearButton = byId("clear");
  private readonly pad: SignaturePad;
  private width = 0;
  private height = 0;

  constructor(private readonly onChange: () => void) {
    this.pad = new SignaturePad(this.canvas, { penColor: "#14213d", minWidth: 0.8, maxWidth: 2.6 });
    this.pad.addEventListener("endStroke", () => this.changed());
    this.clearButton.addEventListener("click", () => this.clear());
    new ResizeObserver(() => this.fit()).observe(this.canvas);
  }

  get image(): string | null {
    return this.pad.isEmpty() ? null : inkOf(this.canvas, this.pad.toData());
  }

  private clear(): void {
    this.pad.clear();
    this.changed();
    this.canvas.focus();
  }

  private changed(): void {
    this.showHint();
    const { width, height } = this;
    const groups = this.pad.isEmpty() ? [] : this.pad.toData();
    remember({ strokes: { width, height, groups } });
    this.onChange();
  }

  private fit(): void {
    const { clientWidth, clientHeight } = this.canvas;
    const unchanged = clientWidth === this.width && clientHeight === this.height;
    if (clientWidth === 0 || unchanged) return;
    this.width = clientWidth;
    this.height = clientHeight;
    const ratio = Math.max(2, devicePixelRatio);
    this.canvas.width = clientWidth * ratio;
    this.canvas.height = clientHeight * ratio;
    this.canvas.getContext("2d")!.scale(ratio, ratio);
    this.restore();
  }

  private restore(): void {
    const none = { width: this.width, height: this.height, groups: [] };
    const { width, height, groups } = memory.strokes ?? none;
    // By both, or a phone laid on its side would cut off what was drawn upright
    this.pad.fromData(scaled(groups, Math.min(this.width / width, this.height / height)));
    this.showHint();
    this.onChange();
  }

  private showHint(): void {
    const empty = this.pad.isEmpty();
    this.clearButton.hidden = empty;
    this.canvas.parentElement!.classList.toggle("inked", !empty);
  }
}

function scaled(groups: PointGroup[], factor: number): PointGroup[] {
  return groups.map((group) => ({
    ...group,
    points: group.points.map((point) => ({ ...point, x: point.x * factor, y: point.y * factor })),
  }));
}
