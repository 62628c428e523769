import { maybeId } from "../shared/dom";
import { prepareForms } from "./forms";
import { preparePasskeys } from "./passkeys";

prepareForms();
preparePasskeys();
if (maybeId("verify-form")) void import("./drop").then(({ prepareDrop }) => prepareDrop());
if (maybeId("progress")) void import("./progress").then(({ followProgress }) => followProgress());
if (maybeId("qr")) void import("./qr").then(({ drawQr }) => drawQr());
// On a phone they are wider than the screen
for (const current of document.querySelectorAll(".menu [aria-current], .tabs [aria-current]")) {
  current.scrollIntoView({ block: "nearest", inline: "center" });
}
const previewed = document.querySelector<HTMLFormElement>("form[data-preview]");
if (previewed) void import("./preview").then(({ preparePreview }) => preparePreview(previewed));
