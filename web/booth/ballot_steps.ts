// From the choice to the receipt, for one election at a time: read the mark, encrypt it, show what will be cast,
// cast it once the voter says so, and tell the truth about what became of it.
import { ApiRefusal, castBallot, electionBytes, isStored } from "./api.ts";
import type { Elections } from "./elections_step.ts";
import { clearError, fieldError, showError } from "./notices.ts";
import { readReceipt } from "./receipt.ts";
import { fillTracker, type Received, type ReceiptStep } from "./receipt_step.ts";
import { ELECTIONS, type Place, type Steps } from "./steps.ts";
import type { Mark } from "./vault.ts";
import type { Words } from "./words.ts";
import { WorkerRefusal, type WorkerClient } from "./worker_client.ts";

/** A ballot ready to be cast. Its bytes never change: sending them twice is sending one ballot. */
interface Ready {
  readonly election: string;
  readonly mark: Mark;
  readonly ballot: Uint8Array;
  readonly tracker: string;
  readonly answer: string | null;
}

/** What is known of a ballot whose answer did not come. */
type Known = "stored" | "not-stored" | "unknown";

type Outcome =
  | { kind: "receipt"; received: Received }
  | { kind: "refused"; refusal: ApiRefusal }
  | { kind: "interrupted"; known: Known };

export class BallotSteps {
  readonly #root: HTMLElement;
  readonly #steps: Steps;
  readonly #words: Words;
  readonly #worker: WorkerClient;
  readonly #elections: Elections;
  readonly #receiptStep: ReceiptStep;
  readonly #receiptKey: string;
  readonly #admissions = new Map<string, string>();
  readonly #bytes = new Map<string, Uint8Array>();
  readonly #receipts = new Map<string, Received>();
  #ready: Ready | null = null;
  #interrupted: { ready: Ready; known: Known } | null = null;
  #casting = false;
  /** Grows with each preparation: a slower, older one is dropped when it ends. */
  #preparation = 0;

