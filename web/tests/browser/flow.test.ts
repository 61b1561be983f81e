// The whole walk in Chromium, under the strict policy: the voter's way, the wrong turns, and the lost connections.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { tracker } from "../../protocol/ballot.ts";
import { ready } from "../../protocol/sodium.ts";
import { Fixture } from "./fixture_server.ts";

const AXE = readFileSync(join(import.meta.dirname, "..", "..", "node_modules", "axe-core", "axe.min.js"), "utf8");

let browser: Browser;
let context: BrowserContext;
let page: Page;
let server: Fixture;
let consoleErrors: string[];
let requested: Set<string>;

beforeAll(async () => {
  await ready();
  browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
});

afterAll(async () => browser?.close());

beforeEach(async () => {
  server = new Fixture();
  await server.start();
  context = await browser.newContext();
  page = await context.newPage();
  consoleErrors = [];
  requested = new Set();
  page.on("console", (message) => {
    if (message.type() === "error") consoleErrors.push(message.text());
  });
  page.on("pageerror", (error) => consoleErrors.push(String(error)));
  page.on("request", (request) => requested.add(new URL(request.url()).origin));
  await page.goto(`${server.origin}/je-vote`);
  await page.waitForSelector("[data-booth][data-ready=true]");
});

afterEach(async () => {
  await context.close();
  await server.stop();
  const foreign = [...requested].filter((origin) => origin.startsWith("http") && origin !== server.origin && origin !== server.registrarOrigin);
  expect(foreign).toEqual([]);
  expect(consoleErrors.filter((text) => /Content Security Policy|Uncaught|TypeError/.test(text))).toEqual([]);
  for (const secret of server.secrets) {
    for (const request of [...server.seen, ...server.seenByRegistrar]) expect(request.replaceAll(" ", "")).not.toContain(secret);
  }
});

const step = async (): Promise<string> =>
  page.evaluate(() => [...document.querySelectorAll<HTMLElement>("section[data-step]")].filter((s) => !s.hidden).map((s) => s.dataset["step"]).join());

const reaches = async (name: string): Promise<void> => {
  await page.waitForSelector(`section[data-step="${name}"]:not([hidden])`);
  expect(await step()).toBe(name);
};

const textOf = async (selector: string): Promise<string> => (await page.textContent(`section[data-step]:not([hidden]) ${selector}`)) ?? "";

const press = async (action: string): Promise<void> => page.click(`section:not([hidden]) [data-action="${action}"]:visible`);

async function unlockBooth(): Promise<void> {
  await page.fill("#code", server.code.toLowerCase());
  await page.press("#code", "Enter");
  await reaches("elections");
}

async function chooseIn(box: number, value: string): Promise<void> {
  const id = server.boxes[box]?.page.id ?? "";
  await page.click(`[data-open-election="${id}"]`);
  await reaches("choice");
  await page.check(`#c-${id}-${value}`);
  await page.click("section:not([hidden]) button[type=submit]");
  await reaches("confirm");
  await page.waitForSelector("[data-tracker] span");
}

async function axe(): Promise<void> {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    interface Violation { id: string; nodes: { html: string }[] }
    const runner = (globalThis as unknown as { axe: { run: (options: object) => Promise<{ violations: Violation[] }> } }).axe;
    const found = await runner.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] });
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  });
  // The fixture has no style sheet worth the name and shares its header: what is judged is what the script changes.
  expect(violations.filter((violation) => !/^(region|target-size)/.test(violation))).toEqual([]);
}

test("a voter votes in two elections, and the ballots say what was chosen", async () => {
  await axe();
  await page.focus("#code");
  await page.keyboard.type("k7qm-2rtd");
  expect(await page.inputValue("#code")).toBe("K7QM 2RTD");
  await unlockBooth();
  expect(await page.inputValue("#code")).toBe("");
  expect(await page.title()).toBe("Mes scrutins – Élections d’essai");
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("t-scrutins");
  await axe();

  await chooseIn(0, "3");
  await axe();
  expect(await textOf("[data-confirm-choice]")).toBe("Liste D");
  expect(await textOf("[data-confirm-election]")).toBe("Comité social d’administration");
  const announced = await textOf("[data-tracker]");
  expect(server.casts).toEqual([]);
  await press("cast");
  await reaches("receipt");
  await axe();
  expect(await textOf("[data-receipt-tracker]")).toBe(announced);
  expect(announced).toBe(tracker(server.casts[0] as Uint8Array));
  expect(await page.isVisible(".badge--success")).toBe(true);
  expect(await page.getAttribute("[data-receipt-box]", "href")).toContain(encodeURIComponent(announced));
  expect(server.opened(0, 0)).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);

  await press("elections");
  await reaches("elections");
  expect(await page.textContent("[data-cast-words]")).toBe("Bulletins déposés : 1 sur 2");
  expect(await page.locator("[data-open-election]").count()).toBe(1);
  await chooseIn(1, "blank");
  expect(await textOf("[data-confirm-choice]")).toBe("Bulletin blanc");
  await press("cast");
  await reaches("receipt");
  expect(await page.isVisible("[data-next-done]")).toBe(true);
  expect(server.opened(1, 0)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(server.casts.length).toBe(2);
});

