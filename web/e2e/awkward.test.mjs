// What people do to a portal without meaning harm: two tabs, Back after a vote, a double press, a device set to another place and hour.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Demo } from './demo.mjs';
import { openBrowser, openPage } from './page.mjs';
import { enterCode, signIn, step } from './people.mjs';

let demo;
let browser;

before(async () => {
  demo = await Demo.start();
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  demo?.stop();
});

const open = (options) => openPage(browser, [demo.base, `http://127.0.0.1:${demo.port + 1}`], options);

/** The countdown card as read by a person: its words without the numbers that change while one looks, and the minutes left by those numbers (NaN once the vote is over). */
async function card(page) {
  const words = (await page.locator('.countdown-card').innerText()).replace(/\d+(?=\s+(Jour|Heure|Minute)\(s\))/gi, 'N');
  const numbers = await page.locator('.countdown-card [data-n]').allInnerTexts();
  const [days, hours, minutes] = numbers.map(Number);
  return { words, left: (days * 24 + hours) * 60 + minutes };
}

/** One zone for each offset from UTC that a browser knows, and those of the voters overseas. */
function zones() {
  const byOffset = new Map();
  for (const zone of Intl.supportedValuesOf('timeZone')) {
    const offset = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts().find(({ type }) => type === 'timeZoneName').value;
    byOffset.set(offset, zone);
  }
  return new Set(['Europe/Paris', ...byOffset.values(), 'Indian/Reunion', 'Pacific/Noumea', 'Pacific/Tahiti', 'America/Miquelon', 'America/Cayenne']);
}

/** The card from every zone: to the letter the sentence of the seed, under `title`, and the same everywhere, but for the minutes that pass meanwhile. */
async function assertSameEverywhere(title) {
  const cards = [];
  const began = performance.now();
  const page = await open();
  const device = await page.context().newCDPSession(page);
  for (const timezoneId of zones()) {
    await device.send('Emulation.setTimezoneOverride', { timezoneId });
    await page.goto(demo.base);
    assert.equal(await page.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone), timezoneId);
    cards.push(await card(page));
  }
  await page.context().close();
  const passed = Math.ceil((performance.now() - began) / 60_000);
  assert.ok(cards.length > 25, `${cards.length} zones`);
  const words = cards.map((each) => each.words);
  assert.match(words[0], title);
  const day = '\\p{Lu}?\\p{Ll}+ \\d\\d \\p{Ll}+ \\d{4} à \\d\\dh\\d\\d';
  assert.match(words[0].replace(/\s+/g, ' '), new RegExp(`Ouvert du ${day} au ${day} \\(Heure de Paris\\)`, 'u'));
  assert.equal(new Set(words).size, 1, words.join('\n---\n'));
  return { left: cards.map((each) => each.left), passed };
}

test('the countdown and the opening sentence are the same from every zone', async () => {
  const { left, passed } = await assertSameEverywhere(/^Fermeture du vote dans/);
  for (const minutes of left) assert.ok(minutes <= left[0] && minutes >= left[0] - passed, `${left}: ${passed} minutes passed`);
});

test('a device whose clock is a day ahead reads the same countdown', async () => {
  const right = await open();
  await right.goto(demo.base);
  const wrong = await open();
  await wrong.clock.install({ time: Date.now() + 86_400_000 });
  await wrong.goto(demo.base);
  await wrong.clock.runFor(30_000);
  const [there, here] = [await card(wrong), await card(right)];
  assert.equal(there.words, here.words);
  assert.ok(Math.abs(there.left - here.left) <= 1, `${there.left} and ${here.left} minutes`);
  await Promise.all([right.context().close(), wrong.context().close()]);
});

