// Walks a portal as one person: every page a link leads to, once for each kind of address, and every form sent empty.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { assertAccessible, audit } from './page.mjs';

/** The widths of a phone, a tablet, a screen, and a screen of 1280 px at 200 % zoom. */
const WIDTHS = [360, 768, 1280, 640];

/** Never followed: downloads, sign-out, and what a person must ask for on purpose. */
const NOT_PAGES = /\.(bel|sidecar|pdf|csv|json|png|webp|jpg|wav)(\?|$)|^\/(assets|api|fichiers)\//;

/** The kind of an address: identifiers and tokens are alike. */
export const kind = (path) =>
  path
    .split('?')[0]
    .split('/')
    .map((part) => (/[0-9A-Z]/.test(part) ? '*' : part))
    .join('/');

export class Crawler {
  /** `skip` says which addresses this walk leaves out. */
  constructor(page, base, { name, pictures, skip = () => false }) {
    Object.assign(this, { page, base, name, pictures, skip });
    this.seen = new Map();
    this.problems = [];
  }

  /** Notes what is wrong with a page and goes on, so that one run tells everything. */
  async #note(check) {
    try {
      await check();
    } catch (error) {
      this.problems.push(error.message);
    }
  }

  /** Visits everything that can be reached from `starts`. */
  async walk(starts) {
    const queue = [...starts];
    while (queue.length > 0) {
      const path = queue.shift();
      if (this.seen.has(kind(path)) || NOT_PAGES.test(path) || this.skip(path)) continue;
      this.seen.set(kind(path), path);
      const response = await this.page.goto(this.base + path);
      await this.#note(() => assert.equal(response.status(), 200, `${this.name}: ${path}`));
      if (!(response.headers()['content-type'] ?? '').startsWith('text/html')) continue;
      await this.#note(() => this.judge(path));
      queue.push(...(await this.links()));
    }
    return [...this.seen.values()];
  }

  async links() {
    const hrefs = await this.page.locator('a[href]:not([download])').evaluateAll((links) => links.map((a) => a.href));
    return hrefs
      .map((href) => new URL(href))
      .filter((url) => url.origin === this.base && !url.searchParams.has('lang'))
      .map((url) => url.pathname + url.search);
  }

  /** One page: rules of accessibility in both themes, no sideways scroll at any width, one h1, a title of its own. */
  async judge(where) {
    const { page } = this;
    const label = `${this.name} ${where}`;
    await booted(page);
    audit.pages.add(kind(where));
    assert.equal(await page.locator('h1').filter({ visible: true }).count(), 1, `${label} has one visible h1`);
    const title = await page.title();
    assert.ok(title.includes(' – ') && title.length > 8, `${label} has a title of its own: ${title}`);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${label} scrolls sideways at ${width} px (${wide} px too wide)`);
      if (this.pictures && width !== 640) await page.screenshot({ path: this.#picture(where, `${width}-light`), fullPage: true });
      if (width === 360) await assertAccessible(page, `${label} at 360 px, light`);
      if (width === 1280) await this.#dark(where, label);
    }
  }

  async #dark(where, label) {
    await this.page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await assertAccessible(this.page, `${label} at 1280 px, dark`);
    if (this.pictures) await this.page.screenshot({ path: this.#picture(where, '1280-dark'), fullPage: true });
    await this.page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  }

  #picture(where, state) {
    const name = `${this.name}${kind(where)}`.replaceAll('/', '_').replaceAll('*', 'x') || 'home';
    return join(this.pictures, `${name}-${state}.png`);
  }

  /**
   * Every form that writes, sent empty: refused, told at the top with links to the fields, told again at each field. A form that
   * is complete as it stands (a button and nothing to fill in) is none of this test's business.
   */
  async refuseEmptyForms() {
    const tried = [];
    for (const path of this.seen.values()) {
      await this.page.goto(this.base + path);
      const forms = await this.page.locator('main form[method="post"]').evaluateAll((all) =>
        all.map((form, index) => ({
          index,
          action: form.getAttribute('action') ?? '',
          blank: [...form.elements].some((field) => field.required && !field.value && field.type !== 'hidden'),
        })),
      );
      for (const form of forms.filter(({ blank }) => blank)) {
        if (tried.includes(kind(form.action))) continue;
        tried.push(kind(form.action));
        await this.#note(() => this.#sendEmpty(path, form));
      }
    }
    return tried;
  }

  async #sendEmpty(path, { index, action }) {
    const { page } = this;
    await page.goto(this.base + path);
    const form = page.locator('main form[method="post"]').nth(index);
    await form.evaluate((element) => {
      element.noValidate = true;
      element.closest('details')?.setAttribute('open', '');
    });
    const [response] = await Promise.all([page.waitForNavigation(), form.locator('button:not([formaction])').last().click()]);
    const label = `${this.name} ${action} sent empty`;
    assert.equal(response.status(), 422, label);
    await this.judge(`${action}-vide`);
    const summary = page.locator('main .notice--error').first();
    const targets = await summary.locator('a[href*="#"]').evaluateAll((links) => links.map((a) => a.hash.slice(1)));
    assert.ok(targets.length > 0, `${label}: the summary links to the fields`);
    for (const id of targets) {
      const described = await page.locator(`[id="${id}"]`).evaluate((field) => {
        // A group of choices says it by its description; one field also by its state.
        const said = document.getElementById((field.getAttribute('aria-describedby') ?? '').split(' ').pop())?.textContent.trim();
        return Boolean(said) && (field.matches('fieldset') || field.getAttribute('aria-invalid') === 'true');
      });
      assert.ok(described, `${label}: #${id} says what is wrong with it`);
    }
  }
}

/** The booth is judged once its script has drawn the step. */
async function booted(page) {
  if ((await page.locator('main[data-booth]').count()) > 0) await page.locator('main[data-ready="true"]').waitFor();
}
