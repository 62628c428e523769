import { maybeId } from "../shared/dom";
import { prepareForms } from "./forms";
import { preparePasskeys } from "./passkeys";

prepareForms();
preparePasskeys();
if (maybeId("verify-form")) void import("./drop").then(({ prepareDrop }) => prepareDrop());
if (maybeId("progress")) void import("./progress").then(({ followProgress }) => followProgress());
if (maybeId("qr")) void import("./qr").then(({ drawQr }) => drawQr());
// On a phone the menu is wider than the screen
document.querySelector(".menu [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
