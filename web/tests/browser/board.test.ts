// The board's pages in Chromium, under the strict policy: a ceremony among three members, each in a browser of its own, closed in the
// middle; a substitute; a signature; a count; and the wrong turns, each with what to do.
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { audit } from "../../check/audit.ts";
import { atoms } from "../../protocol/ordered.ts";
import { InThread } from "../../check/verifier.ts";
import { Lock, passphraseBytes, readKeyFile } from "../../board/key_file.ts";
import type { Point } from "../../protocol/group.ts";
import { Keys, type Seed } from "../../protocol/pki.ts";
import { ready, systemRandom } from "../../protocol/sodium.ts";
import { sourceOf } from "../archive.ts";
import { hold } from "../board_room.ts";
import { BoardFixture } from "./board_server.ts";

const AXE = readFileSync(join(import.meta.dirname, "..", "..", "node_modules", "axe-core", "axe.min.js"), "utf8");
const PASSPHRASES: Record<string, string> = {
  "delegate-1": "la lune est en été",
  "delegate-2": "un vélo bleu roi",
  "delegate-3": "trois petits chats",
  "substitute-1": "le suppléant dort",
};

/** Deriving a key from a passphrase takes half a second, and many of them on a busy machine. */
const PATIENCE = 120_000;

let browser: Browser;
let server: BoardFixture;
let folder: string;
let contexts: BrowserContext[];
let errors: string[];

beforeAll(async () => {
  await ready();
  browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
});

afterAll(async () => browser?.close(), PATIENCE);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "board-"));
  contexts = [];
  errors = [];
});

afterEach(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  await server.stop();
  await rm(folder, { recursive: true });
  expect(errors.filter((text) => /Content Security Policy|Uncaught|TypeError/.test(text))).toEqual([]);
  for (const request of server.seen) for (const passphrase of Object.values(PASSPHRASES)) expect(request).not.toContain(passphrase);
});

/** A member at a device of its own. */
class Device {
  readonly seat: string;
  readonly context: BrowserContext;
  page: Page;

  private constructor(seat: string, context: BrowserContext, page: Page) {
    this.seat = seat;
    this.context = context;
    this.page = page;
  }

  static async of(seat: string, kind = "ceremonie"): Promise<Device> {
    const context = await browser.newContext({ acceptDownloads: true });
    contexts.push(context);
    await context.addCookies([{ name: "seat", value: seat, url: server.origin }]);
    const device = new Device(seat, context, await context.newPage());
    await device.visit(kind);
    return device;
  }

  async visit(kind = "ceremonie"): Promise<void> {
    this.page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    this.page.on("pageerror", (error) => errors.push(String(error)));
    await this.page.goto(`${server.origin}/bureau/csa/${kind}`);
    await this.page.waitForSelector("main[data-ready=true]");
  }

  /** Closes the browser's page, and opens it again. */
  async reopen(kind = "ceremonie"): Promise<void> {
    await this.page.close();
    this.page = await this.context.newPage();
    await this.visit(kind);
  }

  get passphrase(): string {
    return PASSPHRASES[this.seat] ?? "";
  }

  get file(): string {
    return join(folder, `${this.seat}.json`);
  }

  async reaches(task: string): Promise<void> {
    await this.page.waitForSelector(`form[data-task=${task}]`, { state: "attached", timeout: PATIENCE });
  }

  async waits(): Promise<void> {
    await this.page.waitForSelector("main[data-waits]", { timeout: PATIENCE });
  }

  async begin(task = "certificate"): Promise<void> {
    await this.reaches(task);
    await this.page.fill("#p", this.passphrase);
    await this.page.fill("#a", this.passphrase);
    await this.page.click("button[type=submit]");
  }

  async unlock(task: string): Promise<void> {
    await this.reaches(task);
    await this.page.fill("#p", this.passphrase);
    await this.page.click("button[type=submit]");
  }

  async save(): Promise<void> {
    await this.page.waitForSelector("a[data-save]:visible", { timeout: PATIENCE });
    const [download] = await Promise.all([this.page.waitForEvent("download"), this.page.click("a[data-save]")]);
    expect(download.suggestedFilename()).toBe(`cle-csa-${this.seat}-1.json`);
    await download.saveAs(this.file);
  }

  async give(file: string, passphrase = this.passphrase): Promise<void> {
    await this.page.setInputFiles("input[name=key]", file);
    await this.page.fill("#p", passphrase);
    await this.page.click("button[type=submit]");
  }

  async refusal(): Promise<string> {
    await this.page.waitForSelector("[data-refusal]:visible", { timeout: PATIENCE });
    expect(await this.page.evaluate(() => document.activeElement?.hasAttribute("data-refusal"))).toBe(true);
    return (await this.page.textContent("[data-refusal-text]")) ?? "";
  }

