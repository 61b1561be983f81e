// The session's end (fin de session): warned of before it comes, put off on request, the same in every tab.
//
// Nothing is put off by moving a mouse: only a person who says so, or a page asked for, keeps a session alive.

/** When a session ends: unused, or in any case. */
export interface Ends {
  idle: string;
  absolute: string;
  now: string;
}

/** Milliseconds from `now` until the first of both ends. */
export function remaining(ends: Ends): number {
  return Math.min(Date.parse(ends.idle), Date.parse(ends.absolute)) - Date.parse(ends.now);
}

const STATE = "/api/session";
const EXTEND = "/session/prolonger";

/** `[data-session]` with the ends, holding a `<dialog>` with `[data-extend]`; `[data-session-left]` in it says how long is left. */
export function watchSession(root: Document): void {
  const place = root.querySelector<HTMLElement>("[data-session]");
  const dialog = place?.querySelector("dialog");
  if (place == null || dialog == null) return;
  new SessionWatch(place, dialog).begin();
}

class SessionWatch {
  readonly #place: HTMLElement;
  readonly #dialog: HTMLDialogElement;
  readonly #warning: number;
  #end = 0;
  #extendable = true;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #focus: Element | null = null;

  constructor(place: HTMLElement, dialog: HTMLDialogElement) {
    this.#place = place;
    this.#dialog = dialog;
    this.#warning = Number(place.dataset["warning"] ?? "120") * 1000;
  }

  begin(): void {
    const { idle, absolute, now } = this.#place.dataset;
    this.#note({ idle: idle ?? "", absolute: absolute ?? "", now: now ?? "" });
    this.#dialog.querySelector("[data-extend]")?.addEventListener("click", (event) => {
      event.preventDefault();
      void this.#extend();
    });
    this.#dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      void this.#extend();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") void this.#look();
    });
  }

  #note(ends: Ends): void {
    const left = remaining(ends);
    if (!Number.isFinite(left)) return;
    this.#end = performance.now() + left;
    this.#extendable = Date.parse(ends.idle) < Date.parse(ends.absolute);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), Math.max(0, left - this.#warning));
  }

  /** Another tab, or the booth, may have kept the session alive: the server knows. */
  async #look(): Promise<void> {
    const ends = await ask(STATE, "GET");
    if (ends === "over") return this.#over();
    if (ends !== null) {
      this.#note(ends);
      if (remaining(ends) > this.#warning + 1000) return this.#close();
    }
    this.#warn();
  }

  #warn(): void {
    clearTimeout(this.#timer);
    const left = this.#end - performance.now();
    if (left <= 0) return this.#over();
    const minutes = Math.max(1, Math.ceil(left / 60_000));
    const say = this.#dialog.querySelector<HTMLElement>("[data-session-left]");
    if (say !== null) say.textContent = (minutes === 1 ? say.dataset["one"] : say.dataset["other"]?.replace("{n}", String(minutes))) ?? "";
    const extend = this.#dialog.querySelector<HTMLElement>("[data-extend]");
    if (extend !== null) extend.hidden = !this.#extendable;
    if (!this.#dialog.open) {
      this.#focus = document.activeElement;
      this.#dialog.showModal();
    }
    this.#timer = setTimeout(() => void this.#look(), Math.min(30_000, left + 500));
  }

  async #extend(): Promise<void> {
    const ends = await ask(EXTEND, "POST");
    if (ends === "over") return this.#over();
    if (ends === null) return;
    this.#note(ends);
    this.#close();
  }

  #close(): void {
    if (!this.#dialog.open) return;
    this.#dialog.close();
    if (this.#focus instanceof HTMLElement) this.#focus.focus();
  }

  /** A ballot being sent is never cut off: the booth says what became of it, and its own page leads to sign-in. */
  #over(): void {
    this.#close();
    if (document.querySelector("[data-booth]") !== null) return;
    location.assign(this.#place.dataset["over"] ?? "/connexion?motif=fin");
  }
}

async function ask(path: string, method: "GET" | "POST"): Promise<Ends | "over" | null> {
  try {
    const response = await fetch(path, { method, headers: { accept: "application/json" } });
    if (response.status === 401) return "over";
    return response.ok ? ((await response.json()) as Ends) : null;
  } catch {
    return null;
  }
}
