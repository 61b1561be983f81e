// The countdown (compte à rebours): refreshes the days, hours and minutes that the server wrote, by the server's clock.
//
// The device's clock and zone may be wrong: only the time elapsed since the page was made is taken from it, by a clock nobody can set.

/** Whole days, hours and minutes. */
export interface TimeLeft {
  days: number;
  hours: number;
  minutes: number;
}

/** What is left of `milliseconds`, minutes rounded up as the server does, so that the last minute reads 1 and not 0. */
export function timeLeft(milliseconds: number): TimeLeft {
  const minutes = Math.max(0, Math.ceil(milliseconds / 60_000));
  return { days: Math.floor(minutes / 1440), hours: Math.floor((minutes % 1440) / 60), minutes: minutes % 60 };
}

const EVERY = 10_000;

/** `[data-countdown][data-now][data-until]`, with a number in each of `[data-unit=days|hours|minutes]`. */
export function refreshCountdowns(root: Document): void {
  for (const countdown of root.querySelectorAll<HTMLElement>("[data-countdown]")) {
    const left = Date.parse(countdown.dataset["until"] ?? "") - Date.parse(countdown.dataset["now"] ?? "");
    if (!Number.isFinite(left) || left <= 0) continue;
    const began = performance.now();
    const timer = setInterval(() => {
      const remaining = left - (performance.now() - began);
      if (remaining > 0) return show(countdown, timeLeft(remaining));
      clearInterval(timer);
      // The page is another one from here on: the server says which.
      location.reload();
    }, EVERY);
  }
}

function show(countdown: HTMLElement, left: TimeLeft): void {
  for (const [unit, number] of Object.entries(left)) {
    const digits = countdown.querySelector(`[data-unit="${unit}"] [data-n]`);
    if (digits !== null) digits.textContent = String(number).padStart(2, "0");
  }
}
