import { maybeId } from "../shared/dom";
import { prepareForms } from "./forms";

prepareForms();
if (maybeId("verify-form")) void import("./drop").then(({ prepareDrop }) => prepareDrop());
