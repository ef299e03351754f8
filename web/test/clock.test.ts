/** A browser whose clock is ten minutes off: what the page counts is the host's time. */

import { describe, expect, it } from 'vitest';
import { extensionOf } from './extension-window';
import { chat, line } from './mock-chats.mjs';
import { call, preview } from './mock-host.mjs';
import { becomes, heard, stage } from './stage';

const on = stage();
const MINUTES = 10 * 60_000;

describe.each([
  ['slow', MINUTES],
  ['fast', -MINUTES],
])('a clock that is ten minutes too %s', (_, ahead) => {
  it('counts down to the host’s deadline, and an answer still counts', async () => {
    on.host.ahead = ahead;
    const kim = await on.worker();
    on.host.tell({ type: 'previewOffer', ...preview({ deadline: Date.now() + ahead + 20_000, length: 30_000 }) });
    await kim.preview().waitFor();
    const left = await kim.secondsLeft();
    expect(left).toBeGreaterThan(15);
    expect(left).toBeLessThanOrEqual(20);
    await kim.accept();
    await heard(on.host, { type: 'previewAnswer', id: 17, accept: true });
    await kim.previewGone();
  });

  it('says the seconds by the host’s clock of a preview that is open when the page opens', async () => {
    on.host.ahead = ahead;
    on.host.picture.previews = [preview({ deadline: Date.now() + ahead + 25_000, length: 60_000 })];
    const kim = await on.worker();
    const said = kim.page.locator('[aria-live=assertive] p');
    await said.first().waitFor({ state: 'attached' });
    expect(await said.first().textContent()).toMatch(/You have (1\d|2[0-5]) seconds to answer/);
    expect(await kim.page.locator('[aria-live=polite] p').allTextContents()).toEqual([expect.stringMatching(/^(1\d|2[0-5]) seconds left/)]);
  });

  it('ends a preview at the host’s deadline and notes it at the host’s time', async () => {
    on.host.ahead = ahead;
    const kim = await on.worker();
    on.host.tell({ type: 'previewOffer', ...preview({ deadline: Date.now() + ahead + 1_500, length: 1_500 }) });
    await kim.preview().waitFor();
    await kim.previewGone();
    await kim.page.getByRole('tab', { name: /^Earlier/ }).click();
    const noted = await kim.page.locator('[data-past="17"] time').getAttribute('datetime');
    expect(Math.abs(Date.parse(noted ?? '') - (Date.now() + ahead))).toBeLessThan(20_000);
  });

  it('counts a call from when it began, and shows a chat’s lines at their own time', async () => {
    on.host.ahead = ahead;
    const kim = await on.worker();
    on.host.tell({ type: 'call', ...call({ since: Date.now() + ahead - 65_000 }) });
    await kim.call().locator('.duration').filter({ hasText: /01:(0[5-9]|[1-3])/ }).waitFor();
    on.host.says(chat(), [line(1, { time: Date.now() + ahead })]);
    const shown = kim.page.locator('[data-chat-line="1"] time');
    const at = Date.parse((await shown.getAttribute('datetime')) ?? '');
    expect(Math.abs(at - (Date.now() + ahead))).toBeLessThan(20_000);
  });

  it('signs in, stays signed in through a lost connection, and signs out', async () => {
    on.host.ahead = ahead;
    const kim = await on.worker();
    on.host.drop();
    await kim.settled();
    expect(await kim.page.locator('[data-banner=lost]').count()).toBe(0);
    await kim.signOut();
    await becomes(() => on.host.signedIn, false);
    expect(kim.complaints).toEqual([]);
  });
});

describe('a snapshot that is late', () => {
  it('promises nobody more time than a preview has, in sight or in words, nor when the next one comes', async () => {
    on.host.late = 5_000;
    const kim = await on.worker();
    on.host.tell({ type: 'previewOffer', ...preview({ length: 8_000 }) });
    await kim.preview().waitFor();
    const first = await kim.secondsLeft();
    expect(first).toBeGreaterThan(4);
    expect(first).toBeLessThanOrEqual(8);
    expect(await kim.page.locator('[aria-live=assertive] p').allTextContents()).toEqual([expect.stringMatching(/You have [5-8] seconds to answer/)]);
    // The page asks for it, because it has heard nothing for so long; that one is late, too.
    on.host.late = 3_000;
    await becomes(() => on.host.received.some(({ type }) => type === 'resync'), true, 6_000);
    await becomes(() => on.host.late, 0);
    const left = await kim.secondsLeft();
    await kim.page.waitForTimeout(3_300);
    expect(await kim.preview().count() === 0 || (await kim.secondsLeft()) < left).toBe(true);
  });

  it('does so in the extension window neither', async () => {
    on.host.late = 5_000;
    const kim = await extensionOf(on, 400, 600);
    on.host.tell({ type: 'previewOffer', ...preview({ length: 8_000 }) });
    const count = kim.page.locator('[data-deadline]');
    await count.waitFor();
    expect(Number.parseInt((await count.textContent()) ?? '', 10)).toBeLessThanOrEqual(8);
  });
});
