// The page's side of the worker: typed calls, one promise each.
import type { Answer, Request, Service, Services } from "./messages.ts";
import type { VaultRefusal } from "./vault.ts";

export class WorkerRefusal extends Error {
  readonly code: VaultRefusal | "fault";

  constructor(code: VaultRefusal | "fault", detail: string) {
    super(detail);
    this.name = "WorkerRefusal";
    this.code = code;
  }
}

interface Waiting {
  resolve: (gives: Services[Service]["gives"]) => void;
  reject: (reason: WorkerRefusal) => void;
}

export class WorkerClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;

  constructor(url: string) {
    this.#worker = new Worker(url, { type: "module" });
    this.#worker.addEventListener("message", (event: MessageEvent<Answer>) => this.#settle(event.data));
    this.#worker.addEventListener("error", () => this.#failAll());
    this.#worker.addEventListener("messageerror", () => this.#failAll());
  }

  call<S extends Service>(service: S, takes: Services[S]["takes"]): Promise<Services[S]["gives"]> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
      this.#worker.postMessage({ id, service, takes } as Request);
    });
  }

  /** Ends the worker, and its memory with it. */
  close(): void {
    this.#worker.terminate();
    this.#failAll();
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (waiting === undefined) return;
    this.#waiting.delete(answer.id);
    if (answer.ok) waiting.resolve(answer.gives);
    else waiting.reject(new WorkerRefusal(answer.refusal, answer.detail));
  }

  #failAll(): void {
    for (const waiting of this.#waiting.values()) waiting.reject(new WorkerRefusal("fault", "the worker stopped"));
    this.#waiting.clear();
  }
}
