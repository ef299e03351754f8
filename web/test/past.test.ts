/** The previews of the day: what the host said of each, in every tab, through a reload, and no longer than the session. */

import { expect, it } from 'vitest';
import { preview } from './mock-host.mjs';
import type { WorkerPage } from './page';
import { becomes, stage } from './stage';

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
