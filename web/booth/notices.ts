// Errors, said where they are seen: in the notice at the top of the step, which takes the focus, and under the field.

/** Shows `text` at the top of `section`. A section without a notice of its own is given one. */
export function showError(section: HTMLElement, text: string): void {
  const summary = section.querySelector<HTMLElement>("[data-error-summary]") ?? addSummary(section);
  const place = summary.querySelector<HTMLElement>("[data-error-text]") ?? summary;
  place.textContent = text;
  summary.hidden = false;
  summary.setAttribute("tabindex", "-1");
  summary.focus();
}

export function clearError(section: HTMLElement): void {
  const summary = section.querySelector<HTMLElement>("[data-error-summary]");
  if (summary === null) return;
  const place = summary.querySelector<HTMLElement>("[data-error-text]") ?? summary;
  place.textContent = "";
  summary.hidden = true;
}

function addSummary(section: HTMLElement): HTMLElement {
  const summary = document.createElement("div");
  summary.className = "notice notice--error";
  summary.dataset["errorSummary"] = "";
  summary.setAttribute("role", "alert");
  const inner = document.createElement("div");
  const text = document.createElement("p");
  text.className = "notice__title";
  text.dataset["errorText"] = "";
  inner.append(text);
  summary.append(inner);
  const head = section.querySelector(".page-head") ?? section.querySelector("h1");
  if (head === null) section.prepend(summary);
  else head.after(summary);
  return summary;
}

/** The line under a field; `null` takes it away. */
export function fieldError(line: HTMLElement | null, fields: Iterable<HTMLElement>, text: string | null): void {
  if (line !== null) {
    (line.querySelector<HTMLElement>("span") ?? line).textContent = text ?? "";
    line.hidden = text === null;
    line.closest(".field")?.classList.toggle("field--error", text !== null);
  }
  for (const field of fields) {
    if (text === null) field.removeAttribute("aria-invalid");
    else field.setAttribute("aria-invalid", "true");
  }
}
