import { byId, maybeId } from "../shared/dom";

/** Another language is the same page asked for again; what was filled in stays with the tab. */
export function prepareLanguages(): void {
  maybeId<HTMLSelectElement>("language")?.addEventListener("change", () => {
    const address = new URL(location.href);
    address.searchParams.set("lang", byId<HTMLSelectElement>("language").value);
    location.replace(address);
  });
}
