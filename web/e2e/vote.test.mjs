// What a stranger does after cloning: vote in the demonstration, find the tracker, close, count, see the result, check the archive.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Demo } from './demo.mjs';
import { assertAccessible, assertQuiet, openBrowser, openPage } from './page.mjs';

let demo;
let browser;
let page;
const trackers = new Map();
const pictures = process.env.ISOLOIR_PICTURES;

before(async () => {
  if (pictures) mkdirSync(pictures, { recursive: true });
  demo = await Demo.start();
  browser = await openBrowser();
  page = await openPage(browser, [demo.base, `http://127.0.0.1:${demo.port + 1}`]);
});

after(async () => {
  await browser?.close();
  demo?.stop();
});

async function look(name) {
  await assertAccessible(page, name);
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

const visible = (selector) => page.locator(selector).filter({ visible: true });
const step = (name) => page.locator(`section[data-step="${name}"]`).filter({ visible: true });

/** The account with the most elections is the first one printed. */
const voter = () => demo.accounts()[0];

async function signIn({ email, password }) {
  await page.goto(`${demo.base}/connexion`);
  await page.getByRole('textbox', { name: /courriel|adresse/i }).fill(email);
  await page.getByLabel(/mot de passe/i).first().fill(password);
  await visible('main button[type=submit]').click();
}

/** One symbol replaced by its neighbour: the checksum must see it. */
const misspelt = (code) => (code.startsWith('2') ? `3${code.slice(1)}` : `2${code.slice(1)}`);

async function enterCode(code) {
  await page.locator('main[data-ready="true"]').waitFor();
  await page.locator('#code').fill(code);
  await step('code').locator('button[type=submit]').click();
}

test('the public pages are accessible and the visitor is invited to sign in', async () => {
  for (const path of ['/', '/connexion', '/urne', '/resultats', '/aide', '/accessibilite', '/donnees-personnelles', '/mentions-legales', '/demonstration', '/demonstration/boite']) {
    const response = await page.goto(demo.base + path);
    assert.equal(response.status(), 200, path);
    await look(`public${path.replaceAll('/', '-')}`);
  }
  const response = await page.goto(`${demo.base}/je-vote`);
  assert.match(response.url(), /\/connexion/, 'the booth asks to sign in first');
});

test('a wrong password says so and tells nothing more', async () => {
  await signIn({ ...voter(), password: 'Mauvais-mot-2026' });
  assert.match(page.url(), /connexion/);
  await look('sign-in-refused');
  page.complaints.length = 0;
});

test('the voter signs in and votes in three elections', async () => {
  await signIn(voter());
  await look('home-signed-in');
  await page.goto(`${demo.base}/je-vote`);
  await look('booth-code');

  await enterCode(misspelt(voter().code));
  assert.ok(await step('code').isVisible(), 'a typing error keeps the voter on the page');
  assert.notEqual((await page.locator('#code-error').textContent()).trim(), '', 'and names it');
  await look('booth-code-error');

  await enterCode(voter().code.toLowerCase().replaceAll('-', ' '));
  await step('elections').waitFor();
  await look('booth-elections');
  const elections = await visible('[data-election]').evaluateAll((items) => items.map((item) => item.dataset.election));
  assert.equal(elections.length, 3, 'this voter is in all three elections');

  for (const [at, election] of elections.entries()) {
    await page.locator(`button[data-open-election="${election}"]`).click();
    const ballot = page.locator(`section[data-step="choice"][data-for="${election}"]`);
    await ballot.waitFor();
    assert.equal(await ballot.locator('input[type=radio]:checked').count(), 0, 'nothing is selected in advance');
    if (at === 0) await look('booth-choice');
    const choice = at === 2 ? 'blank' : String(at);
    await ballot.locator(`input[type=radio][value="${choice}"]`).check({ force: true });
    await ballot.locator('button[type=submit]').click();
    await step('confirm').waitFor();
    const tracker = page.locator('section[data-step="confirm"] [data-tracker]');
    await tracker.filter({ hasText: /\S{4}/ }).waitFor();
    trackers.set(election, (await tracker.textContent()).replace(/\s/g, ''));
    assert.match(trackers.get(election), /^[A-Za-z0-9+/]{43}$/, 'the tracker is known before anything is sent');
    await page.locator('button[data-action="cast"]:enabled').waitFor();
    if (at === 0) await look('booth-confirm');
    await visible('button[data-action="cast"]').click();
    await step('receipt').waitFor({ timeout: 20_000 });
    const shown = await page.locator('[data-receipt-tracker]').first().textContent();
    assert.equal(shown.replace(/\s/g, ''), trackers.get(election), 'the receipt names the tracker computed here');
    if (at === 0) await look('booth-receipt');
    if (at < 2) {
      await visible('button[data-action="elections"]').first().click();
      await step('elections').waitFor();
    }
  }
  await page.goto(`${demo.base}/je-vote`);
  assert.equal(await page.locator('input[type=radio]').count(), 0, 'a vote is final: no ballot is offered again');
  await look('booth-all-voted');
});

test('three other voters vote too', async () => {
  for (const account of demo.accounts().slice(1, 4)) {
    const other = await openPage(browser, [demo.base, `http://127.0.0.1:${demo.port + 1}`], { viewport: { width: 360, height: 740 } });
    const first = page;
    page = other;
    await signIn(account);
    await page.goto(`${demo.base}/je-vote`);
    await enterCode(account.code);
    await step('elections').waitFor();
    await look('phone-elections');
    await visible('[data-open-election]').first().click();
    await step('choice').waitFor();
    await look('phone-choice');
    await step('choice').locator('input[type=radio][value="0"]').check({ force: true });
    await step('choice').locator('button[type=submit]').click();
    await step('confirm').waitFor();
    await page.locator('button[data-action="cast"]:enabled').waitFor();
    await look('phone-confirm');
    await visible('button[data-action="cast"]').click();
    await step('receipt').waitFor({ timeout: 20_000 });
    await look('phone-receipt');
    assertQuiet(other);
    await other.context().close();
    page = first;
  }
});

test('each tracker is found in the public box, another one is not', async () => {
  for (const [election, tracker] of trackers) {
    await page.goto(`${demo.base}/urne/${election}?suivi=${encodeURIComponent(tracker)}`);
    assert.ok((await page.locator('main').textContent()).includes(tracker.slice(0, 4)));
    await look('box-found');
    const { stored } = await (await fetch(`${demo.base}/api/elections/${election}/box?tracker=${encodeURIComponent(tracker)}`)).json();
    assert.equal(stored, true);
  }
  const [election] = trackers.keys();
  const absent = 'A'.repeat(43);
  await page.goto(`${demo.base}/urne/${election}?suivi=${absent}`);
  await look('box-absent');
  const { stored } = await (await fetch(`${demo.base}/api/elections/${election}/box?tracker=${absent}`)).json();
  assert.equal(stored, false);
});

test('the printed commands close and count while the demonstration runs', async () => {
  const commands = demo.commands();
  assert.ok(commands.length >= 1, `the demonstration says how to close and count:\n${demo.printed}`);
  for (const command of commands) {
    const { status, output } = demo.run('isoloir', command);
    assert.equal(status, 0, `isoloir ${command.join(' ')}:\n${output}`);
  }
});

test('the results page shows the count and the archives verify', async () => {
  await page.goto(`${demo.base}/resultats`);
  await look('results');
  for (const election of trackers.keys()) {
    await page.goto(`${demo.base}/resultats/${election}`);
    await look('results-election');
    assert.match(await page.locator('main').textContent(), /si[èe]ge/i);
    const response = await fetch(`${demo.base}/urne/${election}/archive.bel`);
    assert.equal(response.status, 200);
    const file = join(demo.folder, `${election}.bel`);
    writeFileSync(file, Buffer.from(await response.arrayBuffer()));
    const { status, output } = demo.run('isoloir-verify', [file, '--json']);
    assert.equal(status, 0, output);
    assert.match(output, /"result"/);
    await verifiesWithSidecar(election, file);
  }
});

/** The sidecar that the server made at closing, where its processor can; where it cannot, the answer says so. */
async function verifiesWithSidecar(election, archive) {
  const response = await fetch(`${demo.base}/urne/${election}/archive.sidecar`);
  if (!readFileSync('/proc/cpuinfo', 'utf8').includes(' avx512ifma')) {
    assert.equal(response.status, 404);
    assert.match(await response.text(), /AVX-512 IFMA/);
    return;
  }
  assert.equal(response.status, 200);
  const sidecar = archive.replace(/\.bel$/, '.sidecar');
  writeFileSync(sidecar, Buffer.from(await response.arrayBuffer()));
  const { status, output } = demo.run('isoloir-verify', [archive, '--sidecar', sidecar, '--engine', '3', '--json']);
  assert.equal(status, 0, output);
  const made = archive.replace(/\.bel$/, '.made');
  assert.equal(demo.run('isoloir-verify', [archive, '--write-sidecar', made]).status, 0);
  assert.ok(readFileSync(sidecar).equals(readFileSync(made)), 'the server publishes what anybody can compute');
}

test('the browser verifies the whole box by itself, and names the defect of a damaged one', async () => {
  const [election] = trackers.keys();
  await page.goto(`${demo.base}/urne/${election}`);
  await page.getByRole('link', { name: /Vérifier toute l’urne sur cet appareil/ }).click();
  const check = page.locator('main[data-ready="true"]');
  await check.waitFor();
  await look('verify-before');
  await page.getByRole('button', { name: 'Télécharger et vérifier' }).click();
  await page.locator('[data-verdict="valid"]').filter({ visible: true }).waitFor();
  assert.equal(await page.locator('[data-outcome="failed"]').count(), 0);
  const cast = Number(await page.locator('[data-verdict="valid"] [data-ballots]').textContent());
  assert.equal(cast, (await (await fetch(`${demo.base}/urne/${election}/archive.bel`)).text()).split('"type":"Ballot"').length - 1);
  await look('verify-valid');

  const bytes = readFileSync(join(demo.folder, `${election}.bel`));
  const place = bytes.lastIndexOf('"result":[') + 12;
  bytes[place] ^= 1;
  await page.locator('input[type=file]').setInputFiles({ name: 'damaged.bel', mimeType: 'application/x-tar', buffer: bytes });
  await page.locator('[data-verdict="invalid"]').filter({ visible: true }).waitFor();
  assert.equal(await page.locator('[data-outcome="failed"]').getAttribute('data-check'), 'archive.hash');
  assert.equal(await page.locator('[data-counts]').isVisible(), false, 'a box that is not valid has no result');
  await look('verify-invalid');
});

test('English is complete on the way', async () => {
  await page.goto(`${demo.base}/?lang=en`);
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
  await look('home-english');
});

test('nothing left for a third party, nothing in the console', () => assertQuiet(page, [/401|403|404|409|422|429/]));
