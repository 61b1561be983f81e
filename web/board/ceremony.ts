// The key ceremony (cérémonie des clés), on a member's page. One step at a time, each of which can be resumed: what is needed of the
// member is its passphrase, and what the browser kept or the file. While the page stays open, the steps that ask nothing of the
// member follow by themselves.
import { discard, keep, kept } from "./keeping.ts";
import { ApiRefusal, post, state, type CeremonyState, type ItemState, type SubstituteState, type Task } from "./api.ts";
import type { Holder } from "./key_file.ts";
import { StepRefusal, type Page } from "./page.ts";
import type { ItemMessages } from "./vault.ts";

/** Steps that ask nothing of a member whose key is open. */
const BY_THEMSELVES: readonly Task[] = ["commitment", "polynomial", "output", "handover"];

export class Ceremony {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    page.watch(async () => {
      const { version, task } = await this.#state();
      // What is called for may have come between the drawing of the page and the first look.
      const called = page.forms().length === 0 && task !== "wait" && task !== "done";
      return `${version} ${called ? Date.now() : ""}`;
    });
  }

  /** Brings to life what the server drew. */
  wire(): void {
    const [form] = this.#page.forms();
    if (form === undefined) {
      const status = this.#page.main.querySelector<HTMLElement>("[data-status]");
      if (status !== null && this.#page.main.dataset["waits"] !== undefined) status.textContent = this.#page.words.say("waiting");
      return;
    }
    const task = form.dataset["task"] as Task;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#page.run(form, () => this.#step(form, task));
    });
    if (this.#page.unlocked && BY_THEMSELVES.includes(task)) {
      this.#page.hideKeyFields(form);
      void this.#page.run(form, () => this.#step(form, task));
    } else {
      void this.#askForFile(form, task);
    }
  }

  /** Shows the field for the key file where the browser has kept nothing. */
  async #askForFile(form: HTMLFormElement, task: Task): Promise<void> {
    const field = form.querySelector<HTMLElement>("[data-when-lost]");
    if (field === null || task === "certificate" || task === "enrol") return;
    field.hidden = (await kept(this.#keptName)) !== null;
  }

  get #keptName(): string {
    return this.#page.main.dataset["key"] ?? "";
  }

  async #state(): Promise<CeremonyState> {
    const now = await state<CeremonyState>(this.#page.api, this.#page.lang);
    const item = itemOf(now);
    this.#page.nameOf = (place, through) => {
      if (through === "item") return item.names[place - 1] ?? String(place);
      const of = now.items.find(({ first, members }) => place >= first && place < first + members);
      return of?.names[place - of.first] ?? String(place);
    };
    return now;
  }

  async #step(form: HTMLFormElement, task: Task): Promise<void> {
    const now = await this.#state();
    // Done meanwhile, on another device or before an answer was lost.
    if (now.task === task) await this.#do(form, task, now);
  }

  async #do(form: HTMLFormElement, task: Task, now: CeremonyState): Promise<void> {
    const { worker } = this.#page;
    const item = itemOf(now);
    switch (task) {
      case "certificate":
        return this.#begin(form, now, task, () =>
          worker.call("certificate", { size: item.members, threshold: item.threshold, index: now.me.index }));
      case "enrol":
        return this.#begin(form, now, task, () => worker.call("certificate", { size: 1, threshold: 1, index: 1 }));
      case "commitment":
      case "polynomial": {
        await this.#open(form, now);
        this.#say(form, "checking");
        return this.#post(form, now, task, await worker.call(task, { messages: messagesOf(item) }));
      }
      case "output": {
        await this.#open(form, now);
        this.#say(form, "checking");
        const { body, file } = await worker.call("output", { messages: messagesOf(item) });
        await keep(this.#keptName, file);
        await this.#page.saved(form, file, fileName(now));
        return this.#post(form, now, task, body);
      }
      case "handover": {
        await this.#open(form, now);
        const enrolment = substituteOf(now).enrol ?? "";
        return this.#post(form, now, task, await worker.call("handover", { enrolment }));
      }
      case "test":
        return this.#test(form, now, item);
      case "received":
        return this.#receive(form, now, item);
      case "wait":
      case "done":
        return;
    }
  }

  /** Makes the member's seed, keeps it sealed, and publishes its certificate; one tab at a time. */
  async #begin(form: HTMLFormElement, now: CeremonyState, task: Task, certificate: () => Promise<string>): Promise<void> {
    const page = this.#page;
    const passphrase = page.passphrase(form, true);
    await navigator.locks.request(`isoloir-board-${this.#keptName}`, async () => {
      this.#say(form, "making");
      const before = await kept(this.#keptName);
      const file = await page.worker.call("create", { holder: holderOf(now), passphrase });
      // Without a place in this browser, the file itself is what the next steps need.
      if (!await keep(this.#keptName, file)) await page.saved(form, file, fileName(now));
      try {
        await this.#post(form, now, task, await certificate());
      } catch (error) {
        // Another tab or device was first: what was kept before may be the key that counts.
        if (error instanceof ApiRefusal && before !== null) await keep(this.#keptName, before);
        throw error;
      }
      page.unlocked = true;
    });
  }

  /** Opens the member's file with the passphrase, unless that was done. */
  async #open(form: HTMLFormElement, now: CeremonyState): Promise<void> {
    const page = this.#page;
    if (page.unlocked) return;
    const passphrase = page.passphrase(form, false);
    const chosen = await page.chosenFile(form);
    const file = chosen ?? await kept(this.#keptName);
    if (file === null) {
      form.querySelector<HTMLElement>("[data-when-lost]")?.removeAttribute("hidden");
      throw new StepRefusal("lost");
    }
    this.#say(form, "opening");
    await page.worker.call("open", { file, passphrase, expected: holderOf(now) });
    page.unlocked = true;
    if (chosen !== null) await keep(this.#keptName, chosen);
  }

  /** The file that was saved must open again, with the passphrase typed again, and prove the member's key. */
  async #test(form: HTMLFormElement, now: CeremonyState, item: ItemState): Promise<void> {
    const page = this.#page;
    const { file, passphrase } = await page.chosenKey(form);
    this.#say(form, "testing");
    await page.worker.call("open", { file, passphrase, expected: holderOf(now) });
    await this.#prove(form, now, "test", item);
    page.unlocked = true;
  }

  /** A substitute takes over what the delegate sealed for it, into a file of its own. */
  async #receive(form: HTMLFormElement, now: CeremonyState, item: ItemState): Promise<void> {
    const page = this.#page;
    const passphrase = page.passphrase(form, false);
    page.unlocked = false;
    await this.#open(form, now);
    const handover = substituteOf(now).handover ?? "";
    const file = await page.worker.call("receive", { messages: messagesOf(item), index: now.me.index, handover });
    await page.saved(form, file, fileName(now));
    this.#say(form, "testing");
    await page.worker.call("open", { file, passphrase, expected: holderOf(now) });
    await this.#prove(form, now, "received", item);
  }

  async #prove(form: HTMLFormElement, now: CeremonyState, task: Task, item: ItemState): Promise<void> {
    const { index, owner } = now.me;
    const statement = ["isoloir/board/v1", `board: ${now.board}`, "act: test", `round: ${now.round}`, `owner: ${owner}`].join("\n");
    const body = await this.#page.worker.call("prove", { messages: messagesOf(item), index, statement });
    await this.#post(form, now, task, body);
    // From now on the member's file is the key, and the only one.
    await discard(this.#keptName);
  }

  async #post(form: HTMLFormElement, now: CeremonyState, step: Task, body: string): Promise<void> {
    this.#say(form, "sending");
    await post(this.#page.api, this.#page.lang, { round: now.round, step, body });
  }

  #say(form: HTMLFormElement, name: string): void {
    this.#page.say(form, this.#page.words.say(name));
  }
}

function itemOf(now: CeremonyState): ItemState {
  const item = now.items.find((one) => one.item === now.me.item);
  if (item === undefined) throw new StepRefusal("fault");
  return item;
}

function messagesOf({ threshold, certificate, commitment, polynomial, output }: ItemState): ItemMessages {
  return { threshold, certificate, commitment, polynomial, output };
}

/** The substitute of this member's place, or this substitute itself. */
function substituteOf(now: CeremonyState): SubstituteState {
  const found = now.substitutes.find(({ item, index }) => item === now.me.item && index === now.me.index);
  if (found === undefined) throw new StepRefusal("fault");
  return found;
}

function holderOf({ board, round, me }: CeremonyState): Holder {
  return { board, round, seat: me.seat, name: me.name };
}

function fileName({ board, round, me }: CeremonyState): string {
  return `cle-${board}-${me.seat}-${round}.json`;
}
