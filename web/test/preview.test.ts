import { describe, expect, it } from 'vitest';
import { preview } from './mock-host.mjs';
import type { WorkerPage } from './page';
import { becomes, heard, stage } from './stage';

const on = stage();
const offer = (change: Parameters<typeof preview>[0] = {}): void => {
  on.host.tell({ type: 'previewOffer', ...preview(change) });
};
const rings = (page: WorkerPage, count: number) => becomes(async () => (await page.sound()).playing, count);

/** Milliseconds, generous for a busy machine: a sound that nothing stops rings on for many more. */
const SOON = 1_000;

describe('a preview', () => {
  it('shows caller, notes, data and the seconds left by the host’s clock', async () => {
    on.host.ahead = 3_600_000;
    const kim = await on.worker();
    offer({ deadline: Date.now() + on.host.ahead + 20_000, length: 30_000 });
    const shown = (await kim.preview().textContent()) ?? '';
    for (const text of ['+49 30 1234567', 'a question on the invoice', 'Order.Number', '4711']) expect(shown).toContain(text);
    expect(await kim.secondsLeft()).toBeGreaterThanOrEqual(15);
    expect(await kim.secondsLeft()).toBeLessThanOrEqual(20);
    await becomes(() => kim.secondsLeft(), 18);
  });

  it('is accepted', async () => {
    const kim = await on.worker();
    offer();
    await kim.accept();
    await heard(on.host, { type: 'previewAnswer', id: 17, accept: true });
    await kim.previewGone();
    await kim.notice('will be put through');
  });

  it('is declined', async () => {
    const kim = await on.worker();
    offer();
    await kim.decline();
    await heard(on.host, { type: 'previewAnswer', id: 17, accept: false });
    await kim.previewGone();
  });

  it.each([
    ['takenByAnother', 'A colleague took'],
    ['timedOut', 'Time is up'],
    ['cancelled', 'withdrew'],
    ['callerGone', 'hung up'],
  ] as const)('that ends as %s says so, with the words of the strategy', async (end, text) => {
    const kim = await on.worker();
    offer();
    await kim.preview().waitFor();
    on.host.tell({ type: 'previewEnd', id: 17, end, text: 'Thank you' });
    await kim.previewGone();
    await kim.notice(text);
    await kim.notice('Thank you');
  });

  it('closes by itself when the host is silent', async () => {
    const kim = await on.worker();
    offer({ length: 1_000 });
    await kim.preview().waitFor();
    await kim.notice('Time is up');
    await kim.previewGone();
  });

  it('may be answered again after the host refused the answer', async () => {
    const kim = await on.worker();
    on.host.deaf = true;
    offer();
    await kim.accept();
    await kim.preview().getByRole('button', { name: 'Accepting' }).waitFor();
    on.host.tell({ type: 'problem', code: 'too-many', why: 'call-refused', words: 'Slow down.' });
    await kim.notice('Slow down.');
    on.host.deaf = false;
    await kim.accept();
    await kim.previewGone();
  });

  it('stands beside others, each answered alone', async () => {
    const kim = await on.worker();
    offer({ id: 1 });
    offer({ id: 2, caller: '' });
    await kim.preview(2).getByText('unknown caller').waitFor();
    await kim.accept(2);
    await kim.previewGone(2);
    await kim.preview(1).waitFor();
  });
});

