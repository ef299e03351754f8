/** The previews of the day: what the host said of each, in every tab, through a reload, and no longer than the session. */

import { expect, it } from 'vitest';
import { preview } from './mock-host.mjs';
import type { WorkerPage } from './page';
import { becomes, heard, stage } from './stage';

const on = stage();
const offer = (id: number, change: Parameters<typeof preview>[0] = {}): void => {
  on.host.tell({ type: 'previewOffer', ...preview({ id, ...change }) });
};
const tab = (kim: WorkerPage) => kim.page.getByRole('tab', { name: /^Earlier/ });
const list = (kim: WorkerPage) => () => kim.page.locator('[data-past]').evaluateAll((all) => all.map((one) => `${one.getAttribute('data-past')} ${one.getAttribute('data-outcome')}`));
const end = (id: number, end: 'accepted' | 'rejected' | 'takenByAnother' | 'timedOut' | 'cancelled' | 'callerGone'): void => {
  on.host.tell({ type: 'previewEnd', id, end, text: '' });
};

it('are listed with caller, number and what became of them, newest first', async () => {
  const kim = await on.worker();
  const ends = ['accepted', 'rejected', 'takenByAnother', 'timedOut', 'cancelled', 'callerGone'] as const;
  for (const [id, how] of ends.entries()) {
    offer(id, { caller: `+49 30 ${id}` });
    await kim.preview(id).waitFor();
    end(id, how);
    await kim.previewGone(id);
  }
  await tab(kim).click();
  await becomes(list(kim), [...ends.entries()].reverse().map(([id, how]) => `${id} ${how}`));
  const first = (await kim.page.locator('[data-past="5"]').textContent()) ?? '';
  for (const text of ['+49 30 5', '7001', 'Caller hung up']) expect(first).toContain(text);
  const kept = await kim.page.evaluate(() => sessionStorage.getItem('uc.past') ?? '');
  expect(kept).toContain('+49 30 5');
  for (const secret of ['Lovelace', 'invoice', '4711']) expect(kept).not.toContain(secret);
});

it('that were missed are counted on the tab until the worker looks, in every tab alike', async () => {
  const kim = await on.worker();
  const second = await on.tabOf(kim);
  await second.settled();
  offer(1);
  offer(2);
  await Promise.all([kim.preview(2).waitFor(), second.preview(2).waitFor()]);
  end(1, 'timedOut');
  end(2, 'timedOut');
  await kim.page.getByRole('tab', { name: 'Earlier Missed: 2' }).waitFor();
  await kim.page.bringToFront();
  await tab(kim).click();
  await Promise.all([kim, second].map((page) => becomes(() => page.page.locator('.badge').count(), 0)));
  await becomes(list(kim), ['2 timedOut', '1 timedOut']);
});

it('are there after a reload, and in a tab that opens later', async () => {
  const kim = await on.worker();
  offer(1);
  await kim.preview().waitFor();
  end(1, 'cancelled');
  await kim.previewGone();
  const second = await on.tabOf(kim);
  await second.settled();
  await tab(second).click();
  await becomes(list(second), ['1 cancelled']);
  await second.page.close();
  await kim.page.reload();
  await kim.settled();
  await tab(kim).click();
  await becomes(list(kim), ['1 cancelled']);
});

it('have no end as long as the host says none, and the one that it says later', async () => {
  const kim = await on.worker();
  offer(1, { length: 500 });
  await kim.previewGone(1);
  await kim.notice('Time is up');
  await tab(kim).click();
  await becomes(list(kim), ['1 unknown']);
  end(1, 'timedOut');
  await becomes(list(kim), ['1 timedOut']);

  offer(2);
  await kim.preview(2).waitFor();
  on.host.picture.previews = [];
  on.host.drop();
  await kim.previewGone(2);
  await becomes(list(kim), ['2 unknown', '1 timedOut']);
});

it('go with the session, in every tab and out of the storage', async () => {
  const kim = await on.worker();
  const second = await on.tabOf(kim);
  await second.settled();
  offer(1);
  await Promise.all([kim.preview(1).waitFor(), second.preview(1).waitFor()]);
  end(1, 'timedOut');
  await Promise.all([kim.previewGone(), second.previewGone()]);
  await kim.signOut();
  await second.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  for (const page of [kim, second]) await becomes(() => page.page.evaluate(() => sessionStorage.getItem('uc.past')), null);
  await kim.signIn('kim', 'right');
  await tab(kim).click();
  await kim.page.getByText('No preview has ended today.').waitFor();
});

it('are reached by keyboard alone', async () => {
  const kim = await on.worker();
  await kim.page.getByRole('tab', { name: 'Channels' }).focus();
  await kim.page.keyboard.press('ArrowRight');
  await kim.page.getByText('No preview has ended today.').waitFor();
});

it('are those that the host has kept, too: at a page that never showed them, looked at once for all', async () => {
  const at = Date.now() - 60_000;
  const kept = { id: 3, at, deadline: at, caller: '+49 30 3', dn: '7001', end: 'timedOut' } as const;
  on.host.picture.past = [{ ...kept, id: 4, at: at + 1_000, end: 'accepted' }, kept, { ...kept, id: 2, at: at - 1_000, seen: true }];
  const kim = await on.worker();
  await kim.page.getByRole('tab', { name: 'Earlier Missed: 1' }).waitFor();
  await tab(kim).click();
  await becomes(list(kim), ['4 accepted', '3 timedOut', '2 timedOut']);
  await heard(on.host, { type: 'previewsSeen', ids: [4, 3] });
  await becomes(() => kim.page.locator('.badge').count(), 0);
});

it('that were looked at on another device count as looked at on a page that has been open all the while', async () => {
  const kim = await on.worker();
  const open = preview({ id: 3 });
  on.host.tell({ type: 'previewOffer', ...open });
  await kim.preview(3).waitFor();
  on.host.tell({ type: 'previewEnd', id: 3, end: 'timedOut', text: '' });
  await kim.page.getByRole('tab', { name: 'Earlier Missed: 1' }).waitFor();
  on.host.tell({ type: 'previewsSeen', ids: [3] });
  await becomes(() => kim.page.locator('.badge').count(), 0);
});

it('that ended while the host was out of reach end as the host has kept it', async () => {
  const kim = await on.worker();
  const open = preview({ id: 5 });
  on.host.tell({ type: 'previewOffer', ...open });
  await kim.preview(5).waitFor();
  on.host.picture.previews = [];
  on.host.picture.past = [{ id: 5, at: Date.now(), deadline: open.deadline, caller: open.caller, dn: open.dn, end: 'takenByAnother' }];
  on.host.drop();
  await kim.previewGone(5);
  await tab(kim).click();
  await becomes(list(kim), ['5 takenByAnother']);
});

it('that were looked at while the host was out of reach are looked at everywhere when it is back', async () => {
  const at = Date.now() - 60_000;
  on.host.picture.past = [{ id: 3, at, deadline: at, caller: '+49 30 3', dn: '7001', end: 'timedOut' }];
  const kim = await on.worker();
  await kim.page.getByRole('tab', { name: 'Earlier Missed: 1' }).waitFor();
  on.host.down = true;
  on.host.drop();
  await kim.saysLost();
  await tab(kim).click();
  await becomes(() => kim.page.locator('.badge').count(), 0);
  expect(on.host.received.filter(({ type }) => type === 'previewsSeen')).toEqual([]);
  on.host.down = false;
  // It does not wait for the end of its pause.
  await kim.page.evaluate(() => dispatchEvent(new Event('online')));
  await heard(on.host, { type: 'previewsSeen', ids: [3] });
});
