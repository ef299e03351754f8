/** One browser, one worker after the other: nobody hears, presses or reads by what the one before has set. */

import { expect, it } from 'vitest';
import { preview } from './mock-host.mjs';
import type { WorkerPage } from './page';
import { becomes, heard, stage } from './stage';

const on = stage();

const settings = async (of: WorkerPage) => of.page.getByRole('tab', { name: 'Alerts' }).click();
/** Somebody else has the seat, and the page is as it was left. */
const becomesWorker = async (page: WorkerPage, id: string) => {
  await page.signOut();
  on.host.picture.person = { id, name: id, language: 'en' };
  await page.signIn(id, 'right');
};

async function silence(kim: WorkerPage): Promise<void> {
  await kim.page.locator('[data-hint=check]').getByRole('button', { name: 'Not now' }).click();
  await kim.page.keyboard.press('?');
  await kim.page.locator('[data-hotkey=accept]').getByRole('button').click();
  await kim.page.keyboard.press('Alt+x');
  await kim.page.keyboard.press('Escape');
  await settings(kim);
  await kim.page.getByLabel('Volume').fill('0');
  for (const select of await kim.page.locator('.alerts .row select').all()) await select.selectOption('off');
}

it('has a worker who finds the usual keys, rings and is offered the check, and one who finds their own again', async () => {
  const page = await on.worker();
  await page.page.mouse.click(5, 5);
  await silence(page);
  await becomesWorker(page, 'robin');
  await page.page.locator('[data-hint=check]').waitFor();
  on.host.tell({ type: 'previewOffer', ...preview() });
  await page.preview().getByRole('button', { name: 'Silence' }).waitFor();
  await becomes(async () => (await page.sound()).playing, 1);
  await becomes(() => page.preview().getByRole('button', { name: 'Accept' }).locator('kbd').textContent(), 'Alt+A');
  await page.still(page.preview());
  await page.page.keyboard.press('Alt+x');
  await page.page.keyboard.press('Alt+a');
  await heard(on.host, { type: 'previewAnswer', id: 17, accept: true });
  await page.previewGone();

  await becomesWorker(page, 'kim');
  expect(await page.page.locator('[data-hint=check]').count()).toBe(0);
  on.host.tell({ type: 'previewOffer', ...preview({ id: 18 }) });
  await becomes(() => page.preview().getByRole('button', { name: 'Accept' }).locator('kbd').textContent(), 'Alt+X');
  expect(await page.preview().getByRole('button', { name: 'Silence' }).count()).toBe(0);
});

it('speaks to each in their language, and to nobody in that of the last one', async () => {
  const page = await on.worker();
  await settings(page);
  await page.page.getByLabel('Language').selectOption('de');
  await page.page.getByRole('button', { name: 'Abmelden' }).click();
  await page.page.getByRole('heading', { name: 'Anmelden' }).waitFor();
  await page.page.reload();
  await page.page.getByLabel('Benutzername').fill('robin');
  await page.page.getByLabel('Kennwort', { exact: true }).fill('right');
  on.host.picture.person = { id: 'robin', name: 'Robin', language: 'en' };
  await page.page.keyboard.press('Enter');
  await page.page.getByRole('button', { name: 'Sign out' }).waitFor();
  await page.settled();
  await becomes(() => on.host.query, '');
});

it('gives what an earlier version kept for all to the first worker who comes, and to nobody else', async () => {
  const page = await on.stranger();
  await page.page.evaluate(() => {
    localStorage.setItem('uc.volume', '35');
    localStorage.setItem('uc.language', 'fr');
    localStorage.setItem('uc.sound', 'nonsense');
  });
  await page.page.reload();
  await page.page.getByRole('heading', { name: 'Connexion' }).waitFor();
  await page.page.locator('[name=user]').fill('kim');
  await page.page.locator('[name=password]').fill('right');
  await page.page.keyboard.press('Enter');
  await page.page.getByRole('button', { name: 'Se déconnecter' }).waitFor();
  await page.page.locator('#tab-settings').click();
  await becomes(() => page.page.locator('input[type=range]').inputValue(), '35');
  await page.page.getByRole('button', { name: 'Se déconnecter' }).click();
  await page.page.locator('[name=user]').fill('robin');
  await page.page.locator('[name=password]').fill('right');
  on.host.picture.person = { id: 'robin', name: 'Robin', language: 'en' };
  await page.page.keyboard.press('Enter');
  await page.page.getByRole('button', { name: 'Sign out' }).waitFor();
  await settings(page);
  await becomes(() => page.page.locator('input[type=range]').inputValue(), '100');
  expect(await page.page.evaluate(() => Object.keys(localStorage).filter((key) => /^uc\.[^.]+$/.test(key)))).toEqual([]);
});
