// Every page, as each kind of person meets it: accessible in both themes, whole at every width, and its forms refuse emptiness clearly.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Crawler } from './crawl.mjs';
import { Demo } from './demo.mjs';
import { assertQuiet, openBrowser, openPage, writeAudit } from './page.mjs';
import { signIn, signInAsStaff } from './people.mjs';

const pictures = process.env.ISOLOIR_PICTURES;
let demo;
let browser;

before(async () => {
  if (pictures) mkdirSync(pictures, { recursive: true });
  demo = await Demo.start();
  browser = await openBrowser();
});

after(async () => {
  if (process.env.ISOLOIR_AUDIT) writeAudit(process.env.ISOLOIR_AUDIT, browser);
  await browser?.close();
  demo?.stop();
});

const open = () => openPage(browser, [demo.base, `http://127.0.0.1:${demo.port + 1}`]);

async function walk(name, starts, skip) {
  return async (enter) => {
    const page = await open();
    await enter?.(page);
    const crawler = new Crawler(page, demo.base, { name, pictures, skip });
    const pages = await crawler.walk(starts);
    const forms = await crawler.refuseEmptyForms();
    assert.deepEqual(crawler.problems, [], `${name}: ${crawler.seen.size} pages, ${forms.length} forms`);
    assertQuiet(page, [/401|403|404|409|422|429/]);
    await page.context().close();
    return { pages, forms };
  };
}

test('a visitor', async () => {
  const { pages, forms } = await (await walk('visitor', ['/', '/connexion', '/borne']))();
  for (const path of ['/', '/connexion', '/urne', '/resultats', '/aide', '/accessibilite', '/donnees-personnelles', '/mentions-legales', '/demonstration/salle-d-attente']) {
    assert.ok(pages.includes(path), `${path} is reached by links`);
  }
  assert.ok(forms.includes('/connexion'));
});

test('a voter', async () => {
  const enter = (page) => signIn(page, demo, demo.accounts()[0]);
  const { pages, forms } = await (await walk('voter', ['/'], (path) => path.startsWith('/demonstration')))(enter);
  for (const path of ['/mes-scrutins', '/mon-compte', '/mon-compte/informations', '/mon-compte/securite', '/mon-compte/mot-de-passe', '/reclamations', '/je-vote', '/reassort', '/reassort/defi']) assert.ok(pages.includes(path), `${path} is reached by links`);
  assert.ok(forms.includes('/reassort/defi'), 'an empty request is refused clearly');
});

/** What a first visit to `path` moves over the network, in bytes as sent. */
async function weight(page, path) {
  const client = await page.context().newCDPSession(page);
  await client.send('Network.enable');
  await client.send('Network.setCacheDisabled', { cacheDisabled: true });
  let bytes = 0;
  client.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.goto(demo.base + path, { waitUntil: 'networkidle' });
  return bytes;
}

for (const role of ['support', 'supervisor', 'organiser']) {
  test(`staff: ${role}`, async () => {
    const enter = (page) => signInAsStaff(page, demo, role);
    const { pages } = await (await walk(role, ['/gestion'], (path) => !path.startsWith('/gestion')))(enter);
    assert.ok(pages.includes('/gestion'));
  });
}

test('a member of the board', async () => {
  const enter = (page) => signInAsStaff(page, demo, 'board');
  const { pages } = await (await walk('board', ['/bureau'], (path) => !path.startsWith('/bureau')))(enter);
  assert.ok(pages.length > 1, `the board's own pages are reached from the list: ${pages}`);
});

test('a voter at a kiosk', async () => {
  const enter = async (page) => {
    await page.goto(`${demo.base}/borne`);
    await page.locator('main form button[type=submit]').first().click();
    await signIn(page, demo, demo.accounts()[1]);
  };
  const { pages } = await (await walk('kiosk', ['/', '/je-vote', '/mes-scrutins'], (path) => path.split('/').length > 2 || path.startsWith('/demonstration')))(enter);
  assert.ok(pages.includes('/je-vote'));
});

test('the home page weighs less than 150 kB and the booth less than 350 kB', async () => {
  const page = await open();
  await signIn(page, demo, demo.accounts()[0]);
  const [home, booth] = [await weight(page, '/'), await weight(page, '/je-vote')];
  console.log(`home ${home} bytes, booth ${booth} bytes`);
  assert.ok(home < 150_000, `home: ${home} bytes`);
  assert.ok(booth < 350_000, `booth: ${booth} bytes`);
  await page.context().close();
});

test('a page that is not there', async () => {
  const page = await open();
  const response = await page.goto(`${demo.base}/nulle-part`);
  assert.equal(response.status(), 404);
  await new Crawler(page, demo.base, { name: 'visitor', pictures }).judge('/nulle-part');
  await page.context().close();
});
