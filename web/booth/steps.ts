// One step at a time. The browser's Back and Forward walk through the steps already taken, and only through those
// that still make sense: `admit` has the last word, so no walk ever casts a ballot or shows a stale one.

export type StepName = "code" | "elections" | "choice" | "confirm" | "sending" | "receipt" | "interrupted";

export interface Place {
  readonly step: StepName;
  readonly election: string | null;
}

export const CODE: Place = { step: "code", election: null };
export const ELECTIONS: Place = { step: "elections", election: null };

const NAMES: readonly string[] = ["code", "elections", "choice", "confirm", "sending", "receipt", "interrupted"];

export interface Guide {
  /** The place to show when the voter asks for this one. */
  admit: (place: Place) => Place;
  /** Called once the place is shown. */
  entered: (place: Place) => void;
}

export class Steps {
  readonly #root: HTMLElement;
  readonly #guide: Guide;
  readonly #siteTitle: string;
  #now: Place = CODE;

  constructor(root: HTMLElement, guide: Guide) {
    this.#root = root;
    this.#guide = guide;
    // "Step – Site": the part after the dash stays.
    this.#siteTitle = document.title.split(" – ").slice(1).join(" – ");
    history.replaceState(written(CODE), "");
    window.addEventListener("popstate", (event) => {
      const place = this.#guide.admit(read(event.state));
      history.replaceState(written(place), "");
      this.#show(place);
    });
  }

  get now(): Place {
    return this.#now;
  }

  /** A step forward, that Back undoes. */
  go(asked: Place): void {
    const place = this.#guide.admit(asked);
    history.pushState(written(place), "");
    this.#show(place);
  }

  /** A change of state, that Back does not undo. */
  replace(asked: Place): void {
    const place = this.#guide.admit(asked);
    history.replaceState(written(place), "");
    this.#show(place);
  }

  section(place: Place): HTMLElement | null {
    const step = `section[data-step="${place.step}"]`;
    return this.#root.querySelector<HTMLElement>(
      place.step === "choice" ? `${step}[data-for="${CSS.escape(place.election ?? "")}"]` : step,
    );
  }

  #show(place: Place): void {
    const shown = this.section(place);
    if (shown === null) return;
    this.#now = place;
    for (const section of this.#root.querySelectorAll<HTMLElement>("section[data-step]")) section.hidden = section !== shown;
    const title = shown.dataset["title"];
    if (title !== undefined) document.title = this.#siteTitle === "" ? title : `${title} – ${this.#siteTitle}`;
    this.#guide.entered(place);
    const heading = shown.querySelector<HTMLElement>("h1");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus();
    window.scrollTo(0, 0);
  }
}

function written(place: Place): { booth: Place } {
  return { booth: place };
}

/** A history entry may be of another page or of an older version: anything else is the first step. */
function read(state: unknown): Place {
  if (typeof state !== "object" || state === null || !("booth" in state)) return CODE;
  const place = state.booth;
  if (typeof place !== "object" || place === null || !("step" in place) || !("election" in place)) return CODE;
  const { step, election } = place;
  if (typeof step !== "string" || !NAMES.includes(step)) return CODE;
  return { step: step as StepName, election: typeof election === "string" ? election : null };
}
