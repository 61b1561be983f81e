// Takes the pictures of the illustrated guides from the demonstration, with a phone's screen: `./run tutorials`.
import { rmSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Demo, root } from './demo.mjs';
import { openBrowser, openPage } from './page.mjs';
import { enterCode, signIn, step } from './people.mjs';

const ASSETS = join(root, 'crates/theme/assets');
const SCREEN = { width: 420, height: 600 };
const DENSITY = 1.6;

const demo = await Demo.start();
const browser = await openBrowser();
const page = await openPage(browser, [demo.base, `http://127.0.0.1:${demo.port + 1}`], { viewport: SCREEN, deviceScaleFactor: DENSITY });
const client = await page.context().newCDPSession(page);
const sizes = {};

for (const name of readdirSync(ASSETS).filter((file) => /^tutoriel-.*\.webp$/.test(file))) rmSync(join(ASSETS, name));

/** The screen as it stands, from `top` on. What marks a demonstration is no part of what voters will see. */
async function take(name, top = 'h1') {
  await page.evaluate((selector) => {
    for (const banner of document.querySelectorAll('.demo')) banner.remove();
    const place = [...document.querySelectorAll(selector)].find((element) => element.getClientRects().length > 0);
    scrollTo({ top: place === undefined ? 0 : place.getBoundingClientRect().top + scrollY - 24, behavior: 'instant' });
    document.activeElement?.blur();
  }, top);
  const { data } = await client.send('Page.captureScreenshot', { format: 'webp', quality: 70, captureBeyondViewport: false });
  writeFileSync(join(ASSETS, `tutoriel-${name}.webp`), Buffer.from(data, 'base64'));
  sizes[name] = { width: Math.round(SCREEN.width * DENSITY), height: Math.round(SCREEN.height * DENSITY) };
  console.log(`  ${name}`);
}

const visit = (path) => page.goto(demo.base + path);
const PASSWORD = 'Brume-d-avril-47';

async function account() {
  await visit('/demonstration/boite');
  const mail = page.locator('a[href*="/activation/"]').first();
  await mail.evaluate((link) => link.closest('article, li, .panel').setAttribute('data-pictured', ''));
  await take('mail', '[data-pictured]');
  const link = await mail.getAttribute('href');
  await page.goto(new URL(link, demo.base).href);
  await page.locator('input[type=password]').first().pressSequentially('Brume-d-avril');
  await take('password');
  for (const field of await page.locator('input[type=password]').all()) await field.fill(PASSWORD);
  await page.locator('main form button[type=submit]').last().click();
  await page.locator('main select').waitFor();
  await take('question');
  await visit('/connexion');
  await page.getByRole('textbox', { name: /courriel|adresse/i }).fill(voter().email);
  await take('sign-in');
  await signIn(page, demo, voter());
  await visit('/');
  await take('home');
  await visit('/mon-compte');
  await take('account');
}

const voter = () => demo.accounts()[0];

async function vote() {
  await visit('/');
  await take('begin', '.booth');
  await visit('/je-vote');
  await page.locator('main[data-ready="true"]').waitFor();
  await page.locator('#code').pressSequentially(voter().code.slice(0, 12));
  await take('code');
  await mistake();
  await enterCode(page, voter().code);
  await step(page, 'elections').waitFor();
  await take('elections');
  await page.locator('button[data-open-election]').first().click();
  await step(page, 'choice').waitFor();
  await step(page, 'choice').locator('input[type=radio][value="0"]').check({ force: true });
  await take('choice', 'section:not([hidden]) fieldset, section:not([hidden]) h1');
  await step(page, 'choice').locator('button[type=submit]').click();
  await page.locator('button[data-action="cast"]:enabled').waitFor();
  await take('check', 'section:not([hidden]) h1');
  await page.locator('button[data-action="cast"]:visible').click();
  await step(page, 'receipt').waitFor({ timeout: 20_000 });
  const tracker = (await page.locator('[data-receipt-tracker]').first().textContent()).replace(/\s/g, '');
  const election = await step(page, 'receipt').getAttribute('data-for');
  await take('receipt', 'section:not([hidden]) h1');
  await visit('/urne');
  const box = election ?? (await page.locator('a[href^="/urne/"]').first().getAttribute('href')).split('/')[2];
  await visit(`/urne/${box}?suivi=${encodeURIComponent(tracker)}`);
  await take('box', '.notice, h1');
}

async function mistake() {
  const code = voter().code;
  await enterCode(page, `${code.slice(0, -1)}${code.endsWith('2') ? '3' : '2'}`);
  await page.locator('#code-error:visible').waitFor();
  await take('mistake');
}

async function reissue() {
  const registrar = `http://127.0.0.1:${demo.port + 1}`;
  await visit('/reassort');
  await take('path');
  await visit('/reassort/defi');
  await page.locator('#reponse').fill('Deux-chevaux');
  await page.locator('#identifiant').fill(demo.printed.match(/NUMEN (\S+)/)[1]);
  await page.locator('input[name=canal][value=sms]').check();
  await page.locator('#telephone').fill('06 12 34 56 78');
  await take('challenge', '.question');
  await page.locator('main form button[type=submit]').last().click();
  await page.waitForURL(/suivi$/);
  await take('sent');
  const inbox = await (await fetch(`${registrar}/demonstration/boite`)).text();
  await page.goto(inbox.match(new RegExp(`${registrar}/reassort/[\\w-]{22}`))[0]);
  await take('link');
  await page.getByRole('button', { name: /régénérer mon code de vote/i }).click();
  await page.locator('.code-show').waitFor();
  await take('new-code', '.code-show');
}

async function assistance() {
  await visit('/assistance');
  await page.locator('main form select').first().selectOption({ index: 3 });
  await page.locator('main form textarea').first().fill('Je n’ai pas reçu ma notice de vote. Comment obtenir un nouveau code ?');
  await take('lost');
  await page.locator('main form:has(textarea) button[type=submit]').last().click();
  await page.locator('.notice--success, main .ticket, main article').first().waitFor();
  await take('ticket');
}

try {
  await account();
  await vote();
  await reissue();
  await assistance();
  writeFileSync(join(root, 'crates/portal/tutorials.json'), `${JSON.stringify(sizes, null, 2)}\n`);
} finally {
  await browser.close();
  demo.stop();
}
