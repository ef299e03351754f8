/** Whoever closes or reloads the page with something typed is asked whether they mean it, and nobody else is. */

import { expect, it } from 'vitest';
import { chat, line } from './mock-chats.mjs';
import { call } from './mock-host.mjs';
import { outcome } from './mock-outcomes.mjs';
import type { WorkerPage } from './page';
import { becomes, stage } from './stage';

const on = stage();

/** Whether the browser asks when the page is closed. */
async function asks(kim: WorkerPage): Promise<boolean> {
  // Without an input before, no browser asks.
  await kim.page.mouse.click(2, 2);
  let asked: boolean | undefined;
  kim.page.once('dialog', (dialog) => {
    asked = dialog.type() === 'beforeunload';
    void dialog.dismiss();
  });
  kim.page.once('close', () => { asked ??= false; });
  await kim.page.close({ runBeforeUnload: true });
  await becomes(() => asked !== undefined, true);
  return asked === true;
}

const edited = { key: 'Order', value: '4711', edit: true };
const typings: readonly (readonly [string, (kim: WorkerPage) => Promise<unknown>, boolean])[] = [
  ['nothing', () => Promise.resolve(), false],
  ['a line of a chat', (kim) => kim.page.getByLabel('Your message').fill('I look for it'), true],
  ['blanks in a chat', (kim) => kim.page.getByLabel('Your message').fill('  '), false],
  ['an outcome', (kim) => kim.page.locator('[data-about=call]').getByLabel('Note').fill('Sold one'), true],
  ['a note for a colleague', async (kim) => {
    await kim.aim(kim.call().getByRole('button', { name: 'Transfer', exact: true }));
    await kim.call().getByLabel('Note').fill('Waits since Monday');
  }, true],
  ['a number alone', async (kim) => {
    await kim.aim(kim.call().getByRole('button', { name: 'Transfer', exact: true }));
    await kim.call().getByLabel('Transfer to number').fill('7099');
  }, false],
  ['business data', async (kim) => {
    await kim.aim(kim.call().getByRole('button', { name: 'Change Order' }));
    await kim.call().getByRole('textbox', { name: 'Order' }).fill('4712');
  }, true],
  ['business data that is as before', (kim) => kim.aim(kim.call().getByRole('button', { name: 'Change Order' })), false],
];

it.each(typings)('%s', async (_, typed, asked) => {
  on.host.picture.outcomes = [outcome({ connId: '00000000000000aa' })];
  const kim = await on.worker();
  on.host.tell({ type: 'call', ...call({ buttons: ['release', 'transfer'], data: [edited] }) });
  on.host.says(chat(), [line(1)]);
  await kim.page.getByLabel('Your message').waitFor();
  await typed(kim);
  expect(await asks(kim)).toBe(asked);
});
