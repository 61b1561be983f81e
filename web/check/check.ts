// "Vérifier toute l'urne": brings to life the page that the server drew. The archive is audited on this device; nothing is sent.
import { Words } from "../booth/words.ts";
import type { Request, Summary, Told } from "./messages.ts";
import type { Culprit } from "./finding.ts";

/** The worker's integrity hash, set at build time: a page's own integrity attribute cannot cover a worker. */
declare const WORKER_INTEGRITY: string;

/** More helpers than this gain nothing on what people use. */
const MOST_HELPERS = 8;

class Check {
  readonly #root: HTMLElement;
  readonly #words: Words;
  readonly #workerUrl: string;
  #worker: Worker | null = null;

  constructor(root: HTMLElement, workerUrl: string) {
    this.#root = root;
    this.#workerUrl = workerUrl;
    this.#words = new Words(root, root.dataset["lang"]);
    this.#part("[data-download]")?.addEventListener("click", () => void this.#download());
    this.#file?.addEventListener("change", () => {
      const [file] = this.#file?.files ?? [];
      if (file !== undefined) this.#audit(file);
    });
    this.#part("[data-stop]")?.addEventListener("click", () => this.#end(this.#words.say("stopped")));
    root.dataset["ready"] = "true";
  }

  get #file(): HTMLInputElement | null {
    return this.#root.querySelector<HTMLInputElement>("input[type=file]");
  }

  #part(selector: string): HTMLElement | null {
    return this.#root.querySelector<HTMLElement>(selector);
  }

  /** Fetches the archive, with progress, then audits it. */
  async #download(): Promise<void> {
    this.#begin(this.#words.say("downloading"));
    try {
      const response = await fetch(this.#root.dataset["archive"] ?? "", { cache: "no-store" });
      if (!response.ok || response.body === null) throw new Error(String(response.status));
      const parts: BlobPart[] = [];
      let size = 0;
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        parts.push(value);
        size += value.length;
        this.#say(this.#words.say("downloaded", { megabytes: this.#number(size / 1e6, 1) }));
      }
      this.#audit(new Blob(parts));
    } catch {
      this.#end(this.#words.say("download-failed"));
    }
  }

  #audit(archive: Blob): void {
    this.#begin(this.#words.say("verifying"));
    this.#worker?.terminate();
    const worker = new Worker(this.#workerUrl, { type: "module" });
    this.#worker = worker;
    worker.addEventListener("message", ({ data }: MessageEvent<Told>) => this.#hear(data));
    worker.addEventListener("error", () => this.#end(this.#words.say("fault")));
    const helpers = Math.max(1, Math.min(MOST_HELPERS, navigator.hardwareConcurrency || 2));
    worker.postMessage({ ask: "audit", archive, helpers } satisfies Request);
  }

  #hear(told: Told): void {
    switch (told.tell) {
      case "progress": {
        const share = told.size === 0 ? 0 : told.progress.read / told.size;
        const bar = this.#root.querySelector<HTMLProgressElement>("progress");
        if (bar !== null) bar.value = share;
        this.#say(this.#words.say("progress", {
          percent: this.#number(share * 100, 0),
          ballots: this.#number(told.progress.ballots, 0),
        }));
        break;
      }
      case "fault":
        this.#end(this.#words.say("fault"));
        break;
      case "report":
        this.#show(told.report);
        break;
    }
  }

  #begin(words: string): void {
    this.#root.dataset["state"] = "working";
    for (const row of this.#root.querySelectorAll<HTMLElement>("[data-check]")) this.#mark(row, "waiting");
    const bar = this.#root.querySelector<HTMLProgressElement>("progress");
    bar?.removeAttribute("value");
    this.#reveal("working", "");
    this.#say(words);
  }

  /** Back to the start, with a sentence. */
  #end(words: string): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#root.dataset["state"] = "idle";
    this.#reveal("", "");
    this.#say(words);
    if (this.#file !== null) this.#file.value = "";
  }

  #show(report: Summary): void {
    const { finding } = report;
    const verdict = finding === null ? (report.complete ? "valid" : "beginning") : finding.unsupported ? "unsupported" : "invalid";
    // The verdict is a notice of its own, which takes the focus.
    this.#end("");
    for (const { check, outcome } of report.outcomes) {
      const row = this.#part(`[data-check="${check}"]`);
      if (row !== null) this.#mark(row, outcome);
    }
    this.#fill("valid", "voters", report.voters);
    this.#fill("valid", "ballots", report.ballots);
    this.#fill("beginning", "ballots", report.ballots);
    const notice = this.#part(`[data-verdict="${verdict}"]`);
    const blame = notice?.querySelector<HTMLElement>("[data-blame]");
    if (finding !== null && blame) {
      const statement = this.#part(`[data-check="${finding.check}"] [data-statement]`)?.textContent ?? finding.check;
      blame.textContent = `${statement} – ${this.#blame(finding.culprit)} (${finding.check})`;
    }
    const head = notice?.querySelector<HTMLElement>("[data-head]");
    if (head) head.textContent = report.head ?? "";
    this.#reveal("", verdict);
    this.#counts(report);
    notice?.focus();
  }

  #fill(verdict: string, name: string, value: number): void {
    const place = this.#part(`[data-verdict="${verdict}"] [data-${name}]`);
    if (place !== null) place.textContent = this.#number(value, 0);
  }

  #blame(culprit: Culprit): string {
    switch (culprit.kind) {
      case "record":
        return this.#words.say("culprit-record", { offset: culprit.offset });
      case "event":
        return this.#words.say("culprit-event", { height: culprit.height });
      case "trustee":
        return this.#words.say("culprit-trustee", { owner: culprit.owner });
      case "credential":
        return this.#words.say("culprit-credential", { place: culprit.place });
      case "ballot":
        return this.#words.say("culprit-ballot", { tracker: culprit.tracker });
      default:
        return this.#words.say(`culprit-${culprit.kind}`);
    }
  }

  /** The numbers of the archive, to compare with those proclaimed. */
  #counts({ counts }: Summary): void {
    const section = this.#part("[data-counts]");
    const body = section?.querySelector("tbody");
    if (section === null || !body) return;
    body.replaceChildren(...counts.flatMap(({ lines }) => lines).map(({ name, votes }) => {
      const row = document.createElement("tr");
      const heading = document.createElement("th");
      heading.scope = "row";
      heading.textContent = name ?? this.#words.say("blank");
      const cell = document.createElement("td");
      cell.className = "num";
      cell.textContent = votes;
      row.append(heading, cell);
      return row;
    }));
    section.hidden = counts.length === 0;
  }

  #mark(row: HTMLElement, outcome: string): void {
    row.dataset["outcome"] = outcome;
    const words = row.querySelector<HTMLElement>("[data-outcome-words]");
    if (words !== null) words.textContent = this.#words.say(`outcome-${outcome}`);
  }

  #reveal(working: string, verdict: string): void {
    const panel = this.#part("[data-working]");
    if (panel !== null) panel.hidden = working === "";
    for (const notice of this.#root.querySelectorAll<HTMLElement>("[data-verdict]")) {
      notice.hidden = notice.dataset["verdict"] !== verdict;
    }
    if (verdict === "") this.#part("[data-counts]")?.setAttribute("hidden", "");
  }

  #say(words: string): void {
    const status = this.#part("[data-status]");
    if (status !== null) status.textContent = words;
  }

  #number(value: number, digits: number): string {
    return value.toLocaleString(this.#words.lang, { maximumFractionDigits: digits });
  }
}

async function start(): Promise<void> {
  const root = document.querySelector<HTMLElement>("[data-check-box]");
  const url = root?.dataset["worker"];
  if (root === null || url === undefined) return;
  try {
    const response = await fetch(url, { integrity: WORKER_INTEGRITY });
    await response.arrayBuffer();
    new Check(root, url);
  } catch {
    const status = root.querySelector<HTMLElement>("[data-status]");
    if (status !== null) status.textContent = new Words(root, root.dataset["lang"]).say("script-damaged");
  }
}

void start();
