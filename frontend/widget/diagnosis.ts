import type { ErrorCode } from "./widget";

/** A page that runs says so before its frame counts as loaded, give or take a slow phone. */
const AFTER_LOADING = 3000;
const WITHOUT_LOADING = 30_000;

/** Finds out why a frame stays silent: browsers do not tell a page that another one refused to be
 *  framed by it. Returns what stops it, to be called at the first sign of life. */
export function diagnose(
  frame: HTMLIFrameElement,
  api: string,
  report: (code: ErrorCode, message: string) => void,
): () => void {
  let timer = setTimeout(examine, WITHOUT_LOADING);
  let over = false;
  frame.addEventListener("load", () => {
    clearTimeout(timer);
    if (!over) timer = setTimeout(examine, AFTER_LOADING);
  });

  async function examine(): Promise<void> {
    const answers = await isThere(api);
    if (over) return;
    if (answers) report("origin_not_allowed", `${location.origin} is not allowed by the project.`);
    else report("unreachable", `${api} does not answer.`);
  }

  return () => {
    over = true;
    clearTimeout(timer);
  };
}

/** Only Countersign's own files for embedding pages may be asked for from elsewhere. */
async function isThere(api: string): Promise<boolean> {
  const answer = await fetch(`${api}/widget/widget.css`, {
    credentials: "omit",
    cache: "no-store",
  }).catch(() => null);
  return Boolean(answer?.ok);
}
