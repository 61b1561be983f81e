// A whole vote with nothing but a keyboard: every step is reached by Tab, chosen by arrows and Space, sent by Enter, with the focus in sight.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Demo } from './demo.mjs';
import { assertQuiet, openBrowser, openPage } from './page.mjs';

let demo;
let browser;
let page;

before(async () => {
  demo = await Demo.start();
  browser = await openBrowser();
  page = await openPage(browser, [demo.base, `http://127.0.0.1:${demo.port + 1}`], { hasTouch: false });
});

after(async () => {
  await browser?.close();
  demo?.stop();
});

/** Presses Tab until the focus is on `selector`, and checks that a person sees where it is. */
async function tabTo(selector, limit = 60) {
  for (let presses = 0; presses <= limit; presses += 1) {
    const there = await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);
    if (there) return assertFocusSeen(selector);
    await page.keyboard.press('Tab');
  }
  assert.fail(`${selector} is not reached by ${limit} presses of Tab at ${page.url()}`);
}

async function assertFocusSeen(selector) {
  const seen = await page.evaluate(() => {
    const focused = document.activeElement;
    // A radio button may be drawn by its label.
    const drawn = [focused, focused.nextElementSibling, focused.closest('label')].filter(Boolean);
    const outlined = drawn.some((element) => {
      const style = getComputedStyle(element);
      return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    });
    const box = focused.getBoundingClientRect();
    return { outlined, inSight: box.bottom > 0 && box.top < innerHeight };
  });
  assert.ok(seen.outlined, `the focus is drawn on ${selector}`);
  assert.ok(seen.inSight, `the focus is in sight on ${selector}`);
}

const step = (name) => page.locator(`section[data-step="${name}"]:not([hidden])`);

test('the first Tab offers to skip to the content', async () => {
  await page.goto(demo.base);
  await page.keyboard.press('Tab');
  assert.ok(await page.evaluate(() => document.activeElement.matches('.skip-link')));
  await assertFocusSeen('.skip-link');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'contenu');
});

test('sign in, unlock, choose, check, cast and read the receipt', async () => {
  const voter = demo.accounts()[0];
  await page.goto(`${demo.base}/je-vote`);
  await tabTo('main form input[autocomplete="username"], main form input[type="email"], main form input[name="email"]');
  await page.keyboard.type(voter.email);
  await tabTo('main form input[type="password"]');
  await page.keyboard.type(voter.password);
  await page.keyboard.press('Enter');

  await page.locator('main[data-ready="true"]').waitFor();
  await tabTo('#code');
  await page.keyboard.type(voter.code);
  await page.keyboard.press('Enter');

  await step('elections').waitFor();
  await tabTo('button[data-open-election]');
  await page.keyboard.press('Enter');

  await step('choice').waitFor();
  await tabTo('section:not([hidden]) input[type=radio]');
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.locator('section:not([hidden]) input[type=radio]:checked').count(), 1, 'arrows move the choice');
  const chosen = await page.locator('section:not([hidden]) input[type=radio]:checked').getAttribute('value');
  assert.equal(chosen, '1');
  await tabTo('section:not([hidden]) form button[type=submit]');
  await page.keyboard.press('Enter');

  await step('confirm').waitFor();
  await page.locator('button[data-action="cast"]:enabled').waitFor();
  await tabTo('button[data-action="cast"]');
  await page.keyboard.press('Enter');

  await step('receipt').waitFor({ timeout: 20_000 });
  const focused = await page.evaluate(() => document.activeElement?.closest('section[data-step="receipt"]') !== null);
  assert.ok(focused, 'the focus follows to the receipt');
  assert.match((await page.locator('[data-receipt-tracker]').first().textContent()).replace(/\s/g, ''), /^[A-Za-z0-9+/]{43}$/);
});

test('nothing went wrong on the way', () => assertQuiet(page, [/401|403|404|409|422|429/]));
