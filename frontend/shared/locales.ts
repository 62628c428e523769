/** Whose dates to write where a browser knows none in the page's own language: without this they
 *  would be in the language of the browser. */
const NEIGHBOURS: Record<string, string> = { fo: "da", kl: "da", nn: "nb" };

/** The locale with its neighbour, for `Intl`, which takes the first one that it knows. */
export function orNeighbour(locale: string): string[] {
  const neighbour = NEIGHBOURS[locale.split("-")[0] ?? ""];
  return neighbour ? [locale, neighbour] : [locale];
}
