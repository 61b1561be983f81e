// FranceConnect from outside: a browser, the demonstration's portal, and the provider that FranceConnect runs, which is made to fail and to lie.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { Crawler } from './crawl.mjs';
import { Demo, freePorts } from './demo.mjs';
import { CLIENT, FranceConnect, SECRET } from './franceconnect_provider.mjs';
import { assertQuiet, openBrowser, openPage } from './page.mjs';
import { enterCode, signIn, step } from './people.mjs';

const pictures = process.env.ISOLOIR_PICTURES;
let browser;
let provider;
let demo;

/** A portal whose provider is `provider`, on ports found beforehand: each must know the other's address. */
async function portalOf(algorithm) {
  const port = await freePorts();
  const fc = await new FranceConnect(`http://127.0.0.1:${port}`, algorithm).start();
  const portal = await Demo.start({ port });
  const section = { issuer: fc.issuer, client_id: CLIENT, client_secret: SECRET, algorithms: algorithm };
  await portal.serveWith((text) => withProvider(text, section));
  return { fc, portal };
}

/** The portal's configuration with another provider than the stand-in. */
function withProvider(text, section) {
  const lines = Object.entries(section).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  return `${text.slice(0, text.indexOf('[franceconnect]'))}[franceconnect]\n${lines.join('\n')}\n`;
}

before(async () => {
  if (pictures) mkdirSync(pictures, { recursive: true });
  ({ fc: provider, portal: demo } = await portalOf('ES256'));
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  demo?.stop();
  await provider?.stop();
});

beforeEach(() => Object.assign(provider, { faults: {}, seen: {}, level: 'eidas1', codeSeconds: 30 }));

const open = (at = demo, fc = provider) => openPage(browser, [at.base, `http://127.0.0.1:${at.port + 1}`, fc.origin]);

/** The messages of the demonstration's inbox, the latest first: whom they went to, and their words. */
async function inbox(at = demo) {
  const html = await (await fetch(`${at.base}/demonstration/boite`)).text();
  return html.split('<article').slice(1).map((text) => text.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' '));
}

const sentTo = async (address, at) => (await inbox(at)).filter((text) => text.includes(address));

/** From the page of a forgotten password to the provider's page. */
async function leave(page, at = demo) {
  await page.goto(`${at.base}/mot-de-passe-oublie`);
  await page.getByRole('button', { name: 'S’identifier avec FranceConnect' }).click();
}

const choose = (page, who) => page.getByRole('button', { name: who, exact: true }).click();

/** The title of the notice of the page that follows a visit. */
async function ended(page) {
  await page.waitForURL(/\/franceconnect\/suite$/);
  return (await page.locator('main .notice__title').textContent()).trim();
}

/** A whole visit for a new password. */
async function visit(page, who, at = demo) {
  await leave(page, at);
  await choose(page, who);
  return ended(page);
}

const judge = (page, name) => new Crawler(page, demo.base, { name: 'franceconnect', pictures }).judge(`/franceconnect/${name}`);

test('a forgotten password: identified, the link goes to the FranceConnect mailbox, the professional one is told, the session there is closed', async () => {
  const page = await open();
  await page.goto(`${demo.base}/mot-de-passe-oublie`);
  await judge(page, 'mot-de-passe-oublie');
  assert.match(await visit(page, 'camille'), /^Votre identification via le portail FranceConnect est un succès\.$/);
  const text = await page.locator('main').textContent();
  assert.ok(text.includes('un Email vient de vous être communiqué sur votre adresse de messagerie électronique rattachée au service FranceConnect.'), text);
  await judge(page, 'succes');
  assert.equal(provider.seen.logout, 1, 'signed out at the provider');
  assert.equal(provider.seen['/userinfo'], 1);

  const [mail] = await sentTo('camille@messagerie.example');
  assert.match(mail, /Réinitialisation de votre mot de passe Elections/);
  const link = mail.match(/http:\/\/127\.0\.0\.1:\d+\/mot-de-passe\/[\w-]{43}/)[0];
  const told = await sentTo('camille.durand@valbrune.example');
  const notice = told.find((one) => one.includes('identifiée par FranceConnect'));
  assert.ok(notice && !notice.includes('/mot-de-passe/'), 'the professional mailbox is told, without the link');

  // Nothing stays open at the provider: the next visit asks again who comes.
  await leave(page);
  await page.getByRole('button', { name: 'refuser' }).waitFor();

  // Reading the link (a mail scanner does) uses nothing up; the password is then chosen, with the secret answer that the policy asks for.
  assert.equal((await fetch(link)).status, 200);
  await page.goto(link);
  await page.getByLabel(/marque/).fill('Deux-chevaux');
  await page.locator('input[type=password]').nth(0).fill('Nuage-cobalt-58');
  await page.locator('input[type=password]').nth(1).fill('Nuage-cobalt-58');
  await page.locator('main form button[type=submit]').last().click();
  await page.waitForURL(/\/mot-de-passe$/);
  assert.equal((await fetch(link)).status, 404, 'the link has served');
  await signIn(page, demo, { email: 'camille.durand@valbrune.example', password: 'Nuage-cobalt-58' });
  assertQuiet(page, [/404/]);
  await page.context().close();
});

