// What the three pages of the board have in common: the form of the moment, what is said in it, and its key file. The server draws every
// page; after each step the script takes the new page's `main` in, so that a key once opened stays open in the worker.
import { Words } from "../booth/words.ts";
import { ApiRefusal, NoAnswer, pageAgain } from "./api.ts";
import type { Refused } from "./messages.ts";
import { BOARD_WORDS } from "./words.ts";
import { WorkerClient, WorkerRefusal } from "./worker_client.ts";

/** What stops a step before anything is asked of worker or server: a word of the page. */
export class StepRefusal extends Error {}

/** The shortest passphrase, in characters. */
const SHORTEST = 12;
/** Between two looks at what the others did, in milliseconds. */
const PACE = 3000;

export class Page {
  readonly worker: WorkerClient;
  /** Whether the worker holds an opened key. */
  unlocked = false;
  /** The public name of a culprit: by place in this member's own item, or by number through all items. */
  nameOf: (place: number, through: "item" | "all") => string = (place) => String(place);
  readonly #wire: () => void;
  #busy = false;

  constructor(worker: WorkerClient, wire: () => void) {
    this.worker = worker;
    this.#wire = wire;
    // Leaving, by any door, ends the worker and what it holds; coming back starts from the server's page.
    window.addEventListener("pagehide", () => worker.close());
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) location.reload();
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.#busy) event.preventDefault();
    });
  }

  get main(): HTMLElement {
    return document.querySelector<HTMLElement>("main[data-board]") ?? document.body;
  }

  get words(): Words {
    return new Words(this.main, this.main.dataset["lang"], BOARD_WORDS);
  }

  get lang(): string {
    return this.words.lang;
  }

  /** Address of the state. */
  get api(): string {
    return this.main.dataset["api"] ?? "";
  }

  get busy(): boolean {
    return this.#busy;
  }

  forms(): HTMLFormElement[] {
    return [...this.main.querySelectorAll<HTMLFormElement>("form[data-task]")];
  }

  /** Runs a step of `form`, then takes in the page that follows; whatever stops it is said there, with what to do. */
  async run(form: HTMLFormElement, step: () => Promise<void>): Promise<void> {
    if (this.#busy) return;
    this.#setBusy(form, true);
    refusalOf(form)?.setAttribute("hidden", "");
    try {
      await step();
    } catch (error) {
      this.#setBusy(form, false);
      this.say(form, "");
      this.refuse(form, this.#explained(error));
      return;
    }
    this.#setBusy(form, false);
    form.reset();
    await this.refresh().catch(() => location.reload());
  }

  #setBusy(form: HTMLFormElement, busy: boolean): void {
    this.#busy = busy;
    form.setAttribute("aria-busy", String(busy));
    for (const button of form.querySelectorAll<HTMLButtonElement>("button[type=submit]")) button.disabled = busy;
  }

  say(form: HTMLFormElement, text: string): void {
    const status = form.querySelector<HTMLElement>("[data-status]");
    if (status !== null) status.textContent = text;
  }

  refuse(form: HTMLFormElement, text: string): void {
    const notice = refusalOf(form);
    if (notice === null) {
      this.say(form, text);
      return;
    }
    (notice.querySelector<HTMLElement>("[data-refusal-text]") ?? notice).textContent = text;
    notice.removeAttribute("hidden");
    notice.setAttribute("tabindex", "-1");
    notice.focus();
  }

  #explained(error: unknown): string {
    const { words } = this;
    if (error instanceof StepRefusal) return words.say(error.message);
    if (error instanceof NoAnswer) return words.say("network");
    if (error instanceof WorkerRefusal) return this.#workerSays(error.refused);
    if (error instanceof ApiRefusal) {
      if (error.code === "board_message_taken") return words.say("taken");
      if (error.owner === null) return words.say("refused", { message: error.message });
      const detail = error.code === "board_decryption_wrong" ? words.say("cheat-decryption") : error.message;
      return words.say("cheat", { name: this.nameOf(error.owner, "all"), detail });
    }
    console.error(error);
    return words.say("fault");
  }

  #workerSays(refused: Refused): string {
    const { words } = this;
    if (refused.code !== "cheat") {
      return words.say(refused.code === "locked" ? "wrong-passphrase" : refused.code, { detail: refused.detail });
    }
    if (refused.fault === "stranger") return words.say("other-key");
    const detail = words.has(`cheat-${refused.fault}`) ? `cheat-${refused.fault}` : "cheat-other";
    return words.say("cheat", { name: this.nameOf(refused.owner ?? 0, "item"), detail: words.say(detail) });
  }

  /** The passphrase of the form, once it is long enough; `again` must repeat it. Fields are cleared when a step is done. */
  passphrase(form: HTMLFormElement, chosen: boolean): string {
    const value = (name: string): string => form.querySelector<HTMLInputElement>(`input[name=${name}]`)?.value ?? "";
    const passphrase = value("passphrase");
    if ([...passphrase].length < SHORTEST) throw new StepRefusal("short");
    if (chosen && passphrase.normalize("NFC") !== value("again").normalize("NFC")) throw new StepRefusal("different");
    return passphrase;
  }

  /** The text of the key file that the member chose; null when there is none. */
  async chosenFile(form: HTMLFormElement): Promise<string | null> {
    const [file] = form.querySelector<HTMLInputElement>("input[type=file][name=key]")?.files ?? [];
    if (file === undefined) return null;
    // A key file has some hundred bytes; whatever is far bigger is none.
    return file.size > 1 << 16 ? "" : file.text();
  }

  /** The key file that the member chose, with the passphrase if it has one. */
  async chosenKey(form: HTMLFormElement): Promise<{ file: string; passphrase: string }> {
    const file = await this.chosenFile(form);
    if (file === null) throw new StepRefusal("file-missing");
    return { file, passphrase: isPlain(file) ? "" : this.passphrase(form, false) };
  }

  /** Takes the key's fields away: the worker holds the key already. */
  hideKeyFields(form: HTMLFormElement): void {
    for (const input of form.querySelectorAll<HTMLInputElement>("input[name=passphrase], input[name=again], input[name=key]")) {
      input.required = false;
      (input.closest<HTMLElement>(".field") ?? input).hidden = true;
    }
  }

  showKeyFields(form: HTMLFormElement): void {
    for (const input of form.querySelectorAll<HTMLInputElement>("input[name=passphrase], input[name=again], input[name=key]")) {
      (input.closest<HTMLElement>(".field") ?? input).hidden = false;
    }
  }

  /** Offers a file to save and waits until the member saves it. */
  async saved(form: HTMLFormElement, file: string, name: string): Promise<void> {
    const link = form.querySelector<HTMLAnchorElement>("a[data-save]");
    if (link === null) return;
    const address = URL.createObjectURL(new Blob([`${file}\n`], { type: "application/json" }));
    link.href = address;
    link.download = name;
    link.hidden = false;
    this.say(form, this.words.say("saved"));
    link.focus();
    await new Promise((resolve) => link.addEventListener("click", resolve, { once: true }));
    // The browser reads the blob after the click.
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }

  progress(form: HTMLFormElement, share: number | null): void {
    const bar = form.querySelector<HTMLProgressElement>("progress[data-progress]");
    if (bar === null) return;
    bar.hidden = share === null;
    if (share !== null) bar.value = share * bar.max;
  }

  /**
   * Looks every few seconds whether something has changed, while the page waits for others: `mark` tells one moment from another.
   * Nothing is taken from a member who is typing.
   */
  watch(mark: () => Promise<string>): void {
    let before: string | null = null;
    let looking = false;
    const look = async (): Promise<void> => {
      const now = await mark();
      if (before !== null && now !== before) await this.refresh(() => this.#isWaiting());
      // What came while the member had something to do is looked at again.
      if (this.#isWaiting()) before = now;
    };
    setInterval(() => {
      // On a slow network one look is not over when the next would begin.
      if (looking || !this.#isWaiting()) return;
      looking = true;
      // Whoever waits goes on waiting; the next look may have an answer.
      look().catch(() => undefined).finally(() => {
        looking = false;
      });
    }, PACE);
  }

  /** Whether the member waits for others: no step is under way, and nothing is being typed. */
  #isWaiting(): boolean {
    const isTyping = this.forms().some((form) => [...form.querySelectorAll("input")].some(({ value }) => value !== ""));
    return !this.#busy && !isTyping && this.main.dataset["waits"] !== undefined;
  }

  /**
   * Takes in what the server draws now, unless the answer comes when it is no longer wanted. The focus goes to its heading, unless all that changed is what
   * others did.
   */
  async refresh(isWanted: () => boolean = () => true): Promise<void> {
    const drawn = await pageAgain();
    if (!isWanted()) return;
    const main = drawn?.querySelector<HTMLElement>("main[data-board]");
    if (drawn === null || main == null) {
      location.reload();
      return;
    }
    const hadStep = this.forms().length > 0;
    // A document that is parsed only has no scripts, and shows what is meant for that.
    for (const part of main.querySelectorAll("noscript")) part.remove();
    document.title = drawn.title;
    this.main.replaceWith(document.adoptNode(main));
    if (hadStep || this.forms().length > 0) {
      const heading = this.main.querySelector<HTMLElement>("h1");
      heading?.setAttribute("tabindex", "-1");
      heading?.focus();
    }
    this.#wire();
  }
}

/** Whether this looks like a key of `isoloir trustee`, which no passphrase seals. */
function isPlain(file: string): boolean {
  return file.trimStart().startsWith('{"group"');
}

function refusalOf(form: HTMLFormElement): HTMLElement | null {
  return form.querySelector<HTMLElement>("[data-refusal]");
}
