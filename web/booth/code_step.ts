// The first step: the voting code, checked here, exchanged at the registrar, and forgotten.
import { ApiRefusal, NoAnswer, takeTicket, unlock, type UnlockedPart } from "./api.ts";
import { clearError, fieldError, showError } from "./notices.ts";
import { grouped, groupedCaret, readCode } from "./voting_code.ts";
import type { Words } from "./words.ts";
import { WorkerRefusal, type WorkerClient } from "./worker_client.ts";

/** A failure that has a sentence: its name among the words, and what to fill in. */
class Said extends Error {
  readonly text: string;

  constructor(text: string) {
    super(text);
    this.text = text;
  }
}

export class CodeStep {
  readonly #section: HTMLElement;
  readonly #form: HTMLFormElement;
  readonly #input: HTMLInputElement;
  readonly #words: Words;
  readonly #worker: WorkerClient;
  readonly #voter: string;
  readonly #registrarKey: string;
  readonly #unlocked: (parts: UnlockedPart[]) => void;
  #busy = false;

  constructor(
    section: HTMLElement,
    words: Words,
    worker: WorkerClient,
    identity: { voter: string; registrarKey: string },
    unlocked: (parts: UnlockedPart[]) => void,
  ) {
    const form = section.querySelector<HTMLFormElement>("form[data-code-form]");
    const input = section.querySelector<HTMLInputElement>("input[data-code]");
    if (form === null || input === null) throw new Error("the page has no code field");
    this.#section = section;
    this.#form = form;
    this.#input = input;
    this.#words = words;
    this.#worker = worker;
    this.#voter = identity.voter;
    this.#registrarKey = identity.registrarKey;
    this.#unlocked = unlocked;
    this.#input.value = "";
    this.#say(null);
    this.#input.addEventListener("input", () => this.#regroup());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
  }

  /** The code is on the page only while it is being typed. */
  clear(): void {
    this.#input.value = "";
    this.#say(null);
    clearError(this.#section);
  }

  fail(text: string): void {
    this.#say(text);
    showError(this.#section, text);
  }

  #regroup(): void {
    const { value, selectionStart } = this.#input;
    const text = grouped(value);
    if (text === value) return;
    const caret = groupedCaret(value, selectionStart ?? value.length);
    this.#input.value = text;
    this.#input.setSelectionRange(caret, caret);
  }

  #say(text: string | null): void {
    fieldError(document.getElementById("code-error"), [this.#input], text);
  }

  async #submit(): Promise<void> {
    if (this.#busy) return;
    const typed = readCode(this.#input.value);
    if (typed.kind !== "complete") {
      const { kind, ...places } = typed;
      this.fail(this.#words.say(`code-${kind}`, places));
      return;
    }
    this.#wait(true);
    try {
      const parts = await this.#exchange(typed.code);
      this.clear();
      this.#unlocked(parts);
    } catch (error) {
      this.fail(error instanceof Said ? error.text : this.#words.say("device-unsupported"));
    } finally {
      this.#wait(false);
    }
  }

  async #exchange(code: string): Promise<UnlockedPart[]> {
    const authenticator = await this.#worker.call("authenticate", { voter: this.#voter, code });
    const ticket = await takeTicket().catch((error: unknown) => {
      throw new Said(this.#words.say(error instanceof ApiRefusal && error.status === 401 ? "session-ended" : "ticket-failed"));
    });
    const parts = await unlock(ticket, authenticator).catch((error: unknown) => {
      throw new Said(this.#unlockFailure(error));
    });
    await this.#worker.call("open", { unlocked: parts, registrarKey: this.#registrarKey }).catch((error: unknown) => {
      if (error instanceof WorkerRefusal && error.code === "unlock_invalid") throw new Said(this.#words.say("unlock-invalid"));
      throw error;
    });
    return parts;
  }

  #unlockFailure(error: unknown): string {
    if (!(error instanceof ApiRefusal)) return this.#words.say(error instanceof NoAnswer ? "registrar-down" : "unlock-invalid");
    if (error.code === "code_wrong") return this.#words.say("code-wrong", { left: error.number("attempts_left") ?? "?" });
    if (error.code === "code_locked") return this.#words.say("code-locked", { seconds: error.number("retry_after") ?? "?" });
    if (error.code === "ticket_invalid") return this.#words.say("ticket-failed");
    return error.sentence(this.#words.lang) ?? this.#words.say("registrar-down");
  }

  #wait(busy: boolean): void {
    this.#busy = busy;
    const status = this.#section.querySelector<HTMLElement>("[data-progress]");
    if (status !== null) status.textContent = busy ? this.#words.say("unlocking") : "";
    this.#form.setAttribute("aria-busy", String(busy));
    for (const button of this.#form.querySelectorAll<HTMLButtonElement>("button[type=submit]")) button.disabled = busy;
  }
}
