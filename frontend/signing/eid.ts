import { generate } from "lean-qr";
import { Refusal, call } from "../shared/api";
import { byId } from "../shared/dom";
import { host } from "./frame";
import { remember } from "./memory";
import { base, language, proving, t } from "./page-data";
import { nextButton } from "./steps";

/** How the person is getting on with their eID; what it shows is the provider's. */
export interface Standing {
  status: "sent" | "pending" | "proved" | "failed" | "idle";
  sent_to?: string | null;
  hint?: string | null;
  /** The eID has pages of its own; `away`: the person was sent there. */
  redirect_url?: string;
  away?: boolean;
  qr?: string;
  qr_next?: string[];
  open_on_phone?: string;
  open_on_computer?: string;
}

const SECOND = 1000; // milliseconds
const BETWEEN_QUESTIONS = 2; // seconds
const BROKEN_OFF = new Set(["userCancel", "cancelled"]);
const TOO_LATE = new Set(["expiredTransaction", "startFailed"]);

/** One eID's order: shown, asked after, broken off. */
export class Eid {
  private running = 0;

  constructor(
    private readonly method: string,
    private readonly path: string,
    private readonly onProved: () => void,
    private readonly onTrouble: (error: unknown) => void,
  ) {
    byId("eid-cancel").addEventListener("click", () => void this.cancel());
  }

  /** A new order takes the place of one that is going on. */
  async start(): Promise<void> {
    await this.follow(() => call<Standing>(this.path, { body: null }));
  }

  /** Coming back from the app on this device: an order may be going on. */
  async resume(): Promise<void> {
    await this.follow(() => call<Standing>(this.path));
  }

  private async follow(ask: () => Promise<Standing>): Promise<void> {
    const turn = ++this.running;
    try {
      let standing = await ask();
      while (turn === this.running && standing.status === "pending") {
        if (host && (standing.redirect_url || standing.away)) return await this.elsewhere(turn);
        if (standing.redirect_url) return leave(standing.redirect_url);
        if (standing.away) return; // came back without an answer, and may begin again
        await this.show(standing, turn);
        if (turn === this.running) standing = await call<Standing>(this.path);
      }
      if (turn === this.running) this.settle(standing);
    } catch (error) {
      if (turn !== this.running) return;
      this.busy(false);
      this.onTrouble(error);
    }
  }

  /** Shows one answer for as long as it is good: a new QR code each second. */
  private async show(standing: Standing, turn: number): Promise<void> {
    this.busy(true);
    remember({ step: proving }); // the app may come back to a page that is loaded anew
    this.explain(standing);
    const codes = [standing.qr, ...(standing.qr_next ?? [])];
    for (const code of codes.slice(0, BETWEEN_QUESTIONS)) {
      if (turn === this.running) draw(code);
      await pause(SECOND);
    }
    if (codes.length < BETWEEN_QUESTIONS) await pause(SECOND);
  }

  /** Pages of an eID refuse to be framed, and a frame keeps no cookie for the way back: the person
   *  goes there from the signing link in a tab of its own. */
  private async elsewhere(turn: number): Promise<void> {
    this.busy(true);
    draw(undefined);
    const open = byId<HTMLAnchorElement>("eid-open");
    open.hidden = false;
    open.target = "_blank";
    open.href = `${base}?skipIntro=true&eid=${this.method}&lang=${language}`;
    byId("eid-hint").textContent = say("eid_new_tab");
    while (turn === this.running) {
      await pause(SECOND * BETWEEN_QUESTIONS);
      const { status } = await call<Standing>(this.path);
      if (status === "proved" && turn === this.running) return this.onProved();
    }
  }

  private explain(standing: Standing): void {
    const link = /Android|iPhone|iPad/.test(navigator.userAgent)
      ? standing.open_on_phone
      : standing.open_on_computer;
    const open = byId<HTMLAnchorElement>("eid-open");
    open.hidden = !link;
    if (link) open.href = link;
    // Apps take over addresses of the web from a tab, not from a frame
    open.target = host && link?.startsWith("https:") ? "_blank" : "";
    const hint = say(standing.qr ? "eid_scan" : "eid_app");
    if (byId("eid-hint").textContent !== hint) byId("eid-hint").textContent = hint;
  }

  private settle(standing: Standing): void {
    if (standing.status === "proved") return this.onProved();
    this.busy(false);
    if (standing.status === "failed") this.onTrouble(new EidFailed(standing.hint ?? ""));
  }

  private async cancel(): Promise<void> {
    this.running++;
    this.busy(false);
    await call(this.path, { body: { cancel: true } }).catch(this.onTrouble);
  }

  /** The order has its own way out while it goes on. */
  private busy(going: boolean): void {
    byId("eid").hidden = !going;
    nextButton.hidden = going;
    byId("back").hidden = going || proving !== "sign";
  }
}

/** The order came to nothing; `message` says why, in the person's language. */
export class EidFailed extends Error {
  constructor(hint: string) {
    if (hint === "somebody_else") super(say("eid_somebody_else"));
    else if (hint === "away") super(say("eid_away"));
    else if (BROKEN_OFF.has(hint)) super(say("eid_cancelled"));
    else if (TOO_LATE.has(hint)) super(say("eid_too_late"));
    else super(say(hint === "certificateErr" ? "eid_unusable" : "eid_failed"));
  }
}

/** Words for a refusal that is about the eID, or nothing. */
export function explainEid(error: unknown): string {
  if (error instanceof EidFailed) return error.message;
  if (!(error instanceof Refusal)) return "";
  if (error.fields.national_id === "somebody else") return say("eid_somebody_else");
  return error.code === "conflict" ? say("eid_failed") : "";
}

/** What a browser came back with from an eID's own pages, once: why nothing was proved. */
export function broughtBack(): EidFailed | null {
  const hint = new URLSearchParams(location.hash.slice(1)).get("identity");
  if (!hint) return null;
  history.replaceState(null, "", location.pathname + location.search);
  return new EidFailed(hint);
}

function leave(address: string): void {
  remember({ step: proving });
  location.assign(address);
}

function draw(code: string | undefined): void {
  const canvas = byId<HTMLCanvasElement>("eid-qr");
  canvas.hidden = !code;
  if (!code) return;
  generate(code).toCanvas(canvas, { on: [0, 0, 0, 255], off: [255, 255, 255, 255] });
  canvas.dataset.code = code;
}

function say(text: string): string {
  return t(text, { method: byId("identify").dataset.methodName ?? "" });
}

const pause = (milliseconds: number) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
