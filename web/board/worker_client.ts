// The page's side of the worker: typed calls, one promise each.
import type { Progress } from "../check/audit.ts";
import type { Answer, Refused, Request, Service, Services } from "./messages.ts";

export class WorkerRefusal extends Error {
  readonly refused: Refused;

  constructor(refused: Refused) {
    super(refused.code);
    this.name = "WorkerRefusal";
    this.refused = refused;
  }
}

interface Waiting {
  resolve: (gives: Services[Service]["gives"]) => void;
  reject: (reason: WorkerRefusal) => void;
  progress: (progress: Progress, size: number) => void;
}

export class WorkerClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;

  constructor(url: string) {
    this.#worker = new Worker(url, { type: "module" });
    this.#worker.addEventListener("message", (event: MessageEvent<Answer>) => this.#hear(event.data));
    this.#worker.addEventListener("error", () => this.#failAll());
    this.#worker.addEventListener("messageerror", () => this.#failAll());
  }

  call<S extends Service>(
    service: S,
    takes: Services[S]["takes"],
    progress: (progress: Progress, size: number) => void = () => {},
  ): Promise<Services[S]["gives"]> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting["resolve"], reject, progress });
      this.#worker.postMessage({ id, service, takes } as Request);
    });
  }

  /** Ends the worker, and its memory with it. */
  close(): void {
    this.#worker.terminate();
    this.#failAll();
  }

  #hear(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (waiting === undefined) return;
    if (answer.tell === "progress") {
      waiting.progress(answer.progress, answer.size);
      return;
    }
    this.#waiting.delete(answer.id);
    if (answer.tell === "done") waiting.resolve(answer.gives);
    else waiting.reject(new WorkerRefusal(answer.refused));
  }

  #failAll(): void {
    for (const { reject } of this.#waiting.values()) reject(new WorkerRefusal({ code: "fault", detail: "the worker stopped" }));
    this.#waiting.clear();
  }
}
