// An election board in the real demonstration: the six members of a second board make its keys, each in a browser of their own, and test
// their files; then president and two delegates count the demonstration's elections on the board's pages.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Demo } from './demo.mjs';
import { assertAccessible, assertQuiet, openBrowser, openPage } from './page.mjs';
import { enterCode, signIn, signInAsMember, step } from './people.mjs';

const PATIENCE = 180_000;
const SEATS = {
  president: 'helene.kervella',
  secretary: 'didier.marchand',
  'delegate-1': 'awa.diallo',
  'delegate-2': 'marc.tessier',
  'delegate-3': 'lucie.hamon',
  'substitute-1': 'zoe.perrin',
};
const mail = (name) => `${name}@bureau.valbrune.example`;

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

/** The member's own browser, signed in. */
async function memberPage(seat) {
  const known = pages.get(seat);
  if (known) return known;
  const page = await openPage(browser, [demo.base, `http://127.0.0.1:${demo.port + 1}`], { acceptDownloads: true });
  page.setDefaultTimeout(PATIENCE);
  await signInAsMember(page, demo, demo.staff().find(({ email }) => email === mail(SEATS[seat])));
  pages.set(seat, page);
  return page;
}

const file = (seat) => join(demo.folder, `${seat}.json`);
const passphrase = (seat) => `la phrase de ${seat}`;

/** A consultation with a board that has made no keys yet; the board's members have accounts in the demonstration. */
function importSecond() {
  const folder = join(demo.folder, 'second');
  mkdirSync(folder);
  const member = (name, email) => `name = "${name}"\nemail = "${mail(email)}"\n`;
  const delegate = (list, name, email) => `[[boards.delegates]]\nlist = "${list}"\n${member(name, email)}`;
  const substitute = `substitute = { name = "Zoé Perrin", email = "${mail('zoe.perrin')}" }\n`;
  // In winter, whose hour is known.
  const day = (date) => `${new Date().getFullYear() + 1}-01-${date}T08:00:00+01:00[Europe/Paris]`;
  writeFileSync(join(folder, 'consultation.toml'), [
    'format = 1\nid = "second-2026"\ntitle = "Élection partielle"\norganiser = "Académie de Valbrune (organisme fictif)"\nprofile = "test"\ngroup = "Ed25519"',
    `opens = "${day(12)}"\ncloses = "${day(19)}"\n`,
    '[[elections]]\nkey = "partielle"\ntitle = "Élection partielle"\nseats = 3\n',
    '[[boards]]\nkey = "partielle"\ntitle = "BVE de l’élection partielle"\nelections = ["partielle"]\n',
    `[boards.president]\n${member('Hélène Kervella', 'helene.kervella')}`,
    `[boards.secretary]\n${member('Didier Marchand', 'didier.marchand')}`,
    delegate('SLE', 'Awa Diallo', 'awa.diallo') + substitute,
    delegate('UAP', 'Marc Tessier', 'marc.tessier'),
    delegate('AVP', 'Lucie Hamon', 'lucie.hamon'),
  ].join('\n'));
  writeFileSync(join(folder, 'roll.csv'), 'matricule;nom;prenom;courriel;scrutin\nSEC0001;Morel;Inès;ines.morel@seconde.example;partielle\n');
  writeFileSync(join(folder, 'lists.csv'), [
    'scrutin;liste;sigle;rang;nom;prenom;sexe',
    ...['SLE', 'UAP', 'AVP'].flatMap((list) => [1, 2, 3].map((rank) => `partielle;Liste ${list};${list};${rank};Nom${rank};Prénom;F`)),
  ].join('\n') + '\n');
  const { status, output } = demo.run('isoloir', ['consultation', 'apply', folder, '--config', join(demo.data, 'server.toml')]);
  assert.equal(status, 0, output);
}

const form = (page, task) => page.locator(`main[data-ready="true"] form[data-task="${task}"]`);

async function choose(seat, task) {
  const page = await memberPage(seat);
  await page.goto(`${demo.base}/bureau/partielle/cles`);
  const fields = form(page, task);
  await fields.waitFor();
  await fields.locator('input[name=passphrase]').fill(passphrase(seat));
  await fields.locator('input[name=again]').fill(passphrase(seat));
  await fields.locator('button[type=submit]').click();
  await page.locator('main[data-waits]').or(form(page, 'commitment')).or(page.locator('form[aria-busy=true]')).first().waitFor();
}