  constructor(
    root: HTMLElement,
    tools: { steps: Steps; words: Words; worker: WorkerClient; elections: Elections; receiptStep: ReceiptStep },
    receiptKey: string,
  ) {
    this.#root = root;
    this.#steps = tools.steps;
    this.#words = tools.words;
    this.#worker = tools.worker;
    this.#elections = tools.elections;
    this.#receiptStep = tools.receiptStep;
    this.#receiptKey = receiptKey;
    for (const form of this.#forms()) {
      // Browsers restore marks on reload: nothing is selected in advance, not even by them.
      form.reset();
      this.#choiceError(form, null);
      form.addEventListener("change", () => this.#choiceError(form, null));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.#choose(form);
      });
    }
  }

  /** The registrar's leave to cast, by election. */
  admit(parts: readonly { election: string; admission: string }[]): void {
    for (const part of parts) this.#admissions.set(part.election, part.admission);
  }

  get unlocked(): boolean {
    return this.#admissions.size > 0;
  }

  get casting(): boolean {
    return this.#casting;
  }

  isInterrupted(election: string | null): boolean {
    return this.#interrupted !== null && (election === null || this.#interrupted.ready.election === election);
  }

  hasReceipt(election: string): boolean {
    return this.#receipts.has(election);
  }

  isMarked(election: string): boolean {
    return this.#mark(election) !== null;
  }

  /** Where the election's walk resumes. */
  open(election: string): void {
    this.#steps.go({ step: this.isInterrupted(election) ? "interrupted" : "choice", election });
  }

  entered(place: Place): void {
    if (place.step === "confirm" && place.election !== null) void this.#prepare(place.election);
    if (place.step === "interrupted") this.#sayInterrupted();
    const received = place.election === null ? undefined : this.#receipts.get(place.election);
    if (place.step === "receipt" && received !== undefined) this.#receiptStep.fill(received, this.#elections.remaining());
  }

  #forms(): HTMLFormElement[] {
    return [...this.#root.querySelectorAll<HTMLFormElement>("form[data-ballot]")];
  }

  #form(election: string): HTMLFormElement | undefined {
    return this.#forms().find((form) => form.dataset["ballot"] === election);
  }

  #radio(election: string): HTMLInputElement | null {
    return this.#form(election)?.querySelector<HTMLInputElement>("input[type=radio]:checked") ?? null;
  }

  #mark(election: string): Mark | null {
    const value = this.#radio(election)?.value;
    if (value === "blank") return "blank";
    return value !== undefined && /^\d{1,4}$/.test(value) ? Number(value) : null;
  }

  #choiceError(form: HTMLFormElement, text: string | null): void {
    const line = form.querySelector<HTMLElement>("[data-choice-error]");
    fieldError(line, form.querySelectorAll<HTMLInputElement>("input[type=radio]"), text);
  }

  #choose(form: HTMLFormElement): void {
    const election = form.dataset["ballot"] ?? "";
    if (this.#mark(election) !== null) {
      this.#steps.go({ step: "confirm", election });
      return;
    }
    this.#choiceError(form, this.#words.say("choice-missing"));
    form.querySelector<HTMLInputElement>("input[type=radio]")?.focus();
  }

  // --- Confirm: encrypt, then show.

  async #prepare(election: string): Promise<void> {
    const mark = this.#mark(election);
    const section = this.#steps.section({ step: "confirm", election });
    if (mark === null || section === null) return;
    clearError(section);
    if (this.#ready?.election === election && this.#ready.mark === mark) {
      this.#showReady(section, this.#ready);
      return;
    }
    const turn = ++this.#preparation;
    this.#ready = null;
    this.#summary(section, election, this.#radio(election)?.dataset["label"] ?? "");
    this.#progress(section, this.#words.say("encrypting"), false);
    try {
      const ready = await this.#encrypt(election, mark);
      if (turn !== this.#preparation) return;
      this.#ready = ready;
      this.#showReady(section, ready);
    } catch (error) {
      if (turn !== this.#preparation) return;
      this.#progress(section, "", false);
      const failure = error instanceof WorkerRefusal ? this.#encryptionFailure(error) : "election-unavailable";
      showError(section, this.#words.say(failure));
    }
  }

  #encryptionFailure(error: WorkerRefusal): string {
    if (error.code === "election_mismatch") return "election-mismatch";
    return error.code === "not_unlocked" ? "credential-missing" : "device-unsupported";
  }

  async #encrypt(election: string, mark: Mark): Promise<Ready> {
    const bytes = this.#bytes.get(election) ?? (await electionBytes(election));
    const fingerprint = this.#elections.fingerprint(election);
    const prepared = await this.#worker.call("prepare", { election, bytes, fingerprint, mark });
    this.#bytes.set(election, bytes);
    return { election, mark, ...prepared };
  }

  #showReady(section: HTMLElement, ready: Ready): void {
    // The answer's name comes from the election itself: what is read here is what was encrypted.
    this.#summary(section, ready.election, ready.answer ?? this.#radio(ready.election)?.dataset["label"] ?? "");
    const tracker = section.querySelector<HTMLElement>("[data-tracker]");
    if (tracker !== null) fillTracker(tracker, ready.tracker);
    this.#progress(section, this.#words.say("ready"), true);
  }

  #summary(section: HTMLElement, election: string, choice: string): void {
    const set = (place: string, text: string): void => {
      const element = section.querySelector<HTMLElement>(place);
      if (element !== null) element.textContent = text;
    };
    set("[data-confirm-election]", this.#elections.title(election));
    set("[data-confirm-choice]", choice);
    set("[data-tracker]", "");
    const logo = this.#radio(election)?.closest(".choice")?.querySelector(".choice__logo")?.cloneNode(true);
    section.querySelector("[data-confirm-logo]")?.replaceChildren(...(logo === undefined ? [] : [logo]));
  }

  #progress(section: HTMLElement, text: string, castable: boolean): void {
    const status = section.querySelector<HTMLElement>("[data-progress]");
    if (status !== null) status.textContent = text;
    for (const button of section.querySelectorAll<HTMLButtonElement>('[data-action="cast"]')) button.disabled = !castable;
  }

  // --- Cast, and what becomes of it.

  /** Casts the ballot shown. Only the voter's press on the button leads here. */
  cast(): void {
    const election = this.#steps.now.election;
    if (this.#steps.now.step !== "confirm" || this.#ready === null || this.#ready.election !== election) return;
    void this.#deliver(this.#ready);
  }

  /** Sends the same bytes again. */
  retry(): void {
    if (this.#interrupted !== null) void this.#deliver(this.#interrupted.ready);
  }

  async #deliver(ready: Ready): Promise<void> {
    if (this.#casting) return;
    this.#casting = true;
    const election = ready.election;
    this.#steps.replace({ step: "sending", election });
    const outcome = await this.#send(ready);
    this.#casting = false;
    if (outcome.kind === "receipt") this.#received(outcome.received);
    else if (outcome.kind === "refused") this.#refused(ready, outcome.refusal);
    else {
      this.#interrupted = { ready, known: outcome.known };
      this.#steps.replace({ step: "interrupted", election });
    }
  }

  async #send(ready: Ready): Promise<Outcome> {
    const { election, ballot, tracker } = ready;
    try {
      const json = await castBallot(election, ballot, this.#admissions.get(election) ?? "");
      const receipt = readReceipt(json);
      const valid = receipt !== null && (await this.#receiptHolds(receipt, ready));
      return { kind: "receipt", received: { election, title: this.#elections.title(election), tracker, receipt, valid } };
    } catch (error) {
      if (error instanceof ApiRefusal && error.status < 500) return { kind: "refused", refusal: error };
      if (error instanceof ApiRefusal && error.code === "store_unavailable") return { kind: "interrupted", known: "not-stored" };
      return { kind: "interrupted", known: await this.#askBox(ready) };
    }
  }

  async #receiptHolds(receipt: NonNullable<Received["receipt"]>, ready: Ready): Promise<boolean> {
    const { election, tracker } = ready;
    const call = this.#worker.call("checkReceipt", { receipt, election, tracker, key: this.#receiptKey });
    return call.catch(() => false);
  }

  async #askBox(ready: Ready): Promise<Known> {
    try {
      return (await isStored(ready.election, ready.tracker)) ? "stored" : "not-stored";
    } catch {
      return "unknown";
    }
  }

  #received(received: Received): void {
    const { election } = received;
    this.#interrupted = null;
    this.#ready = null;
    this.#receipts.set(election, received);
    this.#elections.markVoted(election);
    this.#receiptStep.title(received);
    this.#steps.replace({ step: "receipt", election });
    this.#receiptStep.announce(received);
  }

  #refused(ready: Ready, refusal: ApiRefusal): void {
    const { election } = ready;
    const signedOut = refusal.status === 401;
    // Signed out while the fate of the ballot was open: what is known of it stays known.
    if (signedOut && this.#interrupted !== null) {
      this.#steps.replace({ step: "interrupted", election });
      this.#sayError(this.#words.say("signed-out-interrupted"));
      return;
    }
    this.#interrupted = null;
    const voted = refusal.code === "already_voted";
    if (voted) this.#elections.markVoted(election);
    this.#steps.replace(voted ? ELECTIONS : { step: "confirm", election });
    const sentence = refusal.sentence(this.#words.lang) ?? this.#words.say("refused");
    this.#sayError(signedOut ? this.#words.say("session-ended") : sentence);
  }

  #sayError(text: string): void {
    const section = this.#steps.section(this.#steps.now);
    if (section !== null) showError(section, text);
  }

  #sayInterrupted(): void {
    const section = this.#steps.section({ step: "interrupted", election: null });
    if (section === null || this.#interrupted === null) return;
    clearError(section);
    const text = this.#words.say(this.#interrupted.known);
    const place = section.querySelector<HTMLElement>("[data-interrupted-message]");
    if (place === null) showError(section, text);
    else place.textContent = text;
  }
}