test("the receipt is saved as a file without name, choice or time", async () => {
  await unlockBooth();
  await chooseIn(0, "0");
  await press("cast");
  await reaches("receipt");
  const [download] = await Promise.all([page.waitForEvent("download"), press("save-receipt")]);
  const saved = JSON.parse(readFileSync(await download.path(), "utf8")) as Record<string, string>;
  expect(Object.keys(saved)).toEqual(["election", "tracker", "event", "signature"]);
  expect(saved["tracker"]).toBe(tracker(server.casts[0] as Uint8Array));
});

test.each([
  ["", "Saisissez votre code."],
  ["K7QM 2RT", "Il manque 9 caractères."],
  ["K7QM 2RTD 9XHF 4CADD", "Le code est trop long."],
  ["K7QU 2RTD 9XHF 4CAD", "Le caractère U du groupe 1 n’existe pas."],
  ["K7QM 2RTD 9X!F 4CAD", "Le caractère ! du groupe 3 n’existe pas."],
  ["7KQM 2RTD 9XHF 4CAD", "Il y a une faute de frappe."],
])("the typed code %j is refused here, and nothing is sent", async (typed, message) => {
  const before = server.seen.length;
  await page.fill("#code", typed);
  await page.press("#code", "Enter");
  await page.waitForSelector("[data-error-summary]:not([hidden])");
  expect(await page.textContent("[data-error-text]")).toBe(message);
  expect(await page.textContent("#code-error")).toBe(message);
  expect(await page.getAttribute("#code", "aria-invalid")).toBe("true");
  expect(await page.evaluate(() => document.activeElement?.hasAttribute("data-error-summary"))).toBe(true);
  await axe();
  expect(server.seen.length).toBe(before);
  expect(server.seenByRegistrar).toEqual([]);
});

test("a wrong code costs an attempt, says how many are left, and ends in a delay", async () => {
  const first = server.code.startsWith("0") ? "1" : "0";
  const other = "000000000000000";
  server.attemptsLeft = 1;
  const wrong = first === "0" ? other : server.code;
  await page.fill("#code", `${wrong}0`);
  await page.press("#code", "Enter");
  await page.waitForFunction(() => document.querySelector("#code-error")?.textContent?.includes("il reste 0 essais"));
  await page.press("#code", "Enter");
  await page.waitForFunction(() => document.querySelector("#code-error")?.textContent?.includes("attendez 60 secondes"));
  server.attemptsLeft = 5;
  await unlockBooth();
});

test("a registrar or a session that is gone is said, and the code still serves", async () => {
  server.registrarFails = true;
  await page.fill("#code", server.code);
  await page.press("#code", "Enter");
  await page.waitForFunction(() => document.querySelector("#code-error")?.textContent === "L’autorité des codes ne répond pas.");
  server.registrarFails = false;
  server.sessionEnded = true;
  await page.press("#code", "Enter");
  await page.waitForFunction(() => document.querySelector("#code-error")?.textContent === "Vous avez été déconnecté.");
  server.sessionEnded = false;
  await page.press("#code", "Enter");
  await reaches("elections");
});

test("nothing is selected in advance, and no choice means no step", async () => {
  await unlockBooth();
  await page.click(`[data-open-election="${server.boxes[0]?.page.id}"]`);
  await reaches("choice");
  expect(await page.locator("input[type=radio]:checked").count()).toBe(0);
  const before = server.seen.length;
  await page.click("section:not([hidden]) button[type=submit]");
  expect(await step()).toBe("choice");
  expect(await textOf("[data-choice-error]")).toBe("Choisissez une liste ou le bulletin blanc.");
  await axe();
  await page.check(`#c-${server.boxes[0]?.page.id}-2`);
  expect(await page.isVisible("[data-choice-error]")).toBe(false);
  expect(server.seen.length).toBe(before);
});

