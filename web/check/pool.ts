// Ballots shared out among workers, one for each core: each takes the next when it has done its own.
import type { Verdict, Verifier } from "./audit.ts";
import type { Request, Verified } from "./messages.ts";

/** Ballots that a helper takes at once: enough to hide the way there, few enough to share well. */
const SHARE = 4;

export class Pool implements Verifier {
  readonly #helpers: readonly Worker[];
  readonly #waiting = new Map<number, { give: (verdicts: readonly Verdict[]) => void; fail: (reason: Error) => void }>();
  #next = 0;

  constructor(url: string, size: number) {
    this.#helpers = Array.from({ length: size }, () => {
      const helper = new Worker(url, { type: "module" });
      helper.addEventListener("message", ({ data }: MessageEvent<Verified>) => {
        this.#waiting.get(data.id)?.give(data.verdicts);
        this.#waiting.delete(data.id);
      });
      helper.addEventListener("error", () => this.#fail());
      return helper;
    });
  }

  async start(election: Uint8Array): Promise<void> {
    for (const helper of this.#helpers) say(helper, { ask: "start", election });
  }

  async verify(ballots: readonly Uint8Array[]): Promise<readonly Verdict[]> {
    const verdicts: Verdict[] = Array.from({ length: ballots.length });
    let taken = 0;
    const work = async (helper: Worker): Promise<void> => {
      while (taken < ballots.length) {
        const from = taken;
        taken += SHARE;
        const given = await this.#ask(helper, ballots.slice(from, from + SHARE));
        given.forEach((verdict, i) => (verdicts[from + i] = verdict));
      }
    };
    await Promise.all(this.#helpers.map(work));
    return verdicts;
  }

  close(): void {
    for (const helper of this.#helpers) helper.terminate();
  }

  #ask(helper: Worker, ballots: readonly Uint8Array[]): Promise<readonly Verdict[]> {
    const id = this.#next++;
    return new Promise((give, fail) => {
      this.#waiting.set(id, { give, fail });
      say(helper, { ask: "verify", id, ballots });
    });
  }

  #fail(): void {
    for (const { fail } of this.#waiting.values()) fail(new Error("a helper stopped"));
    this.#waiting.clear();
  }
}

function say(helper: Worker, request: Request): void {
  helper.postMessage(request);
}
