/** A form is sent once, however often its button is pressed, and says that it is under way. */
export function prepareForms(): void {
  for (const form of document.querySelectorAll("form")) {
    form.addEventListener("submit", (event) => onSubmit(form, event));
  }
  // A page that comes back from the browser's memory may be sent again
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

function onSubmit(form: HTMLFormElement, event: SubmitEvent): void {
  if (form.dataset["sent"]) {
    event.preventDefault();
    return;
  }
  const question = form.dataset["ask"];
  if (question && !confirm(question)) {
    event.preventDefault();
    return;
  }
  if (event.defaultPrevented || form.method !== "post") return;
  form.dataset["sent"] = "yes";
  const button = event.submitter;
  const busy = button?.dataset["busy"];
  if (!button || !busy) return;
  button.setAttribute("aria-busy", "true");
  button.textContent = busy;
}
