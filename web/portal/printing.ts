// A button that prints, where a page is worth keeping: shown once a script can press it, since a shared machine may have no menu.

/** Every `[data-print]`. */
export function offerPrinting(root: Document): void {
  for (const button of root.querySelectorAll<HTMLButtonElement>("button[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
}
