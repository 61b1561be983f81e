// A form pressed twice is sent once. The server is safe either way; this spares the person a doubt.

/** Every form that posts, but those that fetch a file (`data-download`), which leave the page as it is: its second press, while the first is under way, does nothing. */
export function sendOnce(root: Document): void {
  for (const form of root.querySelectorAll<HTMLFormElement>('form[method="post"]:not([data-download])')) {
    let sent = false;
    form.addEventListener("submit", (event) => {
      if (sent) event.preventDefault();
      sent = true;
    });
    // Shown again by Back, from the browser's memory: it can be sent again.
    addEventListener("pageshow", () => {
      sent = false;
    });
  }
}
