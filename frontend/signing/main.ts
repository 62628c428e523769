import { maybeId } from "../shared/dom";
import { prepareLanguages } from "./languages";

prepareLanguages();
// Notices (expired, not your turn, …) share the page's frame but have no task to work on
if (maybeId("page-data")) void import("./task").then(({ startTask }) => startTask());
if (maybeId("chat-data")) void import("./chat").then(({ startChat }) => startChat());
if (maybeId("notice-data")) void import("./notice").then(({ startNotice }) => startNotice());
