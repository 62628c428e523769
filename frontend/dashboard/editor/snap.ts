import type { Area } from "./model";

/** Where a line shows what a box has snapped to, in fractions of the page. */
export interface Guides {
  x?: number;
  y?: number;
}

type Box = Pick<Area, "x" | "y" | "w" | "h">;

/** Moves a box onto the edges and middles of its neighbours, and onto the middle of the page, when
 *  it is nearer than `reach` (fractions of width and height). */
export function snapped<T extends Box>(box: T, others: readonly Box[], reach: { x: number; y: number }): { box: T; guides: Guides } {
  const x = nearest(lines(box.x, box.w), [0.5, ...others.flatMap((one) => lines(one.x, one.w))], reach.x);
  const y = nearest(lines(box.y, box.h), others.flatMap((one) => lines(one.y, one.h)), reach.y);
  return {
    box: { ...box, x: box.x + (x?.by ?? 0), y: box.y + (y?.by ?? 0) },
    guides: { ...(x && { x: x.at }), ...(y && { y: y.at }) },
  };
}

const lines = (start: number, size: number): number[] => [start, start + size / 2, start + size];

function nearest(own: number[], theirs: number[], reach: number): { by: number; at: number } | null {
  let found: { by: number; at: number } | null = null;
  for (const at of theirs) {
    for (const line of own) {
      const by = at - line;
      if (Math.abs(by) <= Math.abs(found?.by ?? reach)) found = { by, at };
    }
  }
  return found;
}
