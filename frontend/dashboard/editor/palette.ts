import { create } from "../../shared/dom";
import { type EditorModel, TOOLS, type Tool } from "./model";

export interface PaletteEvents {
  place(tool: Tool): void;
  drop(tool: Tool, clientX: number, clientY: number): void;
  adopt(): void;
}

const FAR = 10; // pixels, from which a press is a drag

/** What can be added, and for whom. */
export class Palette {
  readonly element = create("div", { className: "editor-palette" });
  armed: Tool | null = null;
  private readonly select = create("select", { id: "editor-person" });
  private readonly buttons: HTMLButtonElement[] = [];
  private readonly offer = create("div", { className: "editor-offer", hidden: true });

  constructor(
    model: EditorModel,
    private readonly events: PaletteEvents,
  ) {
    this.select.dataset.testid = "editor-person";
    for (const { key, label } of model.people) this.select.append(new Option(label, key));
    const who = create("div", { className: "editor-who" });
    who.append(create("label", { htmlFor: "editor-person", textContent: "Fields for" }), this.select);
    const kinds = create("div", { className: "editor-kinds", role: "group" });
    kinds.setAttribute("aria-label", "Add a field");
    for (const tool of TOOLS) kinds.append(this.button(tool));
    const hint = create("p", { className: "soft editor-hint", textContent: "Press a field, then the place on the page; or drag it there." });
    this.element.append(who, kinds, hint, this.offer);
  }

  get person(): string {
    return this.select.value;
  }

  focus(): void {
    this.buttons[0]?.focus();
  }

  disarm(): void {
    this.arm(null);
  }

  /** Says how many fields of the PDF's own form could be taken over. */
  proposals(count: number): void {
    this.offer.hidden = count === 0;
    const text = count === 1 ? "The PDF has a form with a field of its own." : `The PDF has a form with ${count} fields of its own.`;
    const button = create("button", { type: "button", className: "secondary short", textContent: "Use them" });
    button.dataset.testid = "adopt";
    button.addEventListener("click", () => this.events.adopt());
    this.offer.replaceChildren(create("p", { textContent: text }), button);
  }

  private arm(tool: Tool | null): void {
    this.armed = tool;
    this.buttons.forEach((button, place) => button.setAttribute("aria-pressed", String(TOOLS[place] === tool)));
    document.documentElement.classList.toggle("editor-armed", Boolean(tool));
  }

  private button(tool: Tool): HTMLButtonElement {
    const button = create("button", { type: "button", className: "editor-kind", textContent: tool.name });
    button.setAttribute("aria-pressed", "false");
    button.dataset.testid = `tool-${tool.name.toLowerCase()}`;
    let dragged = false;
    button.addEventListener("pointerdown", (event) => this.drag(button, tool, event, (far) => (dragged = far)));
    button.addEventListener("click", (event) => {
      if (dragged) dragged = false;
      else if (event.detail === 0) this.events.place(tool); // a key, not a pointer
      else this.arm(this.armed === tool ? null : tool);
    });
    button.addEventListener("keydown", (event) => event.key === "Escape" && this.disarm());
    this.buttons.push(button);
    return button;
  }

  private drag(button: HTMLElement, tool: Tool, start: PointerEvent, tell: (far: boolean) => void): void {
    if (start.button !== 0) return;
    const ghost = create("div", { className: "editor-ghost", textContent: tool.name });
    tell(false);
    button.setPointerCapture(start.pointerId);
    const move = (now: PointerEvent) => {
      if (!ghost.isConnected && Math.hypot(now.clientX - start.clientX, now.clientY - start.clientY) < FAR) return;
      if (!ghost.isConnected) document.body.append(ghost);
      tell(true);
      ghost.style.left = `${now.clientX}px`;
      ghost.style.top = `${now.clientY}px`;
    };
    const end = (last: PointerEvent) => {
      button.removeEventListener("pointermove", move);
      button.removeEventListener("pointerup", end);
      button.removeEventListener("pointercancel", end);
      const flew = ghost.isConnected;
      ghost.remove();
      if (flew && last.type === "pointerup") this.events.drop(tool, last.clientX, last.clientY);
    };
    button.addEventListener("pointermove", move);
    button.addEventListener("pointerup", end);
    button.addEventListener("pointercancel", end);
  }
}