test('somebody who breaks off comes back to a calm page', async () => {
  const page = await open();
  assert.equal(await visit(page, 'refuser'), 'Vous avez interrompu l’identification');
  await judge(page, 'interrompu');
  await page.getByRole('link', { name: 'Revenir au mot de passe oublié' }).click();
  await page.getByRole('button', { name: 'S’identifier avec FranceConnect' }).waitFor();
  assert.equal(provider.seen['/token'], undefined, 'nothing was asked of the provider');
  await page.context().close();
});

/** From the choice of a way to a new code to the provider's page. */
async function leaveForCode(page, numen = '19E9812345ABC') {
  await page.goto(`${demo.base}/reassort`);
  await page.getByLabel(/NUMEN/).fill(numen);
  await page.getByRole('button', { name: 'S’identifier avec FranceConnect' }).click();
}

test('a lost code: the identity must be that of the account that is open, and the session must last', async () => {
  const thomas = demo.accounts().find(({ email }) => email.startsWith('thomas'));
  const page = await open();
  await signIn(page, demo, thomas);
  await page.goto(`${demo.base}/reassort`);
  await judge(page, 'reassort');

  // What cannot be an identifier is told before anybody leaves.
  await leaveForCode(page, '12');
  await page.locator('main .notice--error a[href="#identifiant"]').waitFor();
  await judge(page, 'reassort-a-corriger');
  assert.equal(provider.seen['/authorize'], undefined);

  // Somebody else's identity.
  await leaveForCode(page);
  await choose(page, 'jean-baptiste');
  assert.equal(await ended(page), UNRECOGNISED);
  assert.ok(await page.locator('.session').isVisible(), 'still signed in, though the way back began on another site');
  assert.equal(provider.seen.logout, 1);

  // The visit's cookie holds the identifier sealed, never as it was typed.
  const cookies = await page.context().cookies(demo.base);
  const carried = cookies.find(({ name }) => name === 'isoloir-visite');
  assert.ok(carried.httpOnly && carried.sameSite === 'Lax' && carried.value.length > 80);
  assert.ok(!Buffer.from(carried.value.split('.')[1], 'base64url').toString('latin1').includes('19E98'));

  // Signed out meanwhile: nothing is asked of the registrar.
  await leaveForCode(page);
  const elsewhere = await page.context().newPage();
  await elsewhere.goto(`${demo.base}/mon-compte`);
  await elsewhere.locator('form[action*="deconnexion"] button').first().click();
  await choose(page, 'minh');
  assert.equal(await ended(page), 'Votre session s’est terminée pendant l’identification');
  await page.context().close();
});

