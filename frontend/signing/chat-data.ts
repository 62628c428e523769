import { byId } from "../shared/dom";
import { type Values, fill } from "../shared/text";

/** One message of `GET messages`; `number` counts from 1. */
export interface ChatItem {
  id: string;
  number: number;
  author: { type: "participant" | "sender"; name: string };
  own: boolean;
  text: string;
  at: string;
}

export interface ChatAnswer {
  messages: ChatItem[];
  total: number;
  may_write: boolean;
}

interface ChatData {
  base: string;
  reader: string;
  strings: Record<string, string>;
}

const data = JSON.parse(byId("chat-data").textContent ?? "") as ChatData;

export const address = `${data.base}/messages`;
export const chatKey = `countersign:chat:${data.reader}`;

/** A text of the chat in the page's language. */
export function say(name: string, values: Values = {}): string {
  return fill(data.strings[name] ?? name, values);
}
