// The receipt on the page: what the server signed, and whether this device found the signature right.
import { showError, clearError } from "./notices.ts";
import type { Receipt } from "./receipt.ts";
import type { Words } from "./words.ts";

/** A receipt as it came: `receipt` is null when what came was not one. */
export interface Received {
  readonly election: string;
  readonly title: string;
  readonly tracker: string;
  readonly receipt: Receipt | null;
  readonly valid: boolean;
}

export class ReceiptStep {
  readonly #section: HTMLElement;
  readonly #words: Words;
  readonly #heading: string;
  readonly #title: string;
  #shown: Received | null = null;
  // All receipts of this session that hold, for one paper about them.
  readonly #held = new Map<string, Receipt>();

  constructor(section: HTMLElement, words: Words) {
    this.#section = section;
    this.#words = words;
    this.#heading = section.querySelector("h1")?.textContent ?? "";
    this.#title = section.dataset["title"] ?? "";
  }

  /** Names the page for what is known, before it is shown. */
  title(received: Received): void {
    this.#section.dataset["title"] = received.valid ? this.#title : this.#words.say("receipt-unverified-title");
  }

  fill(received: Received, remaining: number): void {
    this.#shown = received;
    const { receipt, valid } = received;
    this.#section.dataset["receiptState"] = valid ? "valid" : "invalid";
    // Nothing on the page may say "verified" or "in the box" on the word of a signature that does not hold.
    const claims = "[data-receipt-verified], .page-head .lede, .receipt .badge--success";
    for (const claim of this.#section.querySelectorAll<HTMLElement>(claims)) claim.hidden = !valid;
    const heading = this.#section.querySelector("h1");
    if (heading !== null) heading.textContent = valid ? this.#heading : this.#words.say("receipt-unverified-title");
    this.#text("[data-receipt-election]", received.title);
    this.#text("[data-receipt-event]", receipt?.event ?? "–");
    this.#text("[data-receipt-signature]", receipt?.signature ?? "–");
    for (const place of this.#section.querySelectorAll<HTMLElement>("[data-receipt-tracker]")) fillTracker(place, received.tracker);
    for (const link of this.#section.querySelectorAll<HTMLAnchorElement>("a[data-receipt-box]")) {
      link.href = `/urne/${encodeURIComponent(received.election)}?suivi=${encodeURIComponent(received.tracker)}`;
    }
    if (receipt !== null && valid) this.#held.set(receipt.election, receipt);
    this.#offerPaper();
    this.#show("[data-next-more]", remaining > 0);
    this.#show("[data-next-done]", remaining === 0);
  }

  /** After the step took the focus: an invalid receipt is said first of all. */
  announce(received: Received): void {
    if (received.valid) clearError(this.#section);
    else showError(this.#section, this.#words.say("receipt-invalid"));
  }

  /** Offers the shown receipt as a small file. It holds no name, no choice and no time. */
  save(): void {
    if (this.#shown?.receipt == null) return;
    const { election, tracker, event, signature } = this.#shown.receipt;
    const text = `${JSON.stringify({ election, tracker, event, signature }, null, 2)}\n`;
    const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `${this.#words.say("receipt-file")}-${election}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  /** The paper is typeset by the server from what it signed itself; it keeps nothing of it. */
  #offerPaper(): void {
    const form = this.#section.querySelector<HTMLFormElement>("form[data-receipt-pdf]");
    const field = form?.querySelector<HTMLInputElement>("input[name=recus]");
    if (form == null || field == null) return;
    field.value = JSON.stringify([...this.#held.values()]);
    form.hidden = this.#held.size === 0;
  }

  #text(place: string, text: string): void {
    for (const element of this.#section.querySelectorAll<HTMLElement>(place)) element.textContent = text;
  }

  #show(place: string, shown: boolean): void {
    for (const element of this.#section.querySelectorAll<HTMLElement>(place)) element.hidden = !shown;
  }
}

/** Groups of eight made by spacing alone, so that a copy has no spaces. */
export function fillTracker(place: HTMLElement, tracker: string): void {
  const groups = tracker.match(/.{1,8}/g) ?? [];
  place.replaceChildren(
    ...groups.map((group) => {
      const span = document.createElement("span");
      span.textContent = group;
      return span;
    }),
  );
}
