/** Initials as the PDF will show them (pdf/stamp.py): the first letters of up to four words, or the
 *  first three characters of a single word. */
export function initials(name: string): string {
  const words = name.match(/[\p{L}\p{Nl}\p{No}]\S*/gu) ?? [];
  // Spread, because an index would cut letters beyond the first plane in two
  if (words.length < 2) return [...name.trim()].slice(0, 3).join("");
  return words.slice(0, 4).map((word) => [...word][0]).join("").toUpperCase();
}
