import { announce, byId, maybeId, showError } from "../shared/dom";
import { imageOf } from "./image";
import { memory, remember } from "./memory";
import { Pad } from "./pad";
import { state, t } from "./page-data";

/** What stands in the signature's place: an image, or slanted text, or nothing. */
export type Appearance = { image: string } | { text: string } | null;

/** What `complete` is told about the signature. */
export interface Signed {
  method: string;
  signature?: Appearance;
}

/** The ways to sign that this task offers, and the one chosen. */
export class Signature {
  private readonly radios = [
    ...document.querySelectorAll<HTMLInputElement>("input[name=method]"),
  ];
  private readonly text = maybeId<HTMLInputElement>("signature-text");
  private readonly error = maybeId("signature-error");
  private readonly pad: Pad | null;
  private uploaded = memory.image ?? null;
  private shown = false;

  constructor(private readonly onChange: (appearance: Appearance) => void) {
    this.pad = maybeId("signature-canvas") ? new Pad(() => this.changed()) : null;
    for (const radio of this.radios) {
      radio.addEventListener("change", () => this.choose(radio.value));
    }
    this.prepareText();
    this.prepareUpload();
    const remembered = this.radios.find((radio) => radio.value === memory.method);
    const first = remembered ?? this.radios[0];
    if (first) this.choose(first.value);
  }

  get needed(): boolean {
    return this.radios.length > 0;
  }

  get ready(): boolean {
    return !this.missing;
  }

  /** Which text says what is missing; null when the person could finish. */
  get missing(): string | null {
    const { method } = this;
    if (!this.needed || !["drawn", "typed", "uploaded"].includes(method)) return null;
    return this.appearance ? null : `signature_missing_${method}`;
  }

  get signed(): Signed {
    const method = this.method === "uploaded" ? "drawn" : this.method;
    return method === "drawn" || method === "typed"
      ? { method, signature: this.appearance }
      : { method };
  }

  get method(): string {
    return this.radios.find((radio) => radio.checked)?.value ?? "";
  }

  get appearance(): Appearance {
    switch (this.method) {
      case "drawn":
        return this.pad?.image ? { image: this.pad.image } : null;
      case "typed":
        return this.text?.value.trim() ? { text: this.text.value.trim() } : null;
      case "uploaded":
        return this.uploaded ? { image: this.uploaded } : null;
      default:
        return { text: state.task.name };
    }
  }

  complain(message: string): void {
    if (this.error) showError(this.error, message);
    this.radios.find((radio) => radio.checked)?.focus();
  }

  /** The panel came into view: from now on the choice shows in the document. */
  show(): void {
    this.shown = true;
    this.changed();
  }

  private choose(method: string): void {
    for (const radio of this.radios) radio.checked = radio.value === method;
    for (const place of document.querySelectorAll<HTMLElement>(".method")) {
      place.hidden = place.dataset.method !== method;
    }
    remember({ method });
    this.changed();
  }

  private changed(): void {
    if (this.error) showError(this.error, "");
    if (!this.shown) return;
    const appearance = this.appearance;
    this.onChange(appearance);
    announce(t(appearance ? "signature_placed" : "signature_cleared"));
  }

  private prepareText(): void {
    if (!this.text) return;
    this.text.value = memory.text ?? this.text.value;
    this.text.addEventListener("input", () => {
      remember({ text: this.text!.value });
      this.changed();
    });
  }

  private prepareUpload(): void {
    const input = maybeId<HTMLInputElement>("signature-upload");
    input?.addEventListener("change", () => {
      const file = input.files?.[0];
      if (file) void this.upload(file);
    });
    if (input && this.uploaded) this.preview(this.uploaded);
  }

  private async upload(file: File): Promise<void> {
    this.shown = true;
    this.choose("uploaded");
    const image = await imageOf(file).catch(() => null);
    if (!image) return this.complain(t("not_an_image"));
    this.uploaded = image;
    remember({ image });
    this.preview(image);
    this.changed();
  }

  private preview(image: string): void {
    const place = byId<HTMLImageElement>("upload-preview");
    place.src = image;
    place.hidden = false;
    byId("upload-hint").hidden = true;
  }
}
