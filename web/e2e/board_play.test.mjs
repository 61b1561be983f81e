// One person plays the whole board of the demonstration, as /demonstration says: rehearsal, seal, watch, a closing by signatures, count, minutes.
// With ISOLOIR_GUIDE set to a folder, takes the pictures of the guides of president and delegate on the way: `./run tutorials`.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Demo } from './demo.mjs';
import { assertAccessible, assertQuiet, openBrowser, openPage } from './page.mjs';
import { enterCode, signIn, signInAsMember, step } from './people.mjs';

const PATIENCE = 180_000;
const SEATS = { president: 'helene.kervella', 'delegate-1': 'awa.diallo', 'delegate-3': 'lucie.hamon' };
const GUIDE = process.env.ISOLOIR_GUIDE;

let demo;
let browser;
const pages = new Map();

before(async () => {
  demo = await Demo.start();
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  demo?.stop();
});

async function member(seat) {
  const known = pages.get(seat);
  if (known) return known;
  const page = await openPage(browser, [demo.base, `http://127.0.0.1:${demo.port + 1}`], { acceptDownloads: true });
  page.setDefaultTimeout(PATIENCE);
  await signInAsMember(page, demo, demo.staff().find(({ email }) => email.startsWith(SEATS[seat])));
  pages.set(seat, page);
  return page;
}

/** The part of the page that a guide shows, without what marks a demonstration. */
async function take(page, name, part) {
  if (!GUIDE) return;
  mkdirSync(GUIDE, { recursive: true });
  await page.evaluate(() => {
    for (const banner of document.querySelectorAll('.demo')) banner.remove();
    document.activeElement?.blur();
  });
  writeFileSync(join(GUIDE, `${name}.png`), await page.locator(part).first().screenshot());
}

const visit = (page, path) => page.goto(`${demo.base}/bureau/valbrune${path}`);

/** Signs the act with this number on the member's own page. */
async function sign(seat, number) {
  const page = await member(seat);
  await visit(page, `/actes/${number}`);
  const form = page.locator('main[data-ready="true"] form[data-task="sign"]');
  await form.waitFor();
  await form.locator('input[name=key]').setInputFiles(join(demo.data, 'board', `${seat}.key`));
  if (number === 1 && seat !== 'delegate-3') await take(page, `${seat}-signer`, 'main');
  await form.locator('button[type=submit]').click();
  await form.waitFor({ state: 'detached' });
}

async function signByAll(number) {
  for (const seat of Object.keys(SEATS)) await sign(seat, number);
}

/** Decrypts everything that waits on the member's page of the count. */
async function decrypt(seat) {
  const page = await member(seat);
  await visit(page, '/depouillement');
  const forms = page.locator('main[data-ready="true"] form[data-task="decrypt"]');
  await forms.first().waitFor();
  for (let left = await forms.count(); left > 0; left -= 1) {
    const form = forms.first();
    if (await form.locator('input[name=key]').isVisible()) {
      await form.locator('input[name=key]').setInputFiles(join(demo.data, 'board', `${seat}.key`));
      if (seat === 'delegate-1') await take(page, `${seat}-depouiller`, 'section.panel:has(form)');
    }
    await form.locator('button[type=submit]').click();
    await page.waitForFunction((before) => document.querySelectorAll('form[data-task="decrypt"]').length < before, left);
  }
}