test('the countdown goes on while the page stays open', async () => {
  const page = await open();
  await page.clock.install();
  await page.goto(demo.base);
  // From here on only this test makes time pass, a whole number of the script's rounds at a time.
  await page.clock.pauseAt(Date.now() + 60_000);
  await page.clock.runFor(10_000);
  const { left } = await card(page);
  await page.clock.runFor(5 * 60_000);
  assert.equal(left - (await card(page)).left, 5);
  await page.context().close();
});

test('Back after a vote shows no ballot, and a second tab knows of the vote', async () => {
  const voter = demo.accounts().find((account) => account.password !== 'to') ?? demo.accounts()[0];
  const page = await open();
  await signIn(page, demo, voter);
  await page.goto(`${demo.base}/je-vote`);
  await enterCode(page, voter.code);
  await step(page, 'elections').waitFor();

  // A second tab of the same session, with the same ballot open.
  const second = await page.context().newPage();
  await second.goto(`${demo.base}/je-vote`);
  await enterCode(second, voter.code);
  await step(second, 'elections').waitFor();
  const election = await page.locator('button[data-open-election]').first().getAttribute('data-open-election');
  for (const tab of [page, second]) {
    await tab.locator(`button[data-open-election="${election}"]`).click();
    const ballot = tab.locator(`section[data-step="choice"][data-for="${election}"]`);
    await ballot.locator('input[type=radio][value="0"]').check({ force: true });
    await ballot.locator('button[type=submit]').click();
    await tab.locator('button[data-action="cast"]:enabled').waitFor();
  }
  await page.locator('button[data-action="cast"]:visible').click();
  await step(page, 'receipt').waitFor({ timeout: 20_000 });

  await second.locator('button[data-action="cast"]:visible').click();
  await second.locator('.notice:visible, section[data-step="receipt"]:not([hidden]), section[data-step="interrupted"]:not([hidden])').first().waitFor();
  assert.equal(await step(second, 'receipt').count(), 0, 'the second tab holds another ballot: it gets no receipt');

  await page.goBack();
  assert.equal(await step(page, 'choice').count(), 0, 'Back shows no ballot');
  assert.equal(await step(page, 'confirm').count(), 0);
  await page.goto(`${demo.base}/je-vote`);
  assert.equal(await page.locator(`section[data-for="${election}"] input[type=radio]`).count(), 0, 'nor does the page asked for again');
  await page.context().close();
});

test('sign-out in one tab ends the other, and Back shows nothing of it', async () => {
  const voter = demo.accounts()[1];
  const page = await open();
  await signIn(page, demo, voter);
  const second = await page.context().newPage();
  await second.goto(`${demo.base}/mon-compte`);
  await second.locator('.session form[action="/deconnexion"] button').first().click();
  await second.waitForURL(/connexion/);
  await page.goto(`${demo.base}/mes-scrutins`);
  assert.match(page.url(), /connexion\?motif=/, 'the other tab is asked to sign in');
  await second.goBack();
  assert.doesNotMatch(await second.locator('body').innerText(), new RegExp(voter.email), 'Back shows no personal page');
  await page.context().close();
});

test('a form pressed twice is sent once', async () => {
  const voter = demo.accounts()[2];
  const page = await open();
  let sent = 0;
  page.on('request', (request) => (sent += request.method() === 'POST' && request.url().endsWith('/connexion') ? 1 : 0));
  await page.goto(`${demo.base}/connexion`);
  await page.locator('main form input:not([type=hidden])').nth(0).fill(voter.email);
  await page.locator('main form input[type=password]').fill(voter.password);
  await page.locator('main form button[type=submit]').first().dblclick();
  await page.locator('.session').waitFor();
  assert.equal(sent, 1);
  await page.context().close();
});

test('once the vote is over, the sentence is the same from every zone', async () => {
  const close = demo.commands().find(([name]) => name === 'close');
  const { status, output } = demo.run('isoloir', close);
  assert.equal(status, 0, output);
  const { left } = await assertSameEverywhere(/^Vote clos/);
  assert.ok(left.every(Number.isNaN), `nothing counts down: ${left}`);
});
