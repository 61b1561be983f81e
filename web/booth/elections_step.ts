// The list of the voter's elections: which are voted, which remain.
import type { Words } from "./words.ts";

export class Elections {
  readonly #root: HTMLElement;
  readonly #words: Words;

  constructor(root: HTMLElement, words: Words) {
    this.#root = root;
    this.#words = words;
  }

  #items(): HTMLElement[] {
    return [...this.#root.querySelectorAll<HTMLElement>("[data-election]")];
  }

  #item(election: string): HTMLElement | undefined {
    return this.#items().find((item) => item.dataset["election"] === election);
  }

  has(election: string): boolean {
    return this.#item(election) !== undefined;
  }

  fingerprint(election: string): string {
    return this.#item(election)?.dataset["fingerprint"] ?? "";
  }

  title(election: string): string {
    const item = this.#item(election);
    return (item?.querySelector("[data-election-title]") ?? item?.querySelector("h2"))?.textContent?.trim() ?? "";
  }

  isVoted(election: string): boolean {
    return this.#item(election)?.dataset["voted"] === "true";
  }

  remaining(): number {
    return this.#items().filter((item) => item.dataset["voted"] !== "true").length;
  }

  markVoted(election: string): void {
    const item = this.#item(election);
    if (item === undefined) return;
    item.dataset["voted"] = "true";
    item.classList.add("poll--done");
    item.classList.remove("poll--next");
    item.querySelector("[data-open-election]")?.remove();
    this.#fill(item, "[data-status]", 'template[data-badge="voted"]');
    this.#fill(item, "[data-rank]", 'template[data-icon="tick"]');
    this.#count();
  }

  #fill(item: HTMLElement, place: string, template: string): void {
    const drawn = this.#root.querySelector<HTMLTemplateElement>(template)?.content.cloneNode(true);
    if (drawn !== undefined) item.querySelector(place)?.replaceChildren(drawn);
  }

  #count(): void {
    const total = this.#items().length;
    const cast = total - this.remaining();
    const words = this.#root.querySelector<HTMLElement>("[data-cast-words]");
    if (words !== null && this.#words.has("cast-count")) words.textContent = this.#words.say("cast-count", { cast, total });
    const bar = this.#root.querySelector<HTMLProgressElement>("progress[data-cast-progress]");
    if (bar !== null) bar.value = cast;
  }
}
