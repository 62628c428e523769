import { byId } from "../../shared/dom";
import { type EditorModel, type PlacedField, mountEditor } from "../editor/editor";

/** Where the fields of a template stand; they are sent with the page's form. */
const model = JSON.parse(byId("model").textContent ?? "") as EditorModel;
const kept = byId<HTMLInputElement>("fields");
let changed = false;

keep(model.fields);
mountEditor(byId("editor"), model, (fields) => {
  changed = true;
  keep(fields);
});
byId("fields-form").addEventListener("submit", () => (changed = false));
addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});

function keep(fields: PlacedField[]): void {
  kept.value = JSON.stringify(fields);
}
