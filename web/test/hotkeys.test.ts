/** The keys are the worker's: shown where they act, changed in the sheet, refused where they would not do. */

import { expect, it } from 'vitest';
import { hotkeys, preview } from './mock-host.mjs';
import type { WorkerPage } from './page';
import { becomes, heard, stage } from './stage';

const on = stage();
const sheet = async (kim: WorkerPage) => {
  await kim.page.keyboard.press('?');
  await kim.page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
};
const change = (kim: WorkerPage, action: string) => kim.page.locator(`[data-hotkey=${action}]`).getByRole('button');
const shown = (kim: WorkerPage, action: string) => becomesText(kim, `[data-hotkey=${action}] kbd`);
const becomesText = (kim: WorkerPage, selector: string) => async (text: string) => becomes(() => kim.page.locator(selector).first().textContent(), text);

it('are changed by keyboard alone, shown on the buttons, and kept over a reload', async () => {
  const kim = await on.worker();
  await sheet(kim);
  await change(kim, 'accept').focus();
  await kim.page.keyboard.press('Enter');
  await kim.page.getByText('Press the new keys').waitFor();
  await kim.page.keyboard.press('Alt+y');
  await kim.page.getByText('New keys: Alt+Y').waitFor();
  await shown(kim, 'accept')('Alt+Y');
  await kim.page.keyboard.press('Escape');
  await kim.page.reload();
  await kim.settled();
  on.host.tell({ type: 'previewOffer', ...preview() });
  const accept = kim.preview().getByRole('button', { name: 'Accept' });
  await becomes(() => accept.locator('kbd').textContent(), 'Alt+Y');
  await becomes(() => accept.getAttribute('aria-keyshortcuts'), 'Alt+Y');
  await kim.still(kim.preview());
  await kim.page.keyboard.press('Alt+a');
  await kim.page.keyboard.press('Alt+y');
  await heard(on.host, { type: 'previewAnswer', id: 17, accept: true });
});

it('that another action has, that the browser keeps, or that would act while somebody writes are refused in a sentence', async () => {
  const kim = await on.worker();
  await sheet(kim);
  await change(kim, 'silence').click();
  for (const [keys, sentence] of [
    ['Alt+d', 'Alt+D is taken already: Decline'],
    ['F6', 'The browser keeps F6'],
    ['x', 'Take Alt with a letter'],
  ] as const) {
    await kim.page.keyboard.press(keys);
    await kim.page.getByRole('alert').filter({ hasText: sentence }).waitFor();
  }
  await shown(kim, 'silence')('Alt+M');
  // The old keys stay, and the sheet does.
  await kim.page.keyboard.press('Escape');
  await kim.page.getByText('Press the new keys').waitFor({ state: 'detached' });
  await kim.page.getByRole('dialog').waitFor();
});

it('go back to the site’s', async () => {
  on.host.hotkeys = { ...hotkeys, accept: 'Alt+J', state: 'F8' };
  const kim = await on.worker();
  await kim.page.keyboard.press('F8');
  await kim.page.getByRole('menu').waitFor();
  await kim.page.keyboard.press('Escape');
  await sheet(kim);
  await shown(kim, 'accept')('Alt+J');
  expect(await kim.page.getByRole('button', { name: 'Back to the site’s keys' }).count()).toBe(0);
  await change(kim, 'accept').click();
  await kim.page.keyboard.press('Control+Alt+Shift+7');
  await shown(kim, 'accept')('Ctrl+Alt+Shift+7');
  await kim.page.getByRole('button', { name: 'Back to the site’s keys' }).click();
  await shown(kim, 'accept')('Alt+J');
});

it('are those of every tab at once, and no keys are shown when they are switched off', async () => {
  const kim = await on.worker();
  const second = await on.tabOf(kim);
  await second.settled();
  await sheet(second);
  await change(second, 'state').click();
  await second.page.keyboard.press('F9');
  await becomes(() => kim.page.locator('#state kbd').textContent(), 'F9');
  // A tab behind another draws once a second.
  await kim.page.bringToFront();
  await kim.page.getByRole('tab', { name: 'Alerts' }).click();
  await kim.page.getByRole('switch', { name: 'Use keyboard shortcuts' }).click();
  await kim.page.locator('#state kbd').waitFor({ state: 'detached' });
  expect(await kim.page.locator('#state').getAttribute('aria-keyshortcuts')).toBeNull();
});
