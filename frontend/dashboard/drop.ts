import { byId } from "../shared/dom";

/** The whole page takes a dropped file; without a script there is the file field. */
export function prepareDrop(): void {
  const form = byId<HTMLFormElement>("verify-form");
  const field = byId<HTMLInputElement>("file");
  for (const hint of form.querySelectorAll<HTMLElement>(".drop-hint")) hint.hidden = false;
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("over");
  });
  document.addEventListener("dragleave", () => form.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    const files = event.dataTransfer?.files;
    if (!files?.length) return;
    field.files = files;
    form.requestSubmit();
  });
}
