import { announce, byId, showError } from "../../shared/dom";
import { type DraftFile, data, newKey } from "./data";
import { change } from "./store";

const list = byId<HTMLUListElement>("documents");
const template = byId<HTMLTemplateElement>("document-card");

/** A file that is on its way, or was refused. */
interface Row {
  element: HTMLElement;
  document?: DraftFile;
}

const rows: Row[] = [];
let queue: Promise<void> = Promise.resolve();

export function prepareDocuments(): void {
  for (const document of data.documents) rows.push(filled(row(document.name), document));
  show();
  const input = byId<HTMLInputElement>("files");
  input.addEventListener("change", () => {
    take([...(input.files ?? [])]);
    input.value = "";
  });
  const zone = byId("drop");
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      if (byId("step-documents").hidden || !(event as DragEvent).dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      zone.classList.toggle("over", kind === "dragover");
      if (kind === "drop") take([...(event as DragEvent).dataTransfer!.files]);
    });
  }
}

function take(files: File[]): void {
  for (const file of files) {
    const made = row(file.name);
    rows.push(made);
    queue = queue.then(() => upload(file, made));
  }
  show();
}

function row(name: string): Row {
  const element = (template.content.cloneNode(true) as DocumentFragment).querySelector("li")!;
  const made: Row = { element };
  element.querySelector(".file-name")!.textContent = name;
  for (const [part, act] of [["up", () => move(made, -1)], ["down", () => move(made, 1)], ["remove", () => remove(made)]] as const) {
    const button = element.querySelector<HTMLButtonElement>(`.${part}`)!;
    button.setAttribute("aria-label", `${button.textContent}: ${name}`);
    button.addEventListener("click", act);
  }
  return made;
}

function filled(made: Row, document: DraftFile): Row {
  made.document = document;
  const pages = document.pages.length;
  made.element.dataset.testid = "document";
  made.element.querySelector(".file-facts")!.textContent = `${pages} ${pages === 1 ? "page" : "pages"} · ${size(document.size)}`;
  return made;
}

const size = (bytes: number): string => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1e6).toFixed(1)} MB`);

// ------------------------------------------------------------------ upload

async function upload(file: File, made: Row): Promise<void> {
  if (!rows.includes(made)) return;
  if (file.size > data.largest) return refuse(made, `This file is larger than ${size(data.largest)}.`);
  const bar = made.element.querySelector("progress")!;
  bar.hidden = false;
  bar.setAttribute("aria-label", `Uploading ${file.name}`);
  try {
    const document = await sent(file, (share) => (bar.value = share));
    bar.hidden = true;
    if (!rows.includes(made)) return void forget(document.id);
    filled(made, document);
    settle();
    nameAfter(file.name);
    announce(`${file.name} added.`);
  } catch (error) {
    bar.hidden = true;
    refuse(made, (error as Error).message);
  }
}

/** The first document gives the envelope its name, until its sender finds a better one. */
function nameAfter(file: string): void {
  if (data.documents.length !== 1 || data.content.name.trim()) return;
  const input = byId<HTMLInputElement>("name");
  input.value = file.replace(/\.\w{2,5}$/, "").slice(0, 200);
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

/** By XMLHttpRequest, which tells how far it is. */
function sent(file: File, progress: (share: number) => void): Promise<DraftFile> {
  const form = new FormData();
  form.append("id", newKey());
  form.append("file", file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${data.base}/documents`);
    request.setRequestHeader("accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    });
    request.addEventListener("error", () => reject(new Error("The server does not answer. Please add the file again.")));
    request.addEventListener("load", () => {
      const answer = request.response as (DraftFile & { error?: string }) | null;
      if (request.status === 200 && answer) resolve(answer);
      else reject(new Error(answer?.error || "This file could not be added."));
    });
    request.send(form);
  });
}

function refuse(made: Row, why: string): void {
  made.element.dataset.testid = "refused";
  showError(made.element.querySelector<HTMLElement>(".error")!, why);
}

// ------------------------------------------------------------------ order

function move(made: Row, by: number): void {
  const from = rows.indexOf(made);
  const to = from + by;
  if (to < 0 || to >= rows.length) return;
  rows.splice(from, 1);
  rows.splice(to, 0, made);
  settle();
  made.element.querySelector<HTMLButtonElement>(by < 0 ? ".up" : ".down")!.focus();
  announce(`Moved to place ${to + 1} of ${rows.length}.`);
}

function remove(made: Row): void {
  const place = rows.indexOf(made);
  rows.splice(place, 1);
  if (made.document) {
    const gone = made.document.id;
    void forget(gone);
    change({ fields: data.content.fields.filter((field) => field.document !== gone) });
  }
  settle();
  const next = rows[Math.min(place, rows.length - 1)]?.element.querySelector<HTMLElement>(".remove");
  (next ?? byId("files")).focus();
}

function forget(id: string): Promise<unknown> {
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
  return fetch(`${data.base}/documents/${id}/remove`, { method: "POST", headers, body: "", keepalive: true }).catch(() => null);
}

function settle(): void {
  data.documents = rows.flatMap((made) => made.document ?? []);
  change({ order: data.documents.map((document) => document.id) });
  show();
}

function show(): void {
  list.replaceChildren(...rows.map((made) => made.element));
  rows.forEach((made, place) => {
    made.element.querySelector<HTMLButtonElement>(".up")!.disabled = place === 0;
    made.element.querySelector<HTMLButtonElement>(".down")!.disabled = place === rows.length - 1;
  });
  byId("no-documents").hidden = rows.length > 0;
}
