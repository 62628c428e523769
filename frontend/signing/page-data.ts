import { byId } from "../shared/dom";
import { type Values, fill } from "../shared/text";

export interface Field {
  id: string;
  document_id: string;
  type: string;
  name: string;
  page: number;
  x: number;
  y: number;
  w: number;
  h: number;
  required: boolean;
  value: string | null;
}

export interface State {
  envelope: { id: string; name: string; status: string };
  task: { id: string; status: string; name: string; language: string; may: string[] };
  documents: {
    id: string;
    name: string;
    action: string;
    pages: { width: number; height: number }[];
  }[];
  fields: Field[];
  methods: string[];
  identity: {
    due: string[];
    /** What has to wait for the proofs that are due. */
    before: "reading" | "signing" | null;
    done: string[];
    simulated?: boolean;
  };
  after: { type: string; message: string | null; url: string | null };
}

interface PageData {
  base: string;
  language: string;
  state: State;
  strings: Record<string, string>;
}

const data = JSON.parse(byId("page-data").textContent ?? "") as PageData;

export const { base, language, state } = data;

/** A reviewer reads and confirms; everybody else signs. */
export const signing = state.documents.some(({ action }) => action === "sign");

/** The step that whoever goes away to prove who they are comes back to. */
export const proving = state.identity.before === "signing" ? "sign" : "identify";

/** Who and what this is about, in the words of those who embed the page. */
export const ids = { documentId: state.envelope.id, participantId: state.task.id };

/** A text of the page's language; `{name}` is replaced by values.name. */
export function t(name: string, values: Values = {}): string {
  return fill(data.strings[name] ?? name, values);
}
