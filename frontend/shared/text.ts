export type Values = Record<string, string | number>;

/** `{name}` becomes values.name. */
export function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}
