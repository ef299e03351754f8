/** One gesture, one action: nothing is done by a press that was meant for something else. */

import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { CallState } from '../src/frames';
import { chat } from './mock-chats.mjs';
import { call, preview } from './mock-host.mjs';
import type { WorkerPage } from './page';
import { becomes, stage } from './stage';

const on = stage();
const three = (): void => {
  for (const id of [1, 2, 3]) on.host.tell({ type: 'previewOffer', ...preview({ id, connId: `00000000000000a${id}`, length: 120_000 }) });
};
const accepted = () => on.host.received.filter((frame) => frame.type === 'previewAnswer').map(({ id }) => id);
const pressed = () => on.host.received.filter((frame) => frame.type === 'call').map(({ button, state }) => `${button} ${state}`);

const twice = (kim: WorkerPage, name: string, between: () => Promise<unknown>): Promise<void> =>
  twiceAt(kim, kim.page.getByRole('button', { name, exact: true }).first(), between);

/** A press of the mouse at once, as a hand that is already moving makes it. */
async function twiceAt(kim: WorkerPage, control: Locator, between: () => Promise<unknown>): Promise<void> {
  await control.scrollIntoViewIfNeeded();
  await kim.still(control);
  const box = await control.boundingBox();
  if (box === null) throw new Error('the control is not on the page');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await kim.page.mouse.click(x, y);
  await between();
  await kim.page.mouse.click(x, y);
}

describe('of three previews', () => {
  it('two clicks on one spot accept one, although the next card moves there', async () => {
    const kim = await on.worker();
    three();
    await kim.preview(3).waitFor();
    await twice(kim, 'Accept', () => kim.previewGone(1));
    await kim.notice('will be put through');
    expect(accepted()).toEqual([1]);
    await kim.accept(2);
    await becomes(accepted, [1, 2]);
  });

  it('a click soon after one on something else counts, at the same spot too', async () => {
    const kim = await on.worker();
    three();
    const more = kim.preview(1).getByRole('button', { name: 'more' });
    await kim.still(kim.preview(1));
    await more.evaluate((fold) => {
      const click = { bubbles: true, cancelable: true, detail: 1, clientX: 99, clientY: 99 };
      for (const target of [document.querySelector('.brand'), fold]) target?.dispatchEvent(new MouseEvent('click', click));
    });
    await becomes(() => more.count(), 0);
  });

  it('a click at the moment when one is withdrawn answers none', async () => {
    const kim = await on.worker();
    three();
    const second = kim.preview(2).getByRole('button', { name: 'Accept' });
    await kim.still(second);
    await kim.page.mouse.move(0, 0);
    on.host.tell({ type: 'previewEnd', id: 1, end: 'cancelled', text: '' });
    await kim.previewGone(1);
    await kim.hit(second);
    await kim.still(second);
    expect(accepted()).toEqual([]);
    await kim.aim(second);
    await becomes(accepted, [2]);
  });

  it.each(['Alt+a', 'Alt+d'])('%s held down answers one, and pressed twice quickly too', async (keys) => {
    const kim = await on.worker();
    three();
    await kim.preview(3).waitFor();
    await kim.still(kim.preview(1));
    await kim.page.keyboard.press('Alt+p');
    const [alt = '', letter = ''] = keys.split('+');
    await kim.page.keyboard.down(alt);
    for (let count = 0; count < 5; count++) await kim.page.keyboard.down(letter);
    await kim.page.keyboard.up(letter);
    await kim.previewGone(1);
    await kim.page.keyboard.press(letter);
    await kim.page.keyboard.up(alt);
    await kim.still(kim.preview(2));
    expect(accepted()).toEqual([1]);
    await kim.page.keyboard.press(keys);
    await becomes(accepted, [1, 2]);
  });
});

const shows = (state: CallState, ...buttons: ('answer' | 'hold' | 'retrieve' | 'release' | 'transfer')[]) => {
  on.host.tell({ type: 'call', ...call({ state, buttons }) });
};

