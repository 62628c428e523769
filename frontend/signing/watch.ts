import { Refusal, call } from "../shared/api";
import type { State } from "./page-data";

const GROWTH = 1.6;
const LONGEST_PAUSE = 60_000;

/** Asks now and then how the task stands, less and less often and only while the page is in view.
 *  The first state that is no longer `waiting`, or null when the link is no longer good. */
export async function watch(
  base: string,
  pause: number,
  waiting: (state: State) => boolean,
): Promise<State | null> {
  for (; ; pause = Math.min(LONGEST_PAUSE, pause * GROWTH)) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    await inView();
    const state = await ask(base);
    if (state === null || (state && !waiting(state))) return state;
  }
}

/** Undefined without an answer; a refusal is one. */
async function ask(base: string): Promise<State | null | undefined> {
  try {
    return await call<State>(`${base}/state`);
  } catch (error) {
    return error instanceof Refusal ? null : undefined;
  }
}

/** When somebody can see the page: at once, or once its tab is in front. */
export function inView(): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) =>
    document.addEventListener("visibilitychange", () => resolve(), { once: true }),
  );
}
