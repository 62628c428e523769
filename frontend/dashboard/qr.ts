import { generate } from "lean-qr";
import { byId } from "../shared/dom";

/** The address for an app, to be read by its camera. */
export function drawQr(): void {
  const canvas = byId<HTMLCanvasElement>("qr");
  generate(canvas.dataset["text"] ?? "").toCanvas(canvas);
}
