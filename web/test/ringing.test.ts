/** A call that rings without a preview rings as a preview does; one that was accepted does not ring again. */

import { expect, it } from 'vitest';
import { chat } from './mock-chats.mjs';
import { call, preview } from './mock-host.mjs';
import type { WorkerPage } from './page';
import { becomes, stage } from './stage';

const on = stage();
const rings = (page: WorkerPage, count: number) => becomes(async () => (await page.sound()).playing, count);
const ringing = (change: Parameters<typeof call>[0] = {}) => {
  on.host.tell({ type: 'call', ...call({ state: 'ringing', buttons: ['answer'], ...change }) });
};

it('rings, says so in the title, and stops when it is answered', async () => {
  const kim = await on.worker();
  ringing();
  await rings(kim, 1);
  await becomes(() => kim.page.title(), '(1) UC Connector');
  on.host.tell({ type: 'call', ...call() });
  await rings(kim, 0);
  await becomes(() => kim.page.title(), 'UC Connector');
});

it('can be silenced on its card', async () => {
  const kim = await on.worker();
  ringing();
  await rings(kim, 1);
  await kim.call().getByRole('button', { name: 'Silence' }).click();
  await rings(kim, 0);
  ringing({ connId: '00000000000000aa' });
  await rings(kim, 1);
});

it('does not ring again for what the worker accepted', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'previewOffer', ...preview({ connId: '00000000000000bb' }) });
  await rings(kim, 1);
  await kim.accept();
  await rings(kim, 0);
  const { started } = await kim.sound();
  ringing({ connId: '00000000000000bb' });
  await kim.callIs('ringing');
  await becomes(() => kim.page.title(), 'UC Connector');
  expect((await kim.sound()).started).toBe(started);
});

it('is silent in every tab when it is silenced in one', async () => {
  const kim = await on.worker();
  const second = await on.tabOf(kim);
  await second.settled();
  ringing();
  await rings(kim, 1);
  await second.call().getByRole('button', { name: 'Silence' }).click();
  await rings(kim, 0);
  await kim.call().getByRole('button', { name: 'Silence' }).waitFor({ state: 'detached' });
});

it('is not hidden by a dialog, in which the page goes on to speak', async () => {
  const kim = await on.worker();
  await kim.page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
  const sheet = kim.page.getByRole('dialog');
  await sheet.waitFor();
  on.host.tell({ type: 'chat', ...chat() });
  on.host.tell({ type: 'problem', code: 'call-refused', why: 'call-refused', words: 'The switch refused it.' });
  await becomes(() => sheet.locator('[aria-live=assertive] p').allTextContents(), [expect.stringContaining('The switch refused it.')]);
  await becomes(() => sheet.locator('[aria-live=polite] p').allTextContents(), ['Chat with 7050']);
  ringing();
  await sheet.waitFor({ state: 'hidden' });
  await kim.press('Answer');
  await becomes(() => on.host.received.filter((frame) => frame.type === 'call').map(({ button }) => button), ['answer']);
});