async function save(seat) {
  const page = await memberPage(seat);
  const link = page.locator('a[data-save]:visible');
  await link.waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
  await download.saveAs(file(seat));
}

async function give(page, fields, path, phrase) {
  await fields.locator('input[name=key]').setInputFiles(path);
  await fields.locator('input[name=passphrase]').fill(phrase);
  await fields.locator('button[type=submit]').click();
}

test('the members make the keys of their board, each on their own device', { timeout: 900_000 }, async () => {
  importSecond();
  for (const seat of Object.keys(SEATS)) await choose(seat, seat.startsWith('substitute') ? 'enrol' : 'certificate');
  // While the pages stay open, engagement and revelation follow by themselves, up to the file to save.
  const members = Object.keys(SEATS).filter((seat) => !seat.startsWith('substitute'));
  await Promise.all(members.map(save));
  const substitute = await memberPage('substitute-1');
  const received = form(substitute, 'received');
  await received.waitFor();
  await received.locator('input[name=passphrase]').fill(passphrase('substitute-1'));
  await received.locator('button[type=submit]').click();
  await save('substitute-1');
  const president = await memberPage('president');
  await form(president, 'test').waitFor();
  await assertAccessible(president, 'trial of the key file');
  await give(president, form(president, 'test'), file('secretary'), passphrase('secretary'));
  await president.locator('[data-refusal]:visible').waitFor();
  await assertAccessible(president, 'trial of another member’s key file');
  for (const seat of members) {
    const page = await memberPage(seat);
    await form(page, 'test').waitFor();
    await give(page, form(page, 'test'), file(seat), passphrase(seat));
    await form(page, 'test').waitFor({ state: 'detached' });
  }
  const fingerprints = await Promise.all(members.map(async (seat) => {
    const page = await memberPage(seat);
    await page.locator('.fingerprint').waitFor();
    return page.locator('.fingerprint').innerText();
  }));
  assert.equal(new Set(fingerprints).size, 1, 'all read the same words');
  const { output } = demo.run('isoloir', ['board', 'list', '--config', join(demo.data, 'server.toml')]);
  const words = fingerprints[0].trim().split(/\s+/).filter((word) => !/^\d+\.?$/.test(word)).join(' ');
  assert.ok(output.includes(words), `${words} in\n${output}`);
});

test('president and two delegates count on their pages', { timeout: 900_000 }, async () => {
  const voter = demo.accounts()[0];
  const page = await openPage(browser, [demo.base, `http://127.0.0.1:${demo.port + 1}`]);
  await signIn(page, demo, voter);
  await page.goto(`${demo.base}/je-vote`);
  await enterCode(page, voter.code);
  await step(page, 'elections').locator('[data-open-election]').first().click();
  await step(page, 'choice').locator('input[type=radio]').first().check();
  await step(page, 'choice').locator('button[type=submit]').click();
  await step(page, 'confirm').locator('[data-action=cast]').click();
  await step(page, 'receipt').waitFor();

  const [close] = demo.commands();
  assert.equal(demo.run('isoloir', close).status, 0);
  for (const seat of ['president', 'delegate-1', 'delegate-3']) {
    const member = await memberPage(seat);
    await member.goto(`${demo.base}/bureau/valbrune/depouillement`);
    if (seat === 'president') await assertAccessible(member, 'count');
    const forms = member.locator('main[data-ready="true"] form[data-task="decrypt"]');
    await forms.first().waitFor();
    for (let left = await forms.count(); left > 0; left -= 1) {
      const fields = forms.first();
      // The key is opened once for all elections of the board.
      if (await fields.locator('input[name=key]').isVisible()) {
        await fields.locator('input[name=key]').setInputFiles(join(demo.data, 'board', `${seat}.key`));
      }
      await fields.locator('button[type=submit]').click();
      await member.waitForFunction((before) => document.querySelectorAll('form[data-task="decrypt"]').length < before, left);
    }
  }
  const president = await memberPage('president');
  await president.goto(`${demo.base}/bureau/valbrune/depouillement`);
  const results = president.locator('a[href^="/resultats/"]');
  assert.equal(await results.count(), 3, 'every election is counted');
  await results.first().click();
  await president.locator('h1').waitFor();
  for (const one of pages.values()) assertQuiet(one);
});
