// A browser that refuses what a voter should never meet: foreign requests, console errors, inaccessible pages.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { root } from './demo.mjs';

const axeSource = readFileSync(join(root, 'web/node_modules/axe-core/axe.min.js'), 'utf8');
const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

export async function openBrowser() {
  const args = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  if (process.getuid() === 0) args.push('--no-sandbox');
  return chromium.launch({ executablePath: chromiumPath, args });
}

/** A page whose every request must go to one of `origins`, and whose console must stay quiet. */
export async function openPage(browser, origins, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.strays = [];
  page.complaints = [];
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && !origins.includes(origin)) page.strays.push(request.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error') page.complaints.push({ text: message.text(), where: message.location().url });
  });
  page.on('pageerror', (error) => page.complaints.push({ text: String(error), where: page.url() }));
  return page;
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice', 'RGAAv4'];

/** What was checked so far, for the accessibility statement. */
export const audit = { rules: new Map(), pages: new Set(), violations: 0 };

/** axe with the WCAG 2.2 AA, best-practice and RGAA-tagged rules; nothing found may remain. */
export async function assertAccessible(page, where) {
  // Colours are judged once they stand still.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
  await page.evaluate(axeSource);
  const { violations, passes, rules } = await page.evaluate(async (tags) => {
    const found = await globalThis.axe.run({ runOnly: tags });
    const run = [...found.passes, ...found.violations, ...found.incomplete, ...found.inapplicable];
    return { violations: found.violations, passes: found.passes, rules: run.map(({ id, tags: own }) => [id, own.includes('RGAAv4')]) };
  }, RULES);
  for (const [id, rgaa] of rules) audit.rules.set(id, rgaa);
  audit.violations += violations.length;
  assert.ok(passes.length > 5, `axe ran on ${where}`);
  const told = violations.map((v) => `${v.id}: ${v.nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary ?? ''}`).join(' | ')}`);
  assert.deepEqual(told, [], `${where} is accessible`);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 0, `${where} does not scroll sideways at ${page.viewportSize().width} px (${overflow} px too wide)`);
}

/** Writes down what was checked, in the form that the accessibility statement reads. */
export function writeAudit(file, browser) {
  const { version } = JSON.parse(readFileSync(join(root, 'web/node_modules/axe-core/package.json'), 'utf8'));
  const written = {
    date: new Date().toISOString().slice(0, 10),
    engine: `axe-core ${version}`,
    browser: `Chromium ${browser.version()}`,
    rules: audit.rules.size,
    rgaa_rules: [...audit.rules.values()].filter(Boolean).length,
    violations: audit.violations,
    pages: [...audit.pages].sort(),
  };
  writeFileSync(file, `${JSON.stringify(written, null, 2)}\n`);
}

export function assertQuiet(page, expected = []) {
  assert.deepEqual(page.strays, [], 'no request leaves for a third party');
  const unexpected = page.complaints.filter(({ text }) => !expected.some((pattern) => pattern.test(text)));
  assert.deepEqual(unexpected, [], 'the console stays quiet');
}