describe('of a call', () => {
  it.each([
    ['Answer', 'ringing', ['answer'], 'established', ['hold', 'transfer', 'release']],
    ['Hold', 'established', ['hold', 'transfer', 'release'], 'held', ['retrieve', 'release']],
    ['Take back', 'held', ['retrieve', 'release'], 'established', ['hold', 'transfer', 'release']],
    ['Hang up', 'dialing', ['release'], 'established', ['hold', 'transfer', 'release']],
  ] as const)('a double click on %s does that and nothing else', async (name, before, buttons, after, next) => {
    const kim = await on.worker();
    shows(before, ...buttons);
    await kim.callIs(before);
    await twice(kim, name, async () => {
      shows(after, ...next);
      await kim.callIs(after);
    });
    await kim.press('Hang up');
    await becomes(() => pressed().length, 2);
    expect(pressed()).toEqual([`${buttons[0]} ${before}`, `release ${after}`]);
  });

  it('a held Enter on Answer answers, and does not hold', async () => {
    const kim = await on.worker();
    shows('ringing', 'answer');
    const answer = kim.page.getByRole('button', { name: 'Answer' });
    await kim.still(answer);
    await answer.focus();
    await kim.page.keyboard.down('Enter');
    shows('established', 'hold', 'transfer', 'release');
    await kim.callIs('established');
    const hold = kim.page.getByRole('button', { name: 'Hold' });
    await hold.focus();
    await kim.still(hold);
    for (let count = 0; count < 5; count++) await kim.page.keyboard.down('Enter');
    await kim.page.keyboard.up('Enter');
    await kim.press('Hang up');
    await becomes(pressed, ['answer ringing', 'release established']);
  });

  it('the same button waits for what came of it', async () => {
    const kim = await on.worker();
    shows('established', 'hold');
    await kim.press('Hold');
    await becomes(() => kim.call().getByRole('button', { name: 'Hold' }).getAttribute('aria-disabled'), 'true');
    on.host.tell({ type: 'problem', code: 'call-refused', why: 'call-refused', words: 'The switch refused it.' });
    await kim.press('Hold');
    await becomes(pressed, ['hold established', 'hold established']);
  });
});

describe('a double click on what goes with the click does it to one of a list:', () => {
  /** Three lines that the host has refused: what is done with one takes its buttons away at once. */
  const refused = async (kim: WorkerPage): Promise<void> => {
    on.host.tell({ type: 'chat', ...chat() });
    for (const text of ['One', 'Two', 'Three']) {
      await kim.page.getByLabel('Your message').fill(text);
      await kim.page.keyboard.press('Enter');
    }
    on.host.tell({ type: 'problem', code: 'chat-refused', why: 'chat-over' });
    await kim.notice('');
  };
  const messages = (): void => {
    for (const words of ['One.', 'Two.', 'Three.']) on.host.tell({ type: 'problem', code: 'call-refused', why: 'call-refused', words });
  };

  it.each<[string, (kim: WorkerPage) => unknown, string]>([
    ['messages', messages, '[data-notice] button'],
    ['lines that are put away', refused, '[data-chat-own] button:text("Discard")'],
    ['lines that are sent again', refused, '[data-chat-own] button:text("Send again")'],
  ])('%s', async (_, begin, selector) => {
    const kim = await on.worker();
    await begin(kim);
    const buttons = kim.page.locator(selector);
    await becomes(() => buttons.count(), 3);
    // Messages stand at the lower edge, and the others come down.
    await twiceAt(kim, begin === messages ? buttons.last() : buttons.first(), () => becomes(() => buttons.count(), 2));
    // What the worker then aims at counts.
    await kim.page.waitForTimeout(600);
    expect(await buttons.count()).toBe(2);
    await kim.aim(buttons.first());
    await becomes(() => buttons.count(), 1);
  });
});