test("Back and Forward keep everything, and never cast", async () => {
  await unlockBooth();
  await chooseIn(0, "1");
  const first = await textOf("[data-tracker]");
  await page.goBack();
  await reaches("choice");
  expect(await page.isChecked(`#c-${server.boxes[0]?.page.id}-1`)).toBe(true);
  await page.goForward();
  await reaches("confirm");
  expect(await textOf("[data-tracker]")).toBe(first);
  await press("change");
  await reaches("choice");
  await page.check(`#c-${server.boxes[0]?.page.id}-7`);
  await page.goForward();
  await reaches("confirm");
  await page.waitForFunction((old) => {
    const shown = document.querySelector("[data-tracker]")?.textContent;
    return shown !== "" && shown !== old;
  }, first);
  expect(await textOf("[data-confirm-choice]")).toBe("Liste H");
  expect(server.casts).toEqual([]);
  await press("cast");
  await reaches("receipt");
  expect(server.opened(0, 0).indexOf(1)).toBe(8);
  await page.goBack();
  await reaches("elections");
  await page.goBack();
  await page.goBack();
  await reaches("code");
  for (let i = 0; i < 3; i++) await page.goForward();
  expect(server.casts.length).toBe(1);
});

test("Back while sending changes nothing", async () => {
  server.castDelay = 600;
  await unlockBooth();
  await chooseIn(0, "1");
  await press("cast");
  await reaches("sending");
  await page.goBack();
  await reaches("sending");
  await reaches("receipt");
  expect(server.casts.length).toBe(1);
});

test("a double press casts once", async () => {
  server.castDelay = 300;
  await unlockBooth();
  await chooseIn(0, "1");
  await page.evaluate(() => {
    const button = document.querySelector<HTMLButtonElement>('[data-action="cast"]');
    button?.click();
    button?.click();
  });
  await reaches("receipt");
  expect(server.casts.length).toBe(1);
});

test("a connection cut before storage: said, and the same bytes are sent again", async () => {
  server.fault = "cut-before";
  await unlockBooth();
  await chooseIn(0, "5");
  await press("cast");
  await reaches("interrupted");
  expect(await textOf("[data-interrupted-message]")).toBe("Votre bulletin n’est pas dans l’urne.");
  await axe();
  expect(server.boxes[0]?.ballots.length).toBe(0);
  server.fault = "none";
  await press("retry");
  await reaches("receipt");
  expect(server.casts.length).toBeGreaterThan(1);
  expect(new Set(server.casts.map(tracker)).size).toBe(1);
  expect(server.opened(0, 0).indexOf(1)).toBe(6);
});

test("a connection cut after storage: said, and the retry brings the receipt of the one ballot", async () => {
  server.fault = "cut-after";
  await unlockBooth();
  await chooseIn(0, "5");
  const announced = await textOf("[data-tracker]");
  await press("cast");
  await reaches("interrupted");
  expect(await textOf("[data-interrupted-message]")).toBe("Votre bulletin est dans l’urne.");
  // Back leads nowhere else while this is open: no second ballot can be made of it.
  await page.goBack();
  await reaches("interrupted");
  server.fault = "none";
  await press("retry");
  await reaches("receipt");
  expect(await textOf("[data-receipt-tracker]")).toBe(announced);
  expect(server.boxes[0]?.ballots.length).toBe(1);
});

test("no answer at all: the page says that it does not know", async () => {
  server.fault = "cut-after";
  server.boxFails = true;
  await unlockBooth();
  await chooseIn(0, "5");
  await press("cast");
  await reaches("interrupted");
  expect(await textOf("[data-interrupted-message]")).toBe("Nous ne savons pas si votre bulletin est dans l’urne.");
  server.fault = "signed-out";
  await press("retry");
  await page.waitForSelector('section[data-step="interrupted"] [data-error-summary]:not([hidden])');
  expect(await textOf("[data-error-text]")).toContain("déconnecté");
  await press("retry");
  await reaches("receipt");
});

test("a store that is down: nothing stored, and retried", async () => {
  server.fault = "store-down";
  await unlockBooth();
  await chooseIn(0, "5");
  await press("cast");
  await reaches("interrupted");
  expect(await textOf("[data-interrupted-message]")).toBe("Votre bulletin n’est pas dans l’urne.");
  await press("retry");
  await reaches("receipt");
});

test.each(["bad-signature", "foreign-receipt"] as const)("a receipt that does not hold (%s) is said not to", async (fault) => {
  server.fault = fault;
  await unlockBooth();
  await chooseIn(0, "5");
  await press("cast");
  await reaches("receipt");
  expect(await textOf("[data-error-text]")).toBe("Ce reçu n’est pas signé par le serveur de vote.");
  expect(await textOf("h1")).toBe("Reçu non vérifié");
  expect(await page.isVisible(".badge--success")).toBe(false);
  await axe();
});

test("a second ballot refused by the server is said in its words", async () => {
  server.fault = "already-voted";
  await unlockBooth();
  await chooseIn(0, "5");
  await press("cast");
  await reaches("elections");
  expect(await textOf("[data-error-text]")).toBe("Refus : already_voted");
  expect(await page.getAttribute("[data-election]", "data-voted")).toBe("true");
});

