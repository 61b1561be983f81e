// The booth (isoloir): brings to life the page the server drew. This file only connects: each step has its own.
import { BallotSteps } from "./ballot_steps.ts";
import { CodeStep } from "./code_step.ts";
import { Elections } from "./elections_step.ts";
import { ReceiptStep } from "./receipt_step.ts";
import { clearError, showError } from "./notices.ts";
import { CODE, ELECTIONS, Steps, type Place } from "./steps.ts";
import { Words } from "./words.ts";
import { WorkerClient } from "./worker_client.ts";

/** The worker's integrity hash, set at build time: a page's own integrity attribute cannot cover a worker. */
declare const WORKER_INTEGRITY: string;

class Booth {
  readonly #root: HTMLElement;
  readonly #words: Words;
  readonly #worker: WorkerClient;
  readonly #elections: Elections;
  readonly #steps: Steps;
  readonly #code: CodeStep;
  readonly #ballots: BallotSteps;
  readonly #receiptStep: ReceiptStep;

  constructor(root: HTMLElement, worker: WorkerClient) {
    this.#root = root;
    this.#worker = worker;
    this.#words = new Words(root, root.dataset["lang"]);
    this.#elections = new Elections(root, this.#words);
    this.#steps = new Steps(root, { admit: (place) => this.#admit(place), entered: (place) => this.#entered(place) });
    this.#receiptStep = new ReceiptStep(this.#section("receipt"), this.#words);
    const identity = { voter: root.dataset["voter"] ?? "", registrarKey: root.dataset["registrarKey"] ?? "" };
    this.#code = new CodeStep(this.#section("code"), this.#words, worker, identity, (parts) => {
      this.#ballots.admit(parts);
      this.#steps.go(ELECTIONS);
    });
    const tools = {
      steps: this.#steps,
      words: this.#words,
      worker,
      elections: this.#elections,
      receiptStep: this.#receiptStep,
    };
    this.#ballots = new BallotSteps(root, tools, root.dataset["receiptKey"] ?? "");
    this.#listen();
    worker.call("start", {}).catch(() => this.#code.fail(this.#words.say("device-unsupported")));
  }

  #section(step: "code" | "receipt"): HTMLElement {
    const section = this.#root.querySelector<HTMLElement>(`section[data-step="${step}"]`);
    if (section === null) throw new Error(`the page has no step ${step}`);
    return section;
  }

  /** Which place is shown when this one is asked for, by a press, by Back or by Forward. */
  #admit(place: Place): Place {
    const ballots = this.#ballots;
    const { step, election } = place;
    if (ballots.casting) return { step: "sending", election: election ?? this.#steps.now.election };
    if (step === "code") return place;
    if (!ballots.unlocked) return CODE;
    if (step === "elections" || election === null || !this.#elections.has(election)) return ELECTIONS;
    if (ballots.isInterrupted(election)) return { step: "interrupted", election };
    if (step === "receipt" || step === "interrupted" || step === "sending") {
      return ballots.hasReceipt(election) ? { step: "receipt", election } : ELECTIONS;
    }
    if (this.#elections.isVoted(election)) return ELECTIONS;
    if (step === "confirm" && !ballots.isMarked(election)) return { step: "choice", election };
    return place;
  }

  #entered(place: Place): void {
    const section = this.#steps.section(place);
    if (section !== null && place.step !== "receipt") clearError(section);
    this.#ballots.entered(place);
  }

  #listen(): void {
    this.#root.addEventListener("click", (event) => {
      if (!(event.target instanceof Element)) return;
      const open = event.target.closest<HTMLElement>("[data-open-election]")?.dataset["openElection"];
      if (open !== undefined) this.#ballots.open(open);
      const next = event.target.closest<HTMLAnchorElement>("a[data-next]");
      if (next !== null) {
        event.preventDefault();
        this.#steps.go(ELECTIONS);
      }
      const action = event.target.closest<HTMLElement>("[data-action]");
      if (action?.dataset["action"] !== undefined) this.#act(action.dataset["action"], event);
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.#ballots.casting) event.preventDefault();
    });
    // Leaving, by any door, ends the worker and what it holds; coming back starts from the server's page.
    window.addEventListener("pagehide", () => {
      this.#code.clear();
      this.#worker.close();
    });
    document.addEventListener("submit", (event) => {
      const signOut = event.target instanceof HTMLFormElement && event.target.getAttribute("action") === "/deconnexion";
      if (signOut) this.#worker.call("forget", {}).catch(() => undefined);
    });
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) location.reload();
    });
  }

  #act(action: string, event: Event): void {
    switch (action) {
      case "cast":
        this.#ballots.cast();
        break;
      case "retry":
        this.#ballots.retry();
        break;
      case "change":
        // The choice is the step before: going back keeps the history straight.
        history.back();
        break;
      case "elections":
        this.#steps.go(ELECTIONS);
        break;
      case "save-receipt":
        this.#receiptStep.save();
        break;
      case "print":
        window.print();
        break;
      default:
        return;
    }
    event.preventDefault();
  }
}

/** The worker's bytes, if they are those built with this file; the worker then comes from the browser's cache. */
async function workerIsIntact(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { integrity: WORKER_INTEGRITY });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

async function start(): Promise<void> {
  const root = document.querySelector<HTMLElement>("[data-booth]");
  const url = root?.dataset["worker"];
  if (root === null || url === undefined) return;
  if (await workerIsIntact(url)) {
    new Booth(root, new WorkerClient(url));
    root.dataset["ready"] = "true";
    return;
  }
  const section = root.querySelector<HTMLElement>('section[data-step="code"]');
  if (section !== null) showError(section, new Words(root, root.dataset["lang"]).say("script-damaged"));
}

void start();
