import type { PointGroup } from "signature_pad";

/** The longest side of an image that is sent, in pixels: sharp in print at any size of a field. */
const LARGEST = 1200;
const MARGIN = 6;

/** The inked part of a canvas as a PNG data URL, so that a small signature fills its field. */
export function inkOf(canvas: HTMLCanvasElement, groups: PointGroup[]): string {
  const scale = canvas.width / canvas.clientWidth;
  const points = groups.flatMap((group) => group.points);
  const span = (values: number[], limit: number): [number, number] => {
    const low = Math.max(0, Math.floor((Math.min(...values) - MARGIN) * scale));
    const high = Math.min(limit, Math.ceil((Math.max(...values) + MARGIN) * scale));
    return [low, Math.max(1, high - low)];
  };
  const [left, width] = span(points.map((point) => point.x), canvas.width);
  const [top, height] = span(points.map((point) => point.y), canvas.height);
  return draw(canvas, { left, top, width, height }, Math.min(1, LARGEST / Math.max(width, height)));
}

/** A chosen file as a PNG data URL of a sensible size; rejects when it is no image. */
export async function imageOf(file: File): Promise<string> {
  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  const scale = Math.min(1, LARGEST / Math.max(width, height));
  return draw(bitmap, { left: 0, top: 0, width, height }, scale);
}

function draw(
  source: CanvasImageSource,
  part: { left: number; top: number; width: number; height: number },
  scale: number,
): string {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(part.width * scale));
  canvas.height = Math.max(1, Math.round(part.height * scale));
  const { left, top, width, height } = part;
  canvas
    .getContext("2d")!
    .drawImage(source, left, top, width, height, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}
