// What people do the same way in several tests.

/** Signs a voter in by the form, with the mouse. */
export async function signIn(page, demo, { email, password }) {
  await page.goto(`${demo.base}/connexion`);
  await page.getByRole('textbox', { name: /courriel|adresse/i }).fill(email);
  await page.getByLabel(/mot de passe/i).first().fill(password);
  await page.locator('main button[type=submit]:visible').first().click();
  await page.locator('.session').waitFor();
}