test('a lost code: identity and NUMEN, a link to the FranceConnect mailbox, a new code, the old one void', async () => {
  const minh = demo.accounts().find(({ email }) => email.startsWith('minh'));
  const numen = demo.printed.match(/minh\.nguyen@.*NUMEN (\S+)/)[1];
  const registrar = `http://127.0.0.1:${demo.port + 1}`;
  const links = async () => {
    const html = await (await fetch(`${registrar}/demonstration/boite`)).text();
    return [...html.matchAll(new RegExp(`href="(${registrar}/reassort/[\\w-]{22})"`, 'g'))].map(([, link]) => link);
  };
  const page = await open();
  await signIn(page, demo, minh);

  // The right identity with somebody else's NUMEN: the registrar refuses, and no link leaves.
  await leaveForCode(page);
  await choose(page, 'minh');
  assert.equal(await ended(page), 'La demande n’a pas abouti');
  await judge(page, 'reassort-refuse');
  assert.deepEqual(await links(), []);

  await leaveForCode(page, numen);
  await choose(page, 'minh');
  assert.match(await ended(page), /est un succès/);
  await judge(page, 'reassort-succes');
  assert.equal(provider.seen.logout, 2, 'the session there was closed, both times');
  const [link] = await links();
  const inbox = await (await fetch(`${registrar}/demonstration/boite`)).text();
  assert.ok(inbox.includes('minh@messagerie.example'), 'the link went to the mailbox that FranceConnect vouches for');
  assert.ok((await sentTo('minh.nguyen@valbrune.example')).every((mail) => !mail.includes('/reassort/')), 'the professional mailbox is told, without the link');

  assert.equal((await fetch(link)).status, 200, 'a scanner of mails changes nothing');
  await page.goto(link);
  await page.getByRole('button', { name: /régénérer mon code de vote/i }).click();
  const code = (await page.locator('.code-show').innerText()).replaceAll(/\s+/g, '');
  assert.equal((await fetch(link)).status, 410, 'it serves once');
  await page.goto(`${demo.base}/je-vote`);
  await enterCode(page, minh.code);
  await page.locator('#code-error').filter({ hasText: /\S/ }).waitFor();
  await enterCode(page, code);
  await step(page, 'elections').waitFor();
  assertQuiet(page, [/403|410/]);
  await page.context().close();
});

const UNRECOGNISED = 'L’identité reçue ne permet pas de continuer';

test('a person on no roll, two voters with one identity, an account never activated: one refusal in the same words, and the session there is closed', async () => {
  const pages = new Set();
  for (const who of ['stranger', 'homonym', 'unactivated']) {
    const page = await open();
    assert.equal(await visit(page, who), UNRECOGNISED, who);
    pages.add(await page.locator('main').innerHTML());
    assert.equal(await page.getByRole('link', { name: 'Écrire à la cellule d’assistance' }).count(), 1);
    if (who === 'stranger') await judge(page, 'inconnu');
    assert.deepEqual(await sentTo(`${who}@messagerie.example`), [], `${who} is sent nothing`);
    await page.context().close();
  }
  assert.equal(pages.size, 1, 'nobody learns which of the three it was');
  assert.equal(provider.seen.logout, 3);
});

test('a compound given name and a presumed date of birth are recognised', async () => {
  for (const who of ['jean-baptiste', 'minh']) {
    const page = await open();
    assert.match(await visit(page, who), /est un succès/, who);
    assert.equal((await sentTo(`${who}@messagerie.example`)).length, 1);
    await page.context().close();
  }
});

/** One visit whose answers are falsified: the page says so, nothing is sent. */
async function falsified(faults, title) {
  provider.faults = faults;
  const before = (await inbox()).length;
  const page = await open();
  assert.equal(await visit(page, 'camille'), title, JSON.stringify(faults));
  assert.equal((await inbox()).length, before, `${JSON.stringify(faults)}: nothing is sent`);
  await page.context().close();
}

const NOT_BELIEVED = 'La réponse de FranceConnect n’a pas pu être vérifiée';

test('what cannot be verified is not believed: nonce, audience, issuer, time, key, algorithm; user info unsigned, forged, or somebody else’s', async () => {
  const lies = [
    { nonce: true },
    { audience: true },
    { issuer: true },
    { expired: true },
    { stranger: true },
    { algorithm: 'none' },
    { unsigned: true },
    { forged: true },
    { other: true },
    { userinfoAudience: true },
  ];
  for (const faults of lies) await falsified(faults, NOT_BELIEVED);
  const page = await open();
  provider.faults = { unsigned: true };
  await visit(page, 'camille');
  await judge(page, 'non-verifie');
  await page.context().close();
});

test('somebody identified less surely than asked is told so', async () => {
  provider.level = 'eidas0';
  await falsified({}, 'L’identification n’est pas assez sûre');
});

test('a code that has expired on the way is told to be late', async () => {
  provider.codeSeconds = 1;
  await falsified({ dawdle: '/token' }, 'La réponse de FranceConnect est arrivée trop tard');
});

