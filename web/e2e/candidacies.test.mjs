// A union's delegate, from the one-use link to the acknowledgement, on pages that axe finds nothing wrong with.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Demo } from './demo.mjs';
import { assertAccessible, assertQuiet, openBrowser, openPage } from './page.mjs';
import { signInAsMember, totp } from './people.mjs';

const PASSWORD = 'Givre-orange-38';
const EMAIL = 'zoe.petit@uap.example';
const CONSULTATION = `format = 1
id = "depot-2099"
title = "Élections de 2099"
organiser = "Académie de Valbrune (organisme fictif)"
profile = "test"
group = "Ed25519"
opens = "2099-12-03T08:00:00[Europe/Paris]"
closes = "2099-12-10T17:00:00[Europe/Paris]"

[[elections]]
key = "csa"
title = "Comité social d’administration"
seats = 2
`;
const ROLL = 'matricule;nom;prenom;courriel;scrutin\nD1;Brunel;Émilie;emilie.brunel@depot.example;csa\nD2;Mallet;Clément;clement.mallet@depot.example;csa\n';

let demo;
let browser;

before(async () => {
  demo = await Demo.start();
  const folder = join(demo.folder, 'depot');
  mkdirSync(folder);
  writeFileSync(join(folder, 'consultation.toml'), CONSULTATION);
  writeFileSync(join(folder, 'roll.csv'), ROLL);
  server('consultation', 'apply', folder);
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  demo?.stop();
});

/** Runs a command on the demonstration's server; what it printed. */
function server(...command) {
  const { status, output } = demo.run('isoloir', [...command, '--config', join(demo.data, 'server.toml')]);
  assert.equal(status, 0, output);
  return output;
}

/** The smallest PDF of one page. */
function pdf() {
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Count 1 /Kids [3 0 R] >>', '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>'];
  let text = '%PDF-1.4\n';
  const places = objects.map((object, index) => {
    const at = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(at).padStart(10, '0')} 00000 n \n`;
  });
  const start = text.length;
  text += `xref\n0 4\n0000000000 65535 f \n${places.join('')}trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return { name: 'déclaration.pdf', mimeType: 'application/pdf', buffer: Buffer.from(text, 'latin1') };
}

/** Looks at a page at the widths of a phone and of a screen. */
async function judge(page, where) {
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await assertAccessible(page, `${where} at ${width} px`);
  }
}

/** What the delegate typed into the authenticator: kept from the page of the invitation. */
async function enrol(page) {
  const printed = server('staff', 'name-delegate', '--name', 'Zoé Petit', '--email', EMAIL, '--union', 'Union des agents publics', '--acronym', 'UAP', '--consultation', 'depot-2099');
  const link = printed.match(/\/gestion\/invitation\/\S+/)[0];
  await page.goto(demo.base + link);
  const secret = (await page.locator('.staff-secret').textContent()).replace(/\s/g, '');
  return { email: EMAIL, password: PASSWORD, secret, link };
}

test('a list is prepared, filed and acknowledged', async () => {
  const page = await openPage(browser, [demo.base]);
  const member = await enrol(page);
  await page.locator('#password').fill(PASSWORD);
  await page.locator('#confirmation').fill(PASSWORD);
  await page.locator('#code').fill(totp(member.secret, -1));
  await page.locator('main form button[type=submit]').click();
  await page.waitForURL(/\/gestion\/connexion/);
  await signInAsMember(page, demo, member);

  await page.locator('main a[href="/depot"]').last().click();
  await judge(page, '/depot');
  await page.locator('form[action="/depot"] button').click();
  await page.waitForURL(/\/depot\/[0-9a-f-]{36}$/);
  await judge(page, 'an empty list');
  await page.locator('button[value=deposer]').click();
  await page.locator('.notice--error').waitFor();
  assert.match(await page.locator('main').textContent(), /La liste n’a aucun candidat/);
  await judge(page, 'a list that cannot be filed');

  for (const [row, [number, last, first, sex]] of [['D1', 'Brunel', 'Émilie', 'F'], ['D2', 'Mallet', 'Clément', 'H']].entries()) {
    await page.locator(`#matricule-${row + 1}`).fill(number);
    await page.locator(`#nom-${row + 1}`).fill(last);
    await page.locator(`#prenom-${row + 1}`).fill(first);
    await page.locator(`#sexe-${row + 1}`).selectOption(sex);
  }
  await page.locator('button[value=enregistrer]').click();
  await page.locator('.notice--success').waitFor();
  for (const number of ['D1', 'D2']) {
    await page.locator('#piece').selectOption(`declaration:${number}`);
    await page.locator('#fichier').setInputFiles(pdf());
    await page.locator('form:has(#fichier) button[type=submit]').click();
    await page.locator('.notice--success').waitFor();
  }
  await judge(page, 'a list with its files');
  await page.locator('button[value=deposer]').click();
  await page.waitForURL(/\/accuse$/);
  assert.match(await page.locator('main').textContent(), /C-\d{4}-000001/);
  await judge(page, 'the acknowledgement');
  assertQuiet(page, [/409|422/]);
  await page.context().close();
});