test("an election that is not the announced one is never encrypted for", async () => {
  server.tamperElection = true;
  await unlockBooth();
  const id = server.boxes[0]?.page.id ?? "";
  await page.click(`[data-open-election="${id}"]`);
  await page.check(`#c-${id}-0`);
  await page.click("section:not([hidden]) button[type=submit]");
  await page.waitForSelector('section[data-step="confirm"] [data-error-summary]:not([hidden])');
  expect(await textOf("[data-error-text]")).toContain("n’est pas celui");
  expect(await page.isDisabled('[data-action="cast"]')).toBe(true);
  await axe();
});

test("a worker that is not the one built with the page is never started", async () => {
  server.tamperWorker = true;
  const other = await browser.newContext();
  const tab = await other.newPage();
  let workers = 0;
  tab.on("worker", () => workers++);
  await tab.goto(`${server.origin}/je-vote`);
  await tab.waitForSelector("[data-error-summary]:not([hidden])");
  expect(await tab.textContent("[data-error-text]")).toContain("n’est pas arrivé intact");
  expect(workers).toBe(0);
  await other.close();
});

test("a browser that cannot run the cryptography says so at once", async () => {
  server.forbidWasm = true;
  const other = await browser.newContext();
  const tab = await other.newPage();
  await tab.goto(`${server.origin}/je-vote`);
  await tab.waitForSelector("[data-error-summary]:not([hidden])");
  expect(await tab.textContent("[data-error-text]")).toContain("ne peut pas chiffrer");
  await other.close();
});

test("a reload forgets the secrets and starts from the code", async () => {
  await unlockBooth();
  await chooseIn(0, "5");
  await page.reload();
  await page.waitForSelector("[data-booth][data-ready=true]");
  expect(await step()).toBe("code");
  expect(await page.inputValue("#code")).toBe("");
  await page.goBack();
  expect(await step()).toBe("code");
  await unlockBooth();
  await page.click(`[data-open-election="${server.boxes[0]?.page.id}"]`);
  expect(await page.locator("input[type=radio]:checked").count()).toBe(0);
});

test("leaving the page and coming back starts from the code", async () => {
  await unlockBooth();
  await page.goto(`${server.origin}/`);
  await page.goBack();
  await page.waitForSelector("[data-booth][data-ready=true]");
  await page.waitForFunction(() => !document.querySelector<HTMLElement>('section[data-step="code"]')?.hidden);
  expect(await step()).toBe("code");
});

test("leaving is questioned while sending, and only then", async () => {
  const asks = async (): Promise<boolean> =>
    page.evaluate(() => !window.dispatchEvent(new Event("beforeunload", { cancelable: true })));
  await unlockBooth();
  await chooseIn(0, "5");
  expect(await asks()).toBe(false);
  server.castDelay = 500;
  await press("cast");
  await reaches("sending");
  expect(await asks()).toBe(true);
  await reaches("receipt");
  expect(await asks()).toBe(false);
});

test("a one-of-ten ballot is made within 100 ms", async () => {
  const inputs = server.workerInputs();
  const election = server.boxes[0]?.page;
  const bytes = [...(server.boxes[0]?.bytes ?? [])];
  const worker = await page.getAttribute("[data-booth]", "data-worker");
  const times = await page.evaluate(
    async ({ url, inputs, id, fingerprint, bytes }) => {
      const own = new Worker(url, { type: "module" });
      let next = 0;
      const call = (service: string, takes: object): Promise<{ ok: boolean }> =>
        new Promise((resolve) => {
          own.addEventListener("message", (event: MessageEvent<{ ok: boolean }>) => resolve(event.data), { once: true });
          own.postMessage({ id: next++, service, takes });
        });
      const started = performance.now();
      await call("start", {});
      const start = performance.now() - started;
      await call("authenticate", { voter: inputs.voter, code: inputs.code });
      await call("open", { unlocked: inputs.unlocked, registrarKey: inputs.registrarKey });
      const times: number[] = [];
      for (let i = 0; i < 21; i++) {
        const before = performance.now();
        const { ok } = await call("prepare", { election: id, bytes: Uint8Array.from(bytes), fingerprint, mark: i % 10 });
        if (!ok) throw new Error("refused");
        times.push(performance.now() - before);
      }
      own.terminate();
      return { start, first: times[0] ?? 0, sorted: times.sort((a, b) => a - b) };
    },
    { url: worker ?? "", inputs, id: election?.id ?? "", fingerprint: election?.fingerprint ?? "", bytes },
  );
  const median = times.sorted[10] ?? Infinity;
  console.log(`ballot 1 of 10 or blank: median ${median.toFixed(1)} ms, first ${times.first.toFixed(1)} ms, worst ${(times.sorted[20] ?? 0).toFixed(1)} ms; worker start ${times.start.toFixed(0)} ms`);
  // The quickest quarter: the machine that runs the tests may be doing other things.
  expect(times.sorted[5]).toBeLessThanOrEqual(100);
});
