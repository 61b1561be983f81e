// What people do the same way in several tests.
import { createHmac } from 'node:crypto';

/** Signs a voter in by the form. */
export async function signIn(page, demo, { email, password }) {
  await page.goto(`${demo.base}/connexion`);
  await page.getByRole('textbox', { name: /courriel|adresse/i }).fill(email);
  await page.getByLabel(/mot de passe/i).first().fill(password);
  await page.locator('main button[type=submit]:visible').first().click();
  await page.locator('.session').waitFor();
}

/** Signs a member of the staff in, with the code that the demonstration shows at this moment. */
export async function signInAsStaff(page, demo, role) {
  await signInAsMember(page, demo, demo.staff().find((member) => member.role.split(',').includes(role)));
}

/** Signs this member of the staff in. */
export async function signInAsMember(page, demo, { email, password, secret }) {
  await page.goto(`${demo.base}/gestion/connexion`);
  const fields = page.locator('main form input:not([type=hidden])');
  await fields.nth(0).fill(email);
  await fields.nth(1).fill(password);
  await fields.nth(2).fill(totp(secret));
  await page.locator('main form button[type=submit]').last().click();
  await page.waitForURL(/\/gestion$/);
}

/** The one-time code of RFC 6238 for a base 32 secret, now. */
function totp(secret) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replace(/=+$/, '')].map((symbol) => alphabet.indexOf(symbol).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac('sha1', key).update(step).digest();
  const at = digest[19] & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** Types the voting code and sends it. */
export async function enterCode(page, code) {
  await page.locator('main[data-ready="true"]').waitFor();
  await page.locator('#code').fill(code);
  await step(page, 'code').locator('button[type=submit]').click();
}

/** The booth's step of that name, when it is the one shown. */
export const step = (page, name) => page.locator(`section[data-step="${name}"]:not([hidden])`);
