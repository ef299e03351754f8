/** Input methods: Safari tells of the Enter that ends what was composed when all is over, by its number alone. */

import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { chat } from './mock-chats.mjs';
import { call } from './mock-host.mjs';
import { stage } from './stage';
import { targets } from './targets.mjs';

const on = stage();
/** Presses a key as Safari tells of it. Returns whether it would do what Enter does in a form. */
const pressed = (field: Locator, key: string): Promise<boolean> =>
  field.evaluate((at, key) => at.dispatchEvent(new KeyboardEvent('keydown', { key, keyCode: 229, bubbles: true, cancelable: true })), key);

it('sends no line of a chat', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'chat', ...chat() });
  const field = kim.page.getByLabel('Your message');
  await field.fill('abc');
  await pressed(field, 'Enter');
  expect(await field.inputValue()).toBe('abc');
  expect(on.host.received.filter((frame) => frame.type === 'chat' && frame.deed.kind === 'write')).toEqual([]);
  await field.press('Enter');
  expect(await field.inputValue()).toBe('');
});

it('neither chooses, closes nor calls where somebody looks for whom to call', async () => {
  on.host.targets = targets();
  const kim = await on.worker();
  await kim.aim(kim.page.locator('[data-button=dial]'));
  const field = kim.page.getByRole('combobox', { name: /number/i });
  await field.pressSequentially('Bo');
  await kim.page.getByRole('option').first().waitFor();
  await field.press('ArrowDown');
  for (const key of ['Enter', 'Escape', 'ArrowDown']) await pressed(field, key);
  expect(await field.getAttribute('aria-expanded')).toBe('true');
  expect(await kim.page.getByRole('option', { selected: true }).count()).toBe(1);
  expect(await kim.page.locator('[data-chosen]').count()).toBe(0);
  // A second Escape would close the form.
  await field.press('Escape');
  await pressed(field, 'Escape');
  expect(await field.count()).toBe(1);
});

it('gives up no data and sends no form', async () => {
  on.host.picture.redirect = { number: '', on: false, locked: false };
  const kim = await on.worker();
  on.host.tell({ type: 'call', ...call({ data: [{ key: 'Order', value: '4711', edit: true }] }) });
  await kim.aim(kim.call().getByRole('button', { name: /Change|Edit/ }).first());
  const field = kim.call().locator('.data-edit input');
  await field.fill('4712');
  await pressed(field, 'Escape');
  expect(await pressed(field, 'Enter')).toBe(false);
  expect(await field.inputValue()).toBe('4712');
  expect(await pressed(kim.page.getByLabel('Outside number'), 'Enter')).toBe(false);
});
