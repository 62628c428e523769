import type { Step } from "./steps";

/* The browser's Back leads to the step before: on a phone nobody looks for another way. */

interface Entry {
  step: Step;
  depth: number;
}

/** From here one goes back, or on to what no way leads back from. */
const ENDS: Step[] = ["identify", "sign"];
// A frame shares its history with the page around it, which knows nothing of our steps
const own = window.parent === window;

let depth = entry()?.depth ?? 0;

function entry(): Entry | null {
  return history.state as Entry | null;
}

/** Filling in happens where one reads: it is no step of its own here. */
function placeOf(step: Step): Step {
  return step === "fill" ? "read" : step;
}

/** A step further is an entry of its own; a step back changes the one that is there. */
export function noteStep(shown: Step): void {
  const step = placeOf(shown);
  const now = entry();
  if (!own || now?.step === step) return;
  if (now && !ENDS.includes(now.step)) history.pushState({ step, depth: ++depth }, "");
  else history.replaceState({ step, depth }, "");
}

/** Calls `show` with the step that Back or Forward leads to. */
export function followHistory(show: (step: Step) => void): void {
  addEventListener("popstate", ({ state }) => {
    const to = state as Entry | null;
    const shown = document.body.dataset.step as Step | "done";
    if (!to || shown === "done") return;
    const back = to.depth < depth;
    depth = to.depth;
    if (to.step !== placeOf(shown)) show(to.step);
    else if (back && depth > 0) history.back();
  });
}

/** After the end Back leads to where the person came from, past all steps. */
export function forgetSteps(): void {
  if (own && depth > 0) history.go(-depth);
}
