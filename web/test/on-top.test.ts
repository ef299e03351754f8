/** The small window that stays on top: what waits, Accept, Decline and their keys, and nothing after the session. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violations } from './axe';
import { chat } from './mock-chats.mjs';
import { call, preview } from './mock-host.mjs';
import type { WorkerPage } from './page';
import { becomes, heard, stage } from './stage';

const on = stage();
const offer = (id = 17): void => {
  on.host.tell({ type: 'previewOffer', ...preview({ id }) });
};

async function open(kim: WorkerPage): Promise<Page> {
  await kim.page.getByRole('tab', { name: 'Alerts' }).click();
  const opened = kim.page.context().waitForEvent('page');
  await kim.page.getByRole('button', { name: 'Keep previews on top' }).click();
  const small = await opened;
  await small.getByText('Nothing is waiting for you.').waitFor();
  return small;
}
/** Presses a button in the moment in which it appears; resolves when that is done. */
const pressedOnSight = async (small: Page, name: string): Promise<() => Promise<unknown>> => {
  await small.evaluate((name) => {
    const seen = new MutationObserver(() => {
      const button = [...document.querySelectorAll('button')].find((button) => button.textContent.includes(name));
      if (button !== undefined) {
        seen.disconnect();
        button.click();
        document.documentElement.dataset.pressed = name;
      }
    });
    seen.observe(document, { childList: true, subtree: true });
  }, name);
  return () => small.locator(`html[data-pressed="${name}"]`).waitFor();
};

const settled = (small: Page, id: number) => small.locator(`[data-small="${id}"]:not([data-fresh])`).waitFor();

describe('the small window', () => {
  it('shows who waits and for how long, and is empty afterwards', async () => {
    const kim = await on.worker();
    const small = await open(kim);
    offer();
    await small.getByRole('heading', { name: '+49 30 1234567' }).waitFor();
    await small.getByRole('timer').waitFor();
    expect(await small.locator('.on-top').evaluate((shown) => getComputedStyle(shown).display)).toBe('flex');
    on.host.tell({ type: 'previewEnd', id: 17, end: 'cancelled', text: '' });
    await small.getByText('Nothing is waiting for you.').waitFor();
  });

  it('names a call that rings and a chat that has come, and leads to them on the page', async () => {
    const kim = await on.worker();
    const small = await open(kim);
    await small.bringToFront();
    on.host.tell({ type: 'call', ...call({ state: 'ringing', buttons: ['answer'] }) });
    // The first one is before their eyes.
    for (const [connId, party] of [['00c4000000000001', '7050'], ['00c4000000000002', '7051']] as const) on.host.tell({ type: 'chat', ...chat({ connId, parties: [party] }) });
    await becomes(() => small.locator('[data-caller]').allTextContents(), ['Call from +49 30 1234567', 'Chat with 7051']);
    expect(await small.getByText('Nothing is waiting for you.').count()).toBe(0);
    expect(await violations(small)).toEqual([]);
    await small.getByRole('button', { name: 'Call from +49 30 1234567' }).click();
    await becomes(() => kim.page.evaluate(() => document.activeElement?.getAttribute('data-call')), call().connId);
    on.host.tell({ type: 'call', ...call() });
    await becomes(() => small.locator('[data-caller=call]').count(), 0);
  });

  it.each([['Accept', true], ['Decline', false]] as const)('has %s, which takes no press before it has stood still', async (name, accept) => {
    const kim = await on.worker();
    const small = await open(kim);
    const pressed = await pressedOnSight(small, name);
    offer();
    await pressed();
    expect(on.host.received).toEqual([]);
    const button = small.getByRole('button', { name });
    await small.locator('.action:not([data-fresh])').first().waitFor();
    await button.click();
    await heard(on.host, { type: 'previewAnswer', id: 17, accept });
    await kim.previewGone();
  });

  it('obeys the keys, by keyboard alone', async () => {
    const kim = await on.worker();
    const small = await open(kim);
    await small.bringToFront();
    offer(1);
    offer(2);
    await settled(small, 2);
    await small.keyboard.press('Alt+p');
    await small.locator('[data-small="1"]:focus').waitFor();
    await small.keyboard.press('Alt+m');
    await becomes(() => small.getByRole('button', { name: 'Silence' }).count(), 0);
    await small.keyboard.press('Alt+d');
    await heard(on.host, { type: 'previewAnswer', id: 1, accept: false });
    await small.locator('[data-small="2"]:focus').waitFor();
    await settled(small, 2);
    await small.keyboard.press('Alt+a');
    await heard(on.host, { type: 'previewAnswer', id: 2, accept: true });
  });

  it('says that the host is out of reach', async () => {
    const kim = await on.worker();
    const small = await open(kim);
    on.host.down = true;
    on.host.drop();
    await small.getByText('The connection to the host is lost').waitFor();
  });

  it('closes by its button, and with the session', async () => {
    const kim = await on.worker();
    const first = await open(kim);
    await Promise.all([first.waitForEvent('close'), kim.page.getByRole('button', { name: 'Close the small window' }).click()]);
    const second = await open(kim);
    await Promise.all([second.waitForEvent('close'), kim.page.getByRole('button', { name: 'Sign out' }).click()]);
  });

  it('is clean for axe-core in light and dark', async () => {
    const kim = await on.worker();
    const small = await open(kim);
    offer();
    await settled(small, 17);
    for (const colorScheme of ['light', 'dark'] as const) {
      await small.emulateMedia({ colorScheme });
      expect(await violations(small)).toEqual([]);
    }
  });

  it('is not offered where the browser has none', async () => {
    const kim = await on.worker();
    await kim.page.addInitScript(() => {
      Object.defineProperty(window, 'documentPictureInPicture', { value: undefined });
    });
    await kim.page.reload();
    await kim.settled();
    await kim.page.getByRole('tab', { name: 'Alerts' }).click();
    await kim.page.getByRole('slider', { name: 'Volume' }).waitFor();
    expect(await kim.page.getByRole('button', { name: 'Keep previews on top' }).count()).toBe(0);
  });
});