test('a state serves once, in the browser that left', async () => {
  const page = await open();
  await leave(page);
  let address;
  page.on('request', (request) => {
    if (request.url().includes('/franceconnect/retour?')) address = request.url();
  });
  await choose(page, 'jean-baptiste');
  assert.match(await ended(page), /est un succès/);
  const sent = (await inbox()).length;
  const asked = provider.seen['/token'];

  // The same address again, in the same browser and in another: nothing happens a second time.
  await page.goto(address);
  await page.waitForURL(/\/franceconnect\/suite$/);
  const other = await open();
  await other.goto(address);
  assert.equal(await ended(other), 'Cette identification n’est plus valable');
  await judge(other, 'perdu');

  // A state that never was, and none.
  for (const query of [`?code=x&state=${'a'.repeat(43)}`, '?code=x', '', '?error=access_denied']) {
    await other.goto(`${demo.base}/franceconnect/retour${query}`);
    assert.equal(await ended(other), 'Cette identification n’est plus valable', query);
  }

  // Somebody brings the answer of their own visit to the browser of another person: it is not that browser's.
  const attacker = await open();
  await leave(attacker);
  provider.faults = { keep: true };
  await choose(attacker, 'minh');
  await attacker.getByText('gardé').waitFor();
  provider.faults = {};
  const victim = await open();
  await leave(victim);
  await victim.goto(provider.kept);
  assert.equal(await ended(victim), 'Cette identification n’est plus valable');

  assert.equal((await inbox()).length, sent, 'no message beside the first');
  assert.equal(provider.seen['/token'], asked, 'and no code was redeemed');
  for (const one of [page, other, attacker, victim]) await one.context().close();
});

test('new keys of the provider are found', async () => {
  provider.rotate();
  const page = await open();
  assert.match(await visit(page, 'minh'), /est un succès/);
  assert.equal(provider.seen['/jwks'], 1, 'the keys were read again, once');
  await page.context().close();
});

test('a provider that fails or dawdles at any moment is said to be silent', async () => {
  const SILENT = 'FranceConnect ne répond pas';
  await falsified({ down: '/token' }, SILENT);
  await falsified({ down: '/userinfo' }, SILENT);
  await falsified({ slow: '/token' }, SILENT);
});

test('a provider with RS256 is believed where RS256 was registered, and only there', async () => {
  const { fc, portal } = await portalOf('RS256');
  try {
    const page = await open(portal, fc);
    assert.match(await visit(page, 'camille', portal), /est un succès/);
    assert.equal((await sentTo('camille@messagerie.example', portal)).length, 1);
    assert.equal(fc.seen.logout, 1);
    await page.context().close();
    // The same provider signs with another algorithm from now on: not what was registered.
    fc.algorithm = 'ES256';
    fc.rotate();
    const again = await open(portal, fc);
    assert.equal(await visit(again, 'camille', portal), NOT_BELIEVED);
    await again.context().close();
  } finally {
    portal.stop();
    await fc.stop();
  }
});

test('a provider that is down from the start leads nowhere, and the page says so', async () => {
  const issuer = `http://127.0.0.1:${await freePorts()}/api/v2`;
  const portal = await Demo.start();
  await portal.serveWith((text) => withProvider(text, { issuer, client_id: CLIENT, client_secret: SECRET }));
  try {
    const page = await openPage(browser, [portal.base]);
    await page.goto(`${portal.base}/mot-de-passe-oublie`);
    const [response] = await Promise.all([page.waitForNavigation(), page.getByRole('button', { name: 'S’identifier avec FranceConnect' }).click()]);
    assert.equal(response.status(), 503);
    assert.equal((await page.locator('main .notice__title').textContent()).trim(), 'FranceConnect ne répond pas');
    await new Crawler(page, portal.base, { name: 'franceconnect', pictures }).judge('/franceconnect/muet');
    await page.context().close();
  } finally {
    portal.stop();
  }
});

test('the stand-in of the demonstration says on its page that it is one, and leads back', async () => {
  const portal = await Demo.start();
  try {
    const page = await openPage(browser, [portal.base, `http://127.0.0.1:${portal.port + 2}`]);
    await leave(page, portal);
    assert.match(await page.locator('.banner').textContent(), /ce n’est pas FranceConnect/);
    await new Crawler(page, portal.base, { name: 'stand-in', pictures }).judge('/choix');
    await page.getByRole('button', { name: /Inès Belkacem/ }).click();
    assert.match(await ended(page), /est un succès/);
    assert.equal((await sentTo('ines.belkacem@messagerie.example', portal)).length, 1);
    await leave(page, portal);
    await page.getByRole('button', { name: /Claude Personne/ }).click();
    assert.equal(await ended(page), UNRECOGNISED);
    await page.context().close();
  } finally {
    portal.stop();
  }
});
