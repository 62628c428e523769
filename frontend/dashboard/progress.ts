import { byId } from "../shared/dom";

const EVERY = 1000; // milliseconds
const PATIENCE = 10; // answers that may fail in a row

/** Shows how far a batch is while it is sent; without a script the page has a link for that. */
export function followProgress(): void {
  const place = byId("progress");
  if (!("live" in place.dataset)) return;
  let failures = 0;
  const timer = setInterval(() => {
    void ask(place.dataset["address"] ?? "")
      .then((numbers) => {
        failures = 0;
        show(place, numbers);
        if (!numbers["ended"]) return;
        clearInterval(timer);
        location.reload();
      })
      .catch(() => {
        failures += 1;
        if (failures >= PATIENCE) clearInterval(timer);
      });
  }, EVERY);
}

async function ask(address: string): Promise<Record<string, unknown>> {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as Record<string, unknown>;
}

function show(place: HTMLElement, numbers: Record<string, unknown>): void {
  const bar = place.querySelector("progress");
  if (bar) bar.value = Number(numbers["done"]);
  for (const one of place.querySelectorAll<HTMLElement>("[data-number]")) {
    one.textContent = String(numbers[one.dataset["number"] ?? ""] ?? "");
  }
}
