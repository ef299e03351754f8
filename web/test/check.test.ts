import { expect, it } from 'vitest';
import { preview } from './mock-host.mjs';
import { becomes, stage } from './stage';

const on = stage(true);

it('is offered once, and looks at connection, sound and notifications', async () => {
  const kim = await on.worker({ permissions: ['notifications'] });
  const hint = kim.page.locator('[data-hint=check]');
  await hint.getByRole('button', { name: 'Check now' }).click();
  const check = kim.page.getByRole('dialog', { name: 'Can this page reach you?' });
  await check.getByText('Connected to the host.').waitFor();
  await check.getByText('Notifications are on').waitFor();
  await check.getByRole('button', { name: 'Test sound' }).click();
  await becomes(async () => (await kim.sound()).started, 1);
  await check.getByRole('button', { name: 'Yes' }).click();
  await check.getByText('Everything works: this page can reach you.').waitFor();
  await check.getByRole('button', { name: 'Close' }).click();
  await hint.waitFor({ state: 'detached' });

  await kim.page.reload();
  await kim.settled();
  expect(await hint.count()).toBe(0);
  await kim.page.getByRole('tab', { name: 'Alerts' }).click();
  await kim.page.getByRole('button', { name: 'Check now' }).click();
  await check.getByRole('button', { name: 'Test sound' }).click();
  await check.getByRole('button', { name: 'No', exact: true }).click();
  await check.getByText('Turn up the volume here').waitFor();
  expect(await check.getByText('Everything works').count()).toBe(0);
  // Once more, by keyboard: the focus is at the button.
  await kim.page.keyboard.press('Enter');
  await check.getByRole('button', { name: 'Yes' }).click();
  await check.getByText('Everything works: this page can reach you.').waitFor();
});

it('is the one hint of a first visit, in the place of the one on blocked sound, and none is left once the check was closed', async () => {
  const kim = await on.worker();
  await kim.page.addInitScript(() => {
    Object.defineProperty(Notification, 'permission', { get: () => 'default' });
  });
  await kim.page.reload();
  await kim.settled();
  const hints = kim.page.locator('[data-hint]');
  const shown = () => hints.evaluateAll((all) => all.map((hint) => hint.getAttribute('data-hint')));
  await becomes(shown, ['sound']);
  await kim.page.mouse.click(5, 5);
  await becomes(shown, ['check']);
  await hints.getByRole('button', { name: 'Check now' }).click();
  await kim.page.getByRole('dialog').getByRole('button', { name: 'Turn on notifications' }).waitFor();
  await kim.page.keyboard.press('Escape');
  await becomes(shown, []);
  await kim.page.reload();
  await kim.settled();
  await kim.page.mouse.click(5, 5);
  await becomes(shown, []);
});

it('says that the host is out of reach', async () => {
  const kim = await on.worker();
  await kim.page.locator('[data-hint=check]').getByRole('button', { name: 'Check now' }).click();
  on.host.down = true;
  on.host.drop();
  await kim.page.getByRole('dialog').getByText('The connection to the host is lost.').waitFor();
});

it('is offered again where a preview has closed it', async () => {
  const kim = await on.worker();
  const hint = kim.page.locator('[data-hint=check]');
  await hint.getByRole('button', { name: 'Check now' }).click();
  const check = kim.page.getByRole('dialog', { name: 'Can this page reach you?' });
  await check.waitFor();
  on.host.tell({ type: 'previewOffer', ...preview() });
  await kim.preview().waitFor();
  await check.waitFor({ state: 'hidden' });
  on.host.tell({ type: 'previewEnd', id: 17, end: 'cancelled', text: '' });
  await kim.previewGone();
  await hint.waitFor();
});