test('one person rehearses and seals', { timeout: 900_000 }, async () => {
  const president = await member('president');
  await president.goto(`${demo.base}/demonstration`);
  assert.equal(await president.locator('a[download$=".key"]').count(), 6, 'the members’ key files are at hand');
  await visit(president, '');
  await take(president, 'president-accueil', 'main');
  await visit(president, '/suivi');
  await assertAccessible(president, 'seal and watch, before the rehearsal');
  await take(president, 'president-blanche', 'section[aria-labelledby=t-blanche]');
  await president.locator('form[action$="/blanche"] button').click();
  await president.waitForLoadState();
  for (let tries = 0; ; tries += 1) {
    await visit(president, '/depouillement');
    if (await president.locator('form[data-task="decrypt"]').count() > 0) break;
    assert.ok(tries < 100, 'the made-up voters have voted');
    await president.waitForTimeout(500);
  }
  for (const seat of Object.keys(SEATS)) await decrypt(seat);
  await visit(president, '/suivi');
  await president.locator('#t-blanche ~ .notice--success').waitFor();
  await take(president, 'president-blanche-reussie', 'section[aria-labelledby=t-blanche]');
  await president.locator('button[value=seal]').click();
  await president.waitForURL(/actes\/1$/);
  await assertAccessible(president, 'an act to sign');
  await signByAll(1);
  const delegate = await member('delegate-1');
  await visit(delegate, '/suivi');
  await delegate.getByRole('heading', { name: 'Sceau', exact: true }).waitFor();
  await assertAccessible(delegate, 'seal and watch, sealed');
});

test('one vote, a check, a closing by signatures, the count and the minutes', { timeout: 900_000 }, async () => {
  const voter = demo.accounts()[0];
  const booth = await openPage(browser, [demo.base, `http://127.0.0.1:${demo.port + 1}`]);
  await signIn(booth, demo, voter);
  await booth.goto(`${demo.base}/je-vote`);
  await enterCode(booth, voter.code);
  await step(booth, 'elections').locator('[data-open-election]').first().click();
  await step(booth, 'choice').locator('input[type=radio]').first().check();
  await step(booth, 'choice').locator('button[type=submit]').click();
  await step(booth, 'confirm').locator('[data-action=cast]').click();
  await step(booth, 'receipt').waitFor();

  const president = await member('president');
  const delegate = await member('delegate-1');
  await visit(delegate, '/suivi');
  await delegate.locator('form[action$="/controle"] button').click();
  await delegate.locator('.notice--success').first().waitFor();
  await take(delegate, 'delegate-suivi', 'section[aria-labelledby=t-controle]');
  await visit(president, '/suivi');
  await president.locator('section[aria-labelledby=t-proposer] summary').click();
  await take(president, 'president-acte', 'section[aria-labelledby=t-proposer]');
  const elections = await president.locator('#scrutin option').count();
  for (let place = 0; place < elections; place += 1) {
    await visit(president, '/suivi');
    await president.locator('section[aria-labelledby=t-proposer] summary').click();
    await president.locator('#acte').selectOption('close');
    await president.locator('#scrutin').selectOption({ index: place });
    await president.locator('#motif').fill('Fin de la démonstration');
    await president.locator('section[aria-labelledby=t-proposer] form:has(#motif) button[type=submit]').click();
    await president.waitForURL(/actes\/\d+$/);
    await signByAll(Number(president.url().split('/').pop()));
  }
  assert.equal(demo.run('isoloir', ['close', '--config', join(demo.data, 'server.toml')]).status, 0);
  for (const seat of Object.keys(SEATS)) await decrypt(seat);
  await visit(president, '/depouillement');
  assert.equal(await president.locator('a[href^="/resultats/"]').count(), elections, 'every election is counted');
  await visit(president, '/documents');
  await assertAccessible(president, 'papers of the board');
  await take(president, 'president-documents', 'section[aria-labelledby=t-pv]');
  await president.locator('form[action$="/pv/depouillement"] button').click();
  await president.waitForURL(/actes\/\d+$/);
  await signByAll(Number(president.url().split('/').pop()));
  await visit(president, '/documents');
  assert.match(await president.locator('form[action$="/pv/depouillement"]').locator('xpath=..').innerText(), /Signé le/);
  const folder = join(demo.folder, 'preuves');
  const packed = demo.run('isoloir', ['archive', 'package', '--out', folder, '--config', join(demo.data, 'server.toml')]);
  assert.equal(packed.status, 0, packed.output);
  const checked = demo.run('isoloir', ['archive', 'check', folder, '--key', join(demo.data, 'server.pub')]);
  assert.equal(checked.status, 0, checked.output);
  for (const one of pages.values()) assertQuiet(one);
});
