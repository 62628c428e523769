import { byId, maybeId } from "../../shared/dom";
import { data } from "./data";
import { change } from "./store";

/** The texts and choices that stand alone. */
export function prepareMessage(): void {
  const { content } = data;
  const name = byId<HTMLInputElement>("name");
  const message = byId<HTMLTextAreaElement>("message");
  const due = byId<HTMLInputElement>("due");
  const days = byId<HTMLSelectElement>("reminder-days");
  const times = byId<HTMLInputElement>("reminders");
  name.value = content.name;
  message.value = content.message;
  due.value = content.due;
  days.value = content.reminder_days ? String(content.reminder_days) : "";
  times.value = String(content.reminders);
  prepareProject();
  byId("reminders-row").hidden = !days.value;
  name.addEventListener("input", () => {
    change({ name: name.value });
    byId("draft-title").textContent = name.value.trim() || "New envelope";
  });
  message.addEventListener("input", () => change({ message: message.value }));
  due.addEventListener("input", () => change({ due: due.value }));
  days.addEventListener("input", () => {
    byId("reminders-row").hidden = !days.value;
    change({ reminder_days: days.value ? Number(days.value) : null });
  });
  times.addEventListener("input", () => change({ reminders: Math.min(Math.max(Math.round(Number(times.value)) || 1, 1), 20) }));
}

function prepareProject(): void {
  const project = maybeId<HTMLSelectElement>("project");
  if (!project) return;
  project.value = data.content.project;
  // One that has gone is not quietly taken for none
  if (project.selectedIndex < 0) {
    project.append(new Option("?", data.content.project, true, true));
  }
  project.addEventListener("input", () => change({ project: project.value }));
}