describe('the focus that comes back', () => {
  const onBody = (kim: WorkerPage) => kim.page.evaluate(() => document.activeElement === document.body);
  const offer = (kim: WorkerPage) => {
    on.host.tell({ type: 'previewOffer', ...preview() });
    return kim.still(kim.preview(17));
  };

  it.each(['Hang up', 'Sign out'])('does not press %s by an Enter that was meant for Accept', async (name) => {
    const kim = await on.worker();
    on.host.tell({ type: 'call', ...call({ buttons: ['release'] }) });
    const behind = kim.page.getByRole('button', { name });
    await kim.still(behind);
    await behind.focus();
    await offer(kim);
    await becomes(() => kim.page.evaluate(() => document.activeElement?.getAttribute('data-preview')), '17');
    await kim.preview().getByRole('button', { name: 'Accept' }).focus();
    // In the page, at the very moment: the machine may be slow. An Enter's click has no place, as this one.
    await kim.page.evaluate((text) => {
      addEventListener('focusin', ({ target }) => {
        if (!(target instanceof HTMLElement) || target.textContent !== text) return;
        setTimeout(() => {
          target.click();
          document.documentElement.dataset.astray = text;
        });
      });
    }, name);
    on.host.tell({ type: 'previewEnd', id: 17, end: 'callerGone', text: '' });
    await kim.page.locator(`[data-astray="${name}"]`).waitFor({ state: 'attached' });
    // What the worker then aims at counts.
    await kim.page.waitForTimeout(600);
    expect([pressed(), on.host.signedIn]).toEqual([[], true]);
    await kim.page.keyboard.press('Enter');
    await becomes(() => pressed().length === 1 || !on.host.signedIn, true);
  });

  it('stays away when the worker has clicked beside it', async () => {
    const kim = await on.worker();
    shows('established', 'hold', 'release');
    await kim.press('Hold');
    await kim.page.locator('.header .brand').click();
    await becomes(() => onBody(kim), true);
    shows('held', 'retrieve', 'release');
    await kim.callIs('held');
    shows('held', 'retrieve');
    await kim.call().getByRole('button', { name: 'Hang up' }).waitFor({ state: 'detached' });
    expect(await onBody(kim)).toBe(true);
    await offer(kim);
    await kim.page.locator('.header .brand').click();
    on.host.tell({ type: 'previewEnd', id: 17, end: 'callerGone', text: '' });
    await kim.previewGone();
    expect(await onBody(kim)).toBe(true);
  });
});

it('a press is remembered while the host only gives signs of life', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'call', ...call({ buttons: ['hold'] }) });
  await kim.press('Hold');
  for (let count = 0; count < 3; count += 1) on.host.tell({ type: 'snapshot', ...on.host.picture, serverTime: Date.now() });
  const hold = kim.call().getByRole('button', { name: 'Hold' });
  await hold.click({ force: true });
  await becomes(() => hold.getAttribute('aria-disabled'), 'true');
  expect(pressed()).toEqual(['hold established']);
  on.host.tell({ type: 'call', ...call({ state: 'held', buttons: ['retrieve'] }) });
  await kim.press('Take back');
  await becomes(pressed, ['hold established', 'retrieve held']);
});

it('a click that was meant for Accept does not say "I am back"', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'previewOffer', ...preview() });
  await kim.preview().waitFor();
  on.host.tell({ type: 'previewEnd', id: 17, end: 'timedOut', text: '' });
  on.host.tell({ type: 'snapshot', ...on.host.picture, missed: 3, serverTime: Date.now() });
  const back = kim.page.getByRole('button', { name: 'I am back' });
  await kim.hit(back);
  await kim.still(back);
  expect(on.host.received).not.toContainEqual({ type: 'back' });
  await kim.aim(back);
  await becomes(() => on.host.received.filter(({ type }) => type === 'back').length, 1);
});

it('a state menu whose entries change under the hand chooses none', async () => {
  const kim = await on.worker();
  await kim.page.locator('#state').click();
  const { state, menu, logIn, logOut, channels } = on.host.picture;
  const more = { id: 'new', icon: '', text: 'Training', ready: false };
  on.host.tell({ type: 'state', state, menu: [more, ...menu], logIn, logOut, channels });
  const entry = kim.page.getByRole('menuitemradio', { name: 'Training' });
  await entry.click();
  await kim.page.getByRole('menuitemradio', { name: 'Lunch' }).click();
  expect(on.host.received.filter(({ type }) => type === 'choose')).toEqual([]);
  await kim.aim(entry);
  await becomes(() => on.host.received.filter(({ type }) => type === 'choose').length, 1);
});

it('a banner that moves the page does not put another control under the hand', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'call', ...call({ buttons: ['hold'] }) });
  const hold = kim.call().getByRole('button', { name: 'Hold' });
  await kim.still(hold);
  await kim.page.evaluate(() => {
    const banner = document.createElement('p');
    banner.style.setProperty('block-size', '90px');
    document.querySelector('.banner-slot')?.append(banner);
  });
  await hold.and(kim.page.locator('[data-fresh]')).waitFor();
  expect(pressed()).toEqual([]);
});