describe('the sound', () => {
  it('starts with a preview and stops with its end', async () => {
    const kim = await on.worker();
    offer();
    await rings(kim, 1);
    const ended = Date.now();
    on.host.tell({ type: 'previewEnd', id: 17, end: 'cancelled', text: '' });
    await rings(kim, 0);
    expect((await kim.sound()).stoppedAt - ended).toBeLessThan(SOON);
  });

  it('goes on until the last preview ends, and stops at its deadline without the host', async () => {
    const kim = await on.worker();
    const deadline = Date.now() + 4_000;
    offer({ id: 1 });
    offer({ id: 2, deadline, length: 4_000 });
    await rings(kim, 1);
    on.host.tell({ type: 'previewEnd', id: 1, end: 'cancelled', text: '' });
    await kim.previewGone(1);
    expect((await kim.sound()).playing).toBe(1);
    await rings(kim, 0);
    expect(Math.abs((await kim.sound()).stoppedAt - deadline)).toBeLessThan(SOON);
  });

  it('can be silenced; the next preview rings again', async () => {
    const kim = await on.worker();
    offer({ id: 1 });
    await rings(kim, 1);
    await kim.preview().getByRole('button', { name: 'Silence' }).click();
    await rings(kim, 0);
    offer({ id: 2 });
    await rings(kim, 1);
  });

  it('is told to be blocked until the worker touches the page', async () => {
    const kim = await on.worker();
    await kim.page.reload();
    await kim.page.locator('[data-hint=sound]').waitFor();
    offer();
    await kim.preview().waitFor();
    await kim.page.locator('[data-hint=sound]').getByRole('button', { name: 'Test sound' }).click();
    await kim.page.locator('[data-hint=sound]').filter({ hasText: 'Sound is ready' }).waitFor();
    await rings(kim, 1);
    on.host.tell({ type: 'previewEnd', id: 17, end: 'cancelled', text: '' });
    await kim.page.locator('[data-hint=sound]').waitFor({ state: 'detached' });
  });

  it('is let in by the press on Accept, which moves nothing from under the hand', async () => {
    const kim = await on.worker();
    await kim.page.reload();
    await kim.page.locator('[data-hint=sound]').waitFor();
    offer();
    const accept = kim.preview().getByRole('button', { name: 'Accept' });
    await accept.hover();
    await kim.still(accept);
    await kim.page.mouse.down();
    await rings(kim, 1);
    await kim.page.locator('[data-hint=sound]').filter({ hasText: 'Sound is ready' }).waitFor();
    await kim.page.mouse.up();
    await heard(on.host, { type: 'previewAnswer', id: 17, accept: true });
  });

  it('rings in one of two tabs, and in the other when that one closes', async () => {
    const kim = await on.worker();
    const second = await on.tabOf(kim);
    await second.settled();
    await second.page.mouse.click(5, 5);
    await second.page.locator('[data-hint=sound]').waitFor({ state: 'detached' });
    offer();
    await Promise.all([kim.preview().waitFor(), second.preview().waitFor()]);
    await rings(kim, 1);
    expect((await second.sound()).started).toBe(0);
    await kim.page.close();
    await rings(second, 1);
  });

  it('rings in the tab that has its host, when the one that rang before has lost it', async () => {
    const kim = await on.worker();
    const second = await on.tabOf(kim);
    await second.settled();
    await second.page.mouse.click(5, 5);
    await second.page.locator('[data-hint=sound]').waitFor({ state: 'detached' });
    on.host.mostPages = 1;
    await kim.page.evaluate(() => dispatchEvent(new Event('offline')));
    await kim.saysLost();
    offer();
    await rings(second, 1);
    expect((await kim.sound()).started).toBe(0);
  });

  it('rings soon, where the tab that would ring does not know yet that it has lost its host', async () => {
    const kim = await on.worker();
    const second = await on.tabOf(kim);
    let deaf = false;
    await kim.page.routeWebSocket(/pages/, (socket) => {
      const host = socket.connectToServer();
      host.onMessage((frame) => { if (!deaf) socket.send(frame); });
    });
    await kim.page.reload();
    await kim.settled();
    await second.settled();
    await kim.page.mouse.click(5, 5);
    await kim.page.locator('[data-hint=sound]').waitFor({ state: 'detached' });
    await second.page.mouse.click(5, 5);
    await second.page.locator('[data-hint=sound]').waitFor({ state: 'detached' });
    deaf = true;
    offer();
    await second.preview().waitFor();
    await expect.poll(async () => (await second.sound()).playing, { timeout: 9_000 }).toBe(1);
  });
});

describe('two tabs', () => {
  it('stay in step', async () => {
    const kim = await on.worker();
    const second = await on.tabOf(kim);
    offer();
    await kim.preview().waitFor();
    await second.accept();
    await Promise.all([kim.previewGone(), second.previewGone()]);
    await kim.notice('will be put through');
  });
});
