// What people do the same way in several tests.

/** Signs a voter in by the form. */
export async function signIn(page, demo, { email, password }) {
  await page.goto(`${demo.base}/connexion`);
  await page.getByRole('textbox', { name: /courriel|adresse/i }).fill(email);
  await page.getByLabel(/mot de passe/i).first().fill(password);
  await page.locator('main button[type=submit]:visible').first().click();
  await page.locator('.session').waitFor();
}

/** Types the voting code and sends it. */
export async function enterCode(page, code) {
  await page.locator('main[data-ready="true"]').waitFor();
  await page.locator('#code').fill(code);
  await step(page, 'code').locator('button[type=submit]').click();
}

/** The booth's step of that name, when it is the one shown. */
export const step = (page, name) => page.locator(`section[data-step="${name}"]:not([hidden])`);
