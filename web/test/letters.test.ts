/** Halves of letters, as a paste or a cut leaves them: a host that cannot read a frame counts it against the page. */

import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { extensionOf } from './extension-window';
import { chat } from './mock-chats.mjs';
import { becomes, stage } from './stage';
import { targets } from './targets.mjs';

const on = stage();
const half = /\\ud[89a-f]/i;

const paste = (field: Locator): Promise<void> =>
  field.evaluate((at) => {
    const area = at as HTMLTextAreaElement;
    area.value = 'a\ud83d b\ude00';
    area.dispatchEvent(new Event('input', { bubbles: true }));
  });
const lines = () => on.host.received.flatMap((frame) => (frame.type === 'chat' && frame.deed.kind === 'write' ? [frame.deed.text] : []));

it('looks for a colleague by whole letters of their name', async () => {
  const [bo] = targets();
  if (bo === undefined) throw new Error('no targets');
  const name = `Zoe ${'x'.repeat(95)}😀 and more`;
  on.host.targets = [{ ...bo, name }];
  const kim = await on.worker();
  await kim.aim(kim.page.locator('[data-button=dial]'));
  await kim.page.keyboard.type('Zoe');
  await kim.page.getByRole('option').first().waitFor();
  await kim.page.keyboard.press('ArrowDown');
  await kim.page.keyboard.press('Enter');
  await becomes(() => on.host.searched.some((frame) => frame.type === 'search' && frame.query.endsWith('x😀')), true);
  expect(JSON.stringify(on.host.searched)).not.toMatch(half);
  await kim.page.locator('[data-known=true]').waitFor();
});

it('sends a chat’s line in whole letters', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'chat', ...chat() });
  const field = kim.page.getByLabel('Your message');
  await paste(field);
  await field.press('Enter');
  await becomes(lines, ['a b']);
});

it('does so from the extension window, too', async () => {
  const kim = await extensionOf(on, 400, 600, false);
  on.host.tell({ type: 'chat', ...chat() });
  const field = kim.page.getByLabel('Your message');
  await field.waitFor();
  await paste(field);
  await field.press('Enter');
  await becomes(lines, ['a b']);
});
