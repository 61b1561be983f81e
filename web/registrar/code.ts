// A voting code that is shown once: counted down, prolonged as often as asked, hidden with its tab, and gone for good when it is noted or when its
// time is over. The code stands in the page alone: it is put nowhere else, and nothing here reads its symbols.

/** Seconds that each request adds. */
const MORE = 120;
/** Seconds left at which a screen reader is told, besides the end. */
const TOLD = [60, 30, 10];

interface Parts {
  code: HTMLElement;
  shown: HTMLElement;
  veil: HTMLElement;
  left: HTMLElement;
  said: HTMLElement;
  gone: HTMLElement;
}

/** Finds the code of the page, if it has one, and looks after it. */
export function showCode(document: Document, now: () => number = () => performance.now()): void {
  const parts = partsOf(document);
  if (parts === null) return;
  const { code, shown, veil, left, said } = parts;
  let seconds = Number(code.dataset["seconds"]);
  let end = now() + seconds * 1000;
  let over = false;

  const finish = (): void => {
    if (over) return;
    over = true;
    clearInterval(timer);
    code.remove();
    parts.gone.hidden = false;
    parts.gone.focus();
  };
  const tick = (): void => {
    const rest = Math.max(0, Math.ceil((end - now()) / 1000));
    if (rest === 0) return finish();
    const words = inWords(code, rest);
    left.textContent = words;
    draw(code, rest, seconds);
    if (TOLD.includes(rest)) said.textContent = words;
  };
  const timer = setInterval(tick, 1000);

  for (const tool of code.querySelectorAll<HTMLElement>("[data-tools]")) tool.hidden = false;
  code.querySelector("[data-noted]")?.addEventListener("click", finish);
  code.querySelector("[data-print]")?.addEventListener("click", () => window.print());
  const more = code.querySelector<HTMLElement>("[data-more]");
  more?.addEventListener("click", () => {
    end += MORE * 1000;
    seconds = Math.max(seconds, Math.ceil((end - now()) / 1000));
    tick();
    said.textContent = more.dataset["saidAfter"] ?? "";
  });
  document.addEventListener("visibilitychange", () => {
    shown.hidden = document.hidden;
    veil.hidden = !document.hidden;
  });
  // A page that the browser keeps for "back" must not keep the code.
  window.addEventListener("pagehide", finish);
  tick();
}

function partsOf(document: Document): Parts | null {
  const code = document.querySelector<HTMLElement>("[data-code]");
  const gone = document.querySelector<HTMLElement>("[data-gone]");
  const find = (name: string): HTMLElement | null => code?.querySelector<HTMLElement>(`[data-${name}]`) ?? null;
  const [shown, veil, left, said] = [find("shown"), find("veil"), find("left"), find("said")];
  if (!code || !gone || !shown || !veil || !left || !said) return null;
  return { code, shown, veil, left, said, gone };
}

function inWords(code: HTMLElement, rest: number): string {
  const words = rest === 1 ? code.dataset["one"] : code.dataset["other"];
  return (words ?? "%n").replace("%n", String(rest));
}

function draw(code: HTMLElement, rest: number, whole: number): void {
  const dial = code.querySelector<SVGElement>("[data-dial]");
  if (!dial) return;
  dial.removeAttribute("hidden");
  dial.querySelector(".timer__left")?.setAttribute("stroke-dasharray", `${Math.round((rest / whole) * 120)} 120`);
  const text = dial.querySelector(".timer__text");
  if (text) text.textContent = String(rest);
}
