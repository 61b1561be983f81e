// The page that shows a new voting code once (S08), on the registrar's own origin: countdown, more time, hidden tab, noted; and without a script.
import assert from 'node:assert/strict';
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Demo } from './demo.mjs';
import { assertAccessible, assertQuiet, openBrowser, openPage } from './page.mjs';
import { signIn } from './people.mjs';

let demo;
let browser;
let registrar;

before(async () => {
  demo = await Demo.start();
  browser = await openBrowser();
  registrar = `http://127.0.0.1:${demo.port + 1}`;
});

after(async () => {
  await browser?.close();
  demo?.stop();
});

const open = (options) => openPage(browser, [demo.base, registrar], options);
const picture = async (page, name) => {
  if (process.env.ISOLOIR_PICTURES) await page.screenshot({ path: join(process.env.ISOLOIR_PICTURES, `${name}.png`), fullPage: true });
};

/** The order that the voting server would sign for this voter: the demonstration's folder has its key. */
function order(voter) {
  const seed = Buffer.from(readFileSync(join(demo.data, 'server.key'), 'utf8').trim(), 'hex');
  const key = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8' });
  const payload = Buffer.from(
    JSON.stringify({ v: 1, id: randomUUID(), audience: registrar, session: randomUUID(), voter, path: 'challenge', proven: ['session', 'challenge'], issued: Math.floor(Date.now() / 1000) }),
  );
  const signature = sign(null, Buffer.concat([Buffer.from('isoloir/reissue/v1|'), payload]), key);
  return `${payload.toString('base64url')}.${signature.toString('base64url')}`;
}

/** Asks for a link for the sample account at this rank and gives the one that the registrar's inbox shows. */
async function link(rank) {
  const account = demo.accounts()[rank];
  const page = await open();
  await signIn(page, demo, account);
  const ticket = await page.evaluate(async () => (await (await fetch('/api/ticket', { method: 'POST' })).json()).ticket);
  await page.context().close();
  const { voter } = JSON.parse(Buffer.from(ticket.split('.')[0], 'base64url').toString());
  const numen = [...demo.printed.matchAll(/NUMEN (\S+)/g)][rank][1];
  const body = { order: order(voter), identifier: numen, destination: 'personal_phone', contact: '06 12 34 56 78', language: 'fr' };
  const answer = await fetch(`${registrar}/reissues`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  assert.equal(answer.status, 200, await answer.text());
  const inbox = await (await fetch(`${registrar}/demonstration/boite`)).text();
  return inbox.match(new RegExp(`${registrar}/reassort/[\\w-]{22}`))[0];
}

const shown = async (page) => (await page.locator('.code-show').innerText()).replaceAll(/\s+/g, '');

test('a code is counted down, prolonged, hidden with its tab, and gone once noted', async () => {
  const page = await open({ viewport: { width: 360, height: 780 } });
  await page.clock.install();
  await page.goto(await link(0));
  await assertAccessible(page, 'the link to a new code');
  await picture(page, 'reassort-360');
  await page.getByRole('button', { name: /régénérer mon code de vote/i }).click();
  const code = await shown(page);
  assert.match(code, /^[0-9A-HJKMNP-TV-Z]{16}$/);
  await assertAccessible(page, 'the new code');
  await picture(page, 'reassort-code-360');
  const left = async () => Number((await page.locator('[data-left]').innerText()).match(/\d+/)[0]);
  assert.ok((await left()) > 115);
  await page.clock.runFor(60_000);
  assert.ok(Math.abs((await left()) - 60) <= 3, `${await left()} seconds left after one minute`);
  await page.getByRole('button', { name: /besoin de plus de temps/i }).click();
  assert.ok((await left()) > 170, 'two minutes more');
  await page.clock.runFor(150_000);
  assert.equal(await shown(page), code, 'it still shows after its first two minutes');

  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  assert.ok(await page.locator('.code-show').isHidden(), 'nobody reads it over a shoulder');
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => false });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  assert.ok(await page.locator('.code-show').isVisible());
  await page.locator('details.spell summary').click();
  assert.equal(await page.locator('.spell__groups ul li').count(), 16);

  await page.getByRole('button', { name: /je l’ai noté/i }).click();
  assert.ok(!(await page.content()).includes(code.slice(0, 4)), 'nothing of the code is left in the page');
  await assertAccessible(page, 'after the new code');
  await picture(page, 'reassort-fini-360');
  assert.equal(await page.evaluate(() => document.activeElement?.hasAttribute('data-gone')), true);
  await page.goBack();
  assert.equal(await page.locator('.code-show').count(), 0, 'Back shows no code');
  assertQuiet(page, [/410/]);
  await page.context().close();
});

test('a code leaves the screen by itself', async () => {
  const page = await open({ colorScheme: 'dark' });
  await page.clock.install();
  await page.goto(await link(1));
  await picture(page, 'reassort-1280-dark');
  await page.getByRole('button', { name: /régénérer mon code de vote/i }).click();
  await page.locator('.code-show').waitFor();
  await picture(page, 'reassort-code-1280-dark');
  await page.clock.runFor(121_000);
  assert.equal(await page.locator('.code-show').count(), 0);
  await page.locator('[data-gone]').waitFor();
  assertQuiet(page);
  await page.context().close();
});

test('without a script the code shows as long as was chosen before, in the language of the page', async () => {
  const page = await open({ javaScriptEnabled: false });
  await page.goto(`${await link(2)}?lang=en`);
  await page.getByLabel('10 minutes').check();
  await page.getByRole('button', { name: /make my voting code again/i }).click();
  assert.match(await shown(page), /^[0-9A-HJKMNP-TV-Z]{16}$/);
  assert.match(await page.content(), /http-equiv="refresh" content="600;url=/);
  assert.ok(await page.getByRole('link', { name: /go and vote/i }).isVisible());
  await page.context().close();
});
