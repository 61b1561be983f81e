// The rules of a password (règles du mot de passe), ticked while one types. The server decides; this only spares a round trip.

/** Rules a page can judge by itself. A known-bad password is told by the server. */
export type Rule = "length" | "lower" | "upper" | "digit" | "special" | "known";

/** The rules `password` breaks, in the order of the list. */
export function brokenRules(password: string): Rule[] {
  const length = [...password].length;
  const met: Record<Exclude<Rule, "known">, boolean> = {
    length: length >= 12 && length <= 256,
    lower: /[a-z]/.test(password),
    upper: /[A-Z]/.test(password),
    digit: /[0-9]/.test(password),
    special: /[^\p{L}\p{N}\s]/u.test(password),
  };
  return (Object.keys(met) as (keyof typeof met)[]).filter((rule) => !met[rule]);
}

/** A pause after which the count is said aloud: not at each key. */
const PAUSE = 900;

/** `ul[data-rules][data-for=ID]` of `li[data-rule]`; `data-said` and `data-all-met` carry the words, `[data-rules-said]` says them. */
export function watchPasswords(root: Document): void {
  for (const list of root.querySelectorAll<HTMLElement>("[data-rules]")) {
    const input = root.getElementById(list.dataset["for"] ?? "");
    if (!(input instanceof HTMLInputElement)) continue;
    const said = root.querySelector<HTMLElement>("[data-rules-said]");
    let pause: ReturnType<typeof setTimeout> | undefined;
    input.addEventListener("input", () => {
      const broken = new Set<string>(brokenRules(input.value));
      for (const item of list.querySelectorAll<HTMLElement>("[data-rule]")) tick(item, list, broken);
      clearTimeout(pause);
      pause = setTimeout(() => say(said, list, broken), PAUSE);
    });
  }
}

function tick(item: HTMLElement, list: HTMLElement, broken: Set<string>): void {
  const rule = item.dataset["rule"] ?? "";
  // Nothing can be promised here about a known-bad password.
  if (rule === "known") return;
  const met = !broken.has(rule);
  item.classList.toggle("rule--ok", met);
  const state = item.querySelector("[data-state]");
  if (state !== null) state.textContent = (met ? list.dataset["met"] : list.dataset["missing"]) ?? "";
}

function say(said: HTMLElement | null, list: HTMLElement, broken: Set<string>): void {
  if (said === null) return;
  const missing = [...list.querySelectorAll<HTMLElement>("[data-rule]")]
    .filter((item) => broken.has(item.dataset["rule"] ?? ""))
    .map((item) => item.querySelector("[data-words]")?.textContent?.trim() ?? "");
  said.textContent = missing.length === 0 ? (list.dataset["allMet"] ?? "") : `${list.dataset["said"] ?? ""} ${missing.join(", ")}`;
}