  async axe(): Promise<void> {
    await this.page.evaluate(AXE);
    const violations = await this.page.evaluate(async () => {
      const runner = (globalThis as unknown as { axe: { run: (options: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe;
      const found = await runner.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] });
      return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
    });
    expect(violations.filter((violation) => !/^(region|target-size|color-contrast)/.test(violation))).toEqual([]);
  }
}

/** Three members go through the whole ceremony without a stop, up to the trial of their files. */
async function ceremony(): Promise<[Device, Device, Device]> {
  const devices = [await Device.of("delegate-1"), await Device.of("delegate-2"), await Device.of("delegate-3")] as [Device, Device, Device];
  for (const device of devices) await device.begin();
  // Commitment and revelation follow by themselves, page by page.
  await Promise.all(devices.map((device) => device.save()));
  return devices;
}

async function tested(devices: readonly Device[]): Promise<void> {
  for (const device of devices) {
    await device.reaches("test");
    await device.give(device.file);
    await device.page.waitForSelector("form", { state: "detached", timeout: PATIENCE });
  }
}

/** What must never have reached the server, from the files and their passphrases. */
function secretsOf(devices: readonly Device[]): string[] {
  return devices.flatMap((device) => {
    const file = readKeyFile(readFileSync(device.file, "utf8"));
    const { seed, privateKey } = Lock.of(file, passphraseBytes(device.passphrase)).open(file);
    return [seed.expose(), String(privateKey), readFileSync(device.file, "utf8").slice(-200, -10)];
  });
}

test("three members make a key, test their files, sign, and count", { timeout: 600_000 }, async () => {
  server = new BoardFixture();
  await server.start();
  const devices = await ceremony();
  await devices[0].reaches("test");
  await devices[0].axe();
  await tested(devices);
  expect(server.trustees).not.toBeNull();
  expect(server.verified.items[0]?.threshold).toBe(2);

  const [first, second, third] = devices;
  await first.reopen("actes");
  await first.axe();
  await first.give(second.file, second.passphrase);
  expect(await first.refusal()).toContain("d’un autre bureau");
  await first.give(first.file);
  await expect.poll(() => server.signatures.length, { timeout: PATIENCE }).toBe(1);

  server.openBox();
  await second.reopen("depouillement");
  await second.axe();
  await second.give(first.file, first.passphrase);
  expect(await second.refusal()).toContain("d’une autre personne");
  await second.give(second.file);
  await second.page.waitForSelector("form", { state: "detached", timeout: PATIENCE });
  await third.reopen("depouillement");
  await third.give(third.file);
  await third.page.waitForSelector("form", { state: "detached", timeout: PATIENCE });
  expect(server.decryptions.map(({ owner }) => owner)).toEqual([2, 3]);
  const report = await audit(sourceOf(server.counted([1, 1, 3])), new InThread(), () => {});
  expect(report.finding).toBeNull();
  expect(report.counts === null ? null : atoms(report.counts).map(Number)).toEqual([1, 1, 3]);
  for (const secret of secretsOf(devices)) for (const request of server.seen) expect(request).not.toContain(secret);
});

test("a browser closed at every step, an answer lost, a private device: the passphrase is enough", { timeout: 600_000 }, async () => {
  server = new BoardFixture();
  await server.start();
  const devices = [await Device.of("delegate-1"), await Device.of("delegate-2"), await Device.of("delegate-3")] as const;
  const [first, second, third] = devices;
  await first.begin();
  await first.waits();
  await first.page.close();
  await second.begin();
  await second.waits();
  // An answer lost while the page goes on by itself: it says so, and one press goes on, with nothing to type.
  server.cutAfter = second.seat;
  await third.begin();
  expect(await second.refusal()).toContain("n’a pas répondu");
  server.cutAfter = null;
  await second.page.click("button[type=submit]");
  await second.waits();
  await third.waits();
  await third.reopen();
  await first.reopen();
  // An answer lost on the way: the message is there, and the step simply goes on.
  await first.reaches("commitment");
  await first.page.fill("#p", first.passphrase);
  server.cutAfter = first.seat;
  await first.page.click("button[type=submit]");
  expect(await first.refusal()).toContain("n’a pas répondu");
  server.cutAfter = null;
  await first.page.click("button[type=submit]");
  await third.unlock("polynomial");
  await second.page.waitForSelector("a[data-save]:visible", { timeout: PATIENCE });
  await second.reopen();
  await second.page.fill("#p", "une autre phrase de passe");
  await second.page.click("button[type=submit]");
  expect(await second.refusal()).toContain("n’ouvre pas");
  await second.unlock("output");
  await Promise.all(devices.map((device) => device.save()));
  await tested(devices);
  expect(server.trustees).not.toBeNull();
});

test("where pages take longer than the watch over the others, what is to be saved stays there until it is", { timeout: 600_000 }, async () => {
  server = new BoardFixture();
  await server.start();
  const devices = [await Device.of("delegate-1"), await Device.of("delegate-2"), await Device.of("delegate-3")];
  server.slow = 3_200;
  for (const device of devices) await device.begin();
  await Promise.all(devices.map(async (device) => {
    await device.page.waitForSelector("a[data-save]:visible", { timeout: PATIENCE });
    await device.page.waitForTimeout(4_000);
    expect(await device.page.isVisible("a[data-save]")).toBe(true);
    await device.save();
  }));
});

test("what is typed or chosen wrong is said, with what to do", { timeout: 600_000 }, async () => {
  server = new BoardFixture();
  await server.start();
  const first = await Device.of("delegate-1");
  await first.axe();
  await first.page.fill("#p", "court");
  await first.page.click("button[type=submit]");
  expect(await first.refusal()).toContain("12");
  await first.axe();
  await first.page.fill("#p", first.passphrase);
  await first.page.fill("#a", `${first.passphrase} `);
  await first.page.click("button[type=submit]");
  expect(await first.refusal()).toContain("différentes");
  expect(server.seen.some((request) => request.startsWith("POST"))).toBe(false);

  // Two sessions of one member: the second finds the step done.
  const again = await Device.of("delegate-1");
  await first.begin();
  await first.waits();
  await first.page.close();
  await again.begin();
  await again.waits();
  const others = [await Device.of("delegate-2"), await Device.of("delegate-3")];
  for (const device of others) await device.begin();
  await again.unlock("commitment");
  expect(await again.refusal()).toContain("n’a pas gardé votre clé");
  expect(await again.page.isVisible("input[name=key]")).toBe(true);
  await again.page.close();
  await first.reopen();
  await first.unlock("commitment");
  await Promise.all([first, ...others].map((device) => device.save()));
  const devices = [first, ...others];
  await first.reaches("test");
  await first.page.fill("#p", first.passphrase);
  await first.page.click("button[type=submit]");
  expect(await first.refusal()).toContain("Choisissez votre fichier");
  await first.give(others[0]?.file ?? "", others[0]?.passphrase);
  expect(await first.refusal()).toContain("d’une autre personne");
  const damaged = join(folder, "damaged.json");
  writeFileSync(damaged, readFileSync(first.file, "utf8").slice(0, 300));
  await first.give(damaged);
  expect(await first.refusal()).toContain("abîmé");
  await tested(devices);

  server.openBox();
  await first.reopen("depouillement");
  const whole = server.archive;
  server.archive = whole.slice(0, -512);
  await first.give(first.file);
  expect(await first.refusal()).toContain("n’est pas valable");
  expect(server.decryptions).toEqual([]);
  server.archive = whole;
  await first.page.click("button[type=submit]");
  await first.page.waitForSelector("form", { state: "detached", timeout: PATIENCE });
  expect(server.decryptions.map(({ owner }) => owner)).toEqual([1]);
});

test("a member who cheats is named, and nothing more is revealed to them", { timeout: 600_000 }, async () => {
  server = new BoardFixture();
  await server.start();
  const foreign = await hold(2, server.names, systemRandom);
  server.tamper = (step, index, body) => (step === "polynomial" && index === 2 ? foreign.members[1]?.polynomial ?? "" : body);
  const devices = [await Device.of("delegate-1"), await Device.of("delegate-2"), await Device.of("delegate-3")];
  for (const device of devices) await device.begin();
  const [first] = devices;
  expect(await first?.refusal()).toContain("Zoé Martin");
  expect(server.seen.filter((request) => request.includes('"step":"output"') && request.includes("seat=delegate-1"))).toEqual([]);
});

test("a substitute receives the delegate's key into a file of its own", { timeout: 600_000 }, async () => {
  server = new BoardFixture(true);
  await server.start();
  const substitute = await Device.of("substitute-1");
  await substitute.begin("enrol");
  await substitute.waits();
  const devices = await ceremony();
  await substitute.unlock("received");
  await substitute.save();
  await tested(devices);
  await expect.poll(() => server.trustees, { timeout: PATIENCE }).not.toBeNull();
  const [first] = devices;
  const opened = [first, substitute].map((device) => {
    const file = readKeyFile(readFileSync(device.file, "utf8"));
    return Lock.of(file, passphraseBytes(device.passphrase)).open(file);
  });
  expect(String(opened[0]?.privateKey)).toBe(String(opened[1]?.privateKey));
  expect(readKeyFile(readFileSync(substitute.file, "utf8")).holder.seat).toBe("substitute-1");
  for (const secret of secretsOf([first, substitute])) for (const request of server.seen) expect(request).not.toContain(secret);
  expect(new Keys(opened[0]?.seed as Seed).verification.equals(server.verified.items[0]?.seats[0] as Point)).toBe(true);
});

test("a worker that did not arrive intact is not started", { timeout: 60_000 }, async () => {
  server = new BoardFixture();
  server.tamperWorker = true;
  await server.start();
  const context = await browser.newContext();
  contexts.push(context);
  const page = await context.newPage();
  await page.goto(`${server.origin}/bureau/csa/ceremonie`);
  await page.waitForSelector("[data-refusal]:visible");
  expect(await page.textContent("[data-refusal-text]")).toContain("n’est pas arrivé intact");
  expect(page.workers()).toEqual([]);
});
