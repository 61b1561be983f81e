// A lost code, from the portal to the ballot: challenge, one-use link, new code, vote; and everything that must not work.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Demo } from './demo.mjs';
import { assertAccessible, assertQuiet, openBrowser, openPage } from './page.mjs';
import { enterCode, signIn, step } from './people.mjs';

const ANSWER = 'deux chevaux';
const PERSONAL = 'camille.secrete@maison.example';
const pictures = process.env.ISOLOIR_PICTURES;
let demo;
let browser;
let registrar;

before(async () => {
  if (pictures) mkdirSync(pictures, { recursive: true });
  demo = await Demo.start({ options: ['--split'] });
  browser = await openBrowser();
  registrar = `http://127.0.0.1:${demo.port + 1}`;
});

after(async () => {
  await browser?.close();
  demo?.stop();
});

const open = (options) => openPage(browser, [demo.base, registrar], options);
const numen = (rank) => [...demo.printed.matchAll(/NUMEN (\S+)/g)][rank][1];

async function look(page, name) {
  await assertAccessible(page, name);
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

/** The voter at this rank, signed in. */
async function voter(rank, options) {
  const page = await open(options);
  await signIn(page, demo, demo.accounts()[rank]);
  return page;
}

/** Fills the page of the challenge and sends it. */
async function ask(page, { answer = ANSWER, identifier, channel, contact }) {
  await page.goto(`${demo.base}/reassort/defi`);
  await page.locator('#reponse').fill(answer);
  await page.locator('#identifiant').fill(identifier);
  await page.locator(`input[name=canal][value=${channel}]`).check();
  await page.locator(channel === 'sms' ? '#telephone' : '#courriel').fill(contact);
  await page.getByRole('button', { name: 'Recevoir le lien' }).click();
}

/** Every link in the registrar's inbox, the latest first. */
async function links() {
  const inbox = await (await fetch(`${registrar}/demonstration/boite`)).text();
  return [...inbox.matchAll(new RegExp(`href="(${registrar}/reassort/[\\w-]{22})"`, 'g'))].map(([, link]) => link);
}

test('a lost code, a new code, a vote; the old code and the used link are dead', async () => {
  const page = await voter(0, { viewport: { width: 360, height: 780 } });
  await page.goto(`${demo.base}/je-vote`);
  await page.locator('main[data-ready="true"]').waitFor();
  await page.getByRole('link', { name: 'Obtenir un réassort de votre code de vote' }).click();
  await page.waitForURL(/\/reassort$/);
  await look(page, 'reassort-choix');
  await page.getByRole('link', { name: 'Répondre à la question défi' }).click();
  assert.ok(await page.locator('#telephone').isHidden(), 'a channel shows its field once it is chosen');
  await look(page, 'reassort-defi');
  await ask(page, { identifier: numen(0), channel: 'courriel', contact: PERSONAL });
  await page.waitForURL(/\/reassort\/suivi$/);
  await look(page, 'reassort-suivi');

  await page.getByRole('button', { name: 'Renvoyer le même lien' }).click();
  await page.waitForURL(/\/reassort\/suivi$/);
  assert.equal(new Set(await links()).size, 1, 'asked twice, it is the same link');
  const [link] = await links();

  const inbox = await (await fetch(`${demo.base}/demonstration/boite`)).text();
  assert.equal(inbox.split('<h2>Un nouveau code de vote a été demandé').length, 2, 'the account’s own mailbox is told, once');
  assert.ok(!inbox.includes(link), 'and never sent the link');

  for (let visit = 0; visit < 3; visit += 1) assert.equal((await fetch(link)).status, 200, 'a scanner of mails looks and changes nothing');
  await page.goto(link);
  await page.getByRole('button', { name: /régénérer mon code de vote/i }).click();
  const code = (await page.locator('.code-show').innerText()).replaceAll(/\s+/g, '');
  assert.match(code, /^[0-9A-HJKMNP-TV-Z]{16}$/);
  assert.equal((await fetch(link)).status, 410, 'it serves once');
  await page.getByRole('button', { name: /je l’ai noté/i }).click();

  await page.goto(`${demo.base}/je-vote`);
  await enterCode(page, demo.accounts()[0].code);
  await page.locator('#code-error').filter({ hasText: /\S/ }).waitFor();
  assert.ok(await step(page, 'code').isVisible(), 'the old code opens nothing');
  await enterCode(page, code);
  await step(page, 'elections').waitFor();
  await page.locator('[data-open-election]').first().click();
  await step(page, 'choice').locator('input[type=radio][value="0"]').check({ force: true });
  await step(page, 'choice').locator('button[type=submit]').click();
  await step(page, 'confirm').waitFor();
  await page.locator('button[data-action="cast"]:enabled').waitFor();
  await page.locator('button[data-action="cast"]:visible').click();
  await step(page, 'receipt').waitFor({ timeout: 20_000 });
  assertQuiet(page, [/401|403|404|410|422/]);
  await page.context().close();
});

test('nothing of contact and identifier is in the voting server’s files and log', async () => {
  const files = readdirSync(demo.data).filter((name) => name.startsWith('server.db'));
  assert.ok(files.length > 0);
  for (const name of files) {
    const bytes = readFileSync(join(demo.data, name));
    for (const secret of ['camille.secrete', 'maison.example', numen(0)]) assert.ok(!bytes.includes(secret), `${secret} stands in ${name}`);
  }
  assert.ok(!demo.printed.includes('camille.secrete'));
});

test('a wrong answer, a wrong NUMEN and the portal’s mailbox in disguise are refused, and what is no secret stays', async () => {
  const page = await voter(2);
  const { email } = demo.accounts()[2];
  const before = (await links()).length;
  await ask(page, { answer: '4L', identifier: numen(2), channel: 'sms', contact: '06 12 34 56 78' });
  await page.getByText('Cette réponse n’est pas celle que vous aviez choisie.').first().waitFor();
  await look(page, 'reassort-defi-faux');
  assert.equal(await page.locator('#telephone').inputValue(), '06 12 34 56 78');
  assert.equal(await page.locator('#reponse').inputValue(), '');
  assert.equal(await page.locator('#identifiant').inputValue(), '');

  await ask(page, { identifier: numen(0), channel: 'sms', contact: '06 12 34 56 78' });
  await page.getByText('n’est pas celui que l’autorité des codes connaît').first().waitFor();

  for (const disguise of [email, email.toUpperCase(), email.replace('@', '+vote@'), ` ${email}. `, email.replace('a', 'ａ')]) {
    await ask(page, { identifier: numen(2), channel: 'courriel', contact: disguise });
    await page.getByText('mène à la messagerie qui vous identifie').first().waitFor();
  }
  await ask(page, { identifier: '28405751', channel: 'sms', contact: '01 23 45 67 89' });
  assert.equal(await page.locator('.notice--error a').count(), 2, 'both mistakes are told at once');
  assert.equal((await links()).length, before, 'no link has left');
  assertQuiet(page, [/422/]);
  await page.context().close();
});

test('a registrar that does not answer is said so, and nothing is lost', async () => {
  const page = await voter(3);
  const [child] = execFileSync('pgrep', ['-P', String(demo.process.pid)], { encoding: 'utf8' }).trim().split('\n').map(Number);
  process.kill(child, 'SIGSTOP');
  try {
    await ask(page, { identifier: numen(3), channel: 'sms', contact: '+33 6 12 34 56 79' });
    await page.getByText('Rien n’est perdu').first().waitFor({ timeout: 15_000 });
    await look(page, 'reassort-panne');
    assert.equal(await page.locator('#telephone').inputValue(), '+33 6 12 34 56 79');
    await page.goto(`${demo.base}/reassort/suivi`);
    await page.getByText('Suivi momentanément indisponible').first().waitFor({ timeout: 15_000 });
  } finally {
    process.kill(child, 'SIGCONT');
  }
  await ask(page, { identifier: numen(3), channel: 'sms', contact: '+33 6 12 34 56 79' });
  await page.waitForURL(/\/reassort\/suivi$/);
  assertQuiet(page, [/503/]);
  await page.context().close();
});

test('without a script, in English, by keyboard', async () => {
  const page = await voter(4, { javaScriptEnabled: false });
  await page.goto(`${demo.base}/reassort/defi?lang=en`);
  await page.locator('#reponse').fill(ANSWER);
  await page.keyboard.press('Tab');
  await page.keyboard.type(numen(4).toLowerCase());
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  await page.keyboard.type('06 12 34 56 70');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/reassort\/suivi$/);
  assert.ok(await page.getByText('By SMS, to the number given').first().isVisible());
  await page.context().close();
});

test('the board counts the requests', async () => {
  const { status, output } = demo.run('isoloir', ['consultation', 'counters', '--config', join(demo.data, 'server.toml')]);
  assert.equal(status, 0, output);
  assert.match(output, /links sent +challenge +mail +1/);
  assert.match(output, /links sent +challenge +sms +2/);
  assert.match(output, /requests refused +challenge +challenge_wrong +1/);
  assert.match(output, /requests refused +challenge +identifier_wrong +1/);
});
