// A place that hands notices over, in a browser: its one-use link, a scanner that types and ends with Enter, a void notice, the end, the certificate.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Demo } from './demo.mjs';
import { assertAccessible, assertQuiet, openBrowser, openPage } from './page.mjs';

const PLACE = '2A0044Z';
const pictures = process.env.ISOLOIR_PICTURES;
let demo;
let browser;
let registrar;
let references;

before(async () => {
  if (pictures) mkdirSync(pictures, { recursive: true });
  demo = await Demo.start();
  browser = await openBrowser();
  registrar = `http://127.0.0.1:${demo.port + 1}`;
  const entitlements = join(demo.folder, 'entitlements.json');
  run(['consultation', 'entitlements', '--out', entitlements, '--config', join(demo.data, 'server.toml')]);
  command(['notices', '--entitlements', entitlements, '--out', join(demo.folder, 'notices')]);
  const index = readFileSync(join(demo.folder, 'notices/index.csv'), 'utf8').trim().split('\n').slice(1);
  references = (code) => index.map((row) => row.split(';')).filter(([, place]) => place === code).map(([reference]) => reference);
  // One voter has another code since: that notice is void.
  command(['issue-codes', '--entitlements', entitlements, '--number', 'VAL0001', '--out', join(demo.folder, 'one.csv')]);
});

after(async () => {
  await browser?.close();
  demo?.stop();
});

function run(args) {
  const { status, output } = demo.run('isoloir', args);
  assert.equal(status, 0, output);
  return output;
}

const command = (args) => run(['registrar', ...args, '--config', join(demo.data, 'registrar.toml')]);
const link = () => command(['notices', 'links', '--place', PLACE]).match(/http:\S+/)[0];

async function look(page, name) {
  await assertAccessible(page, name);
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

/** What a scanner does: it types into the field that has the focus, and ends with Enter. */
async function scan(page, reference) {
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'reference', 'the field has the focus');
  await page.keyboard.type(reference);
  await page.keyboard.press('Enter');
  await page.locator('main .notice').first().waitFor();
  return (await page.locator('main .notice__title').first().textContent()).trim();
}

test('a place opens its page once, scans, undoes, ends, destroys and takes the certificate', async () => {
  const address = link();
  const page = await openPage(browser, [registrar], { viewport: { width: 360, height: 780 } });
  for (let visit = 0; visit < 2; visit += 1) assert.equal((await fetch(address)).status, 200, 'looking changes nothing');
  await page.goto(address);
  await look(page, 'remise-lien-360');
  await page.getByRole('button', { name: 'Ouvrir la page' }).click();
  await page.waitForURL(`${registrar}/remise`);
  await look(page, 'remise-360');
  assert.equal((await fetch(address)).status, 410, 'the link has served');
  assert.equal((await fetch(`${registrar}/remise`)).status, 403, 'nobody works here without it');
  const [cookie] = await page.context().cookies(registrar);
  assert.ok(cookie.httpOnly && cookie.sameSite === 'Strict');

  const row = page.locator('tbody tr').filter({ hasNotText: 'Annulée' }).first();
  const reference = (await row.locator('td .nowrap').innerText()).trim();
  const name = (await row.locator('th').innerText()).trim();
  assert.equal(await scan(page, reference), 'Remise enregistrée');
  assert.ok((await page.locator('main .notice').first().innerText()).includes(name), 'the name to compare with the document shown');
  await look(page, 'remise-faite-360');
  assert.equal(await scan(page, reference), 'Déjà remise');
  await page.goto(`${registrar}/remise`);
  await scan(page, reference);
  const lost = page.locator('tbody tr').filter({ hasText: 'Annulée' }).first();
  assert.match(await lost.innerText(), /Durand/);
  assert.equal(await scan(page, (await lost.locator('td .nowrap').innerText()).trim()), 'Ne remettez pas cette notice');
  await look(page, 'remise-annulee-360');
  assert.equal(await scan(page, references('2A0012X')[0]), 'Notice d’un autre lieu');
  assert.equal(await scan(page, demo.accounts()[2].code), 'Ce n’est pas une référence');
  assert.ok(!(await page.content()).includes(demo.accounts()[2].code), 'a code typed by mistake is not shown again');

  const wide = await openPage(browser, [registrar], { colorScheme: 'dark' });
  await wide.context().addCookies([cookie]);
  await wide.goto(`${registrar}/remise`);
  await look(wide, 'remise-1280-dark');
  await wide.getByRole('link', { name: 'Clore la remise' }).click();
  await look(wide, 'remise-cloture-1280-dark');
  await wide.getByRole('button', { name: 'Clore définitivement' }).click();
  await wide.waitForURL(`${registrar}/remise`);
  await look(wide, 'remise-close-1280-dark');
  await wide.locator('#first').fill('Paul Garnier, principal');
  await wide.locator('#second').fill('Paul Garnier, principal');
  await wide.getByRole('button', { name: 'Enregistrer la destruction' }).click();
  await wide.getByText('Il faut deux noms différents').waitFor();
  await wide.locator('#second').fill('Inès Moreau, gestionnaire');
  await wide.getByRole('button', { name: 'Enregistrer la destruction' }).click();
  await wide.waitForURL(`${registrar}/remise`);
  await look(wide, 'remise-detruite-1280-dark');
  const [download] = await Promise.all([wide.waitForEvent('download'), wide.getByRole('link', { name: /certificat/i }).click()]);
  assert.equal(download.suggestedFilename(), 'certificat-de-destruction.pdf');
  await wide.getByRole('button', { name: 'Fermer cette page' }).click();
  await wide.getByText('La page est fermée').first().waitFor();
  await wide.goto(`${registrar}/remise`);
  await look(wide, 'remise-fermee-1280-dark');
  assertQuiet(wide, [/403|422/]);
  assertQuiet(page);
  await page.context().close();
  await wide.context().close();

  const counted = JSON.parse(command(['notices', 'status', '--json'])).places.find(({ place }) => place === PLACE);
  assert.ok(counted.closed && counted.void.destroyed === 1 && counted.valid.handed === 1, JSON.stringify(counted));
});
