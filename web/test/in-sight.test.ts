/** Accept and Decline are in sight, whatever else is on the page; the focus is where the worker is. */

import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chat, line } from './mock-chats.mjs';
import { call, preview } from './mock-host.mjs';
import { outcome } from './mock-outcomes.mjs';
import type { WorkerPage } from './page';
import { becomes, stage } from './stage';

const on = stage();
const long = Array.from({ length: 60 }, (_, n) => ({ key: `Key.${n}`, value: n === 2 ? 'long '.repeat(300) : `value ${n}` }));
const offer = (id: number) => {
  on.host.tell({ type: 'previewOffer', ...preview({ id, data: long, notes: 'Note. '.repeat(200) }) });
};

/** Whether the middle of a control is on the screen and under nothing else. */
const inSight = (control: Locator) =>
  control.evaluate((element) => {
    const box = element.getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return box.bottom <= innerHeight && top !== null && (element.contains(top) || top.contains(element));
  });

const both = (kim: WorkerPage, id: number) => async () =>
  (await Promise.all(['Accept', 'Decline'].map((name) => inSight(kim.preview(id).getByRole('button', { name }))))).join();

describe.each([
  ['1280 px', { viewport: { width: 1280, height: 720 } }],
  ['200 %', { viewport: { width: 640, height: 360 } }],
  ['320 px', { viewport: { width: 320, height: 640 } }],
  ['400 %', { viewport: { width: 320, height: 256 } }],
])('at %s Accept and Decline are in sight', (name, options) => {
  it('with long data, messages, and a call further down', async () => {
    const kim = await on.worker(options);
    on.host.tell({ type: 'call', ...call({ data: long }) });
    for (const text of ['One.', 'Two.', 'Three.', 'Four.']) on.host.tell({ type: 'problem', code: 'call-refused', why: 'call-refused', words: text });
    offer(1);
    await becomes(both(kim, 1), 'true,true');
    await kim.page.screenshot({ path: `test-results/in-sight-${name.replace(/\W+/g, '-')}.png` });
    await kim.page.locator('.scroller').evaluate((scroller) => {
      scroller.scrollTo(0, scroller.scrollHeight);
    });
    await becomes(both(kim, 1), 'true,true');
    await kim.preview(1).getByRole('button', { name: 'more' }).last().scrollIntoViewIfNeeded();
    await kim.page.screenshot({ path: `test-results/in-sight-${name.replace(/\W+/g, '-')}-scrolled.png` });
    await becomes(both(kim, 1), 'true,true');
  });

  it('and so is whatever Tab leads to below them', async () => {
    const kim = await on.worker(options);
    on.host.tell({ type: 'call', ...call({ data: long.slice(0, 30).map((pair) => ({ ...pair, value: 'value', edit: true })) }) });
    on.host.tell({ type: 'previewOffer', ...preview({ length: 120_000 }) });
    await kim.preview(17).and(kim.page.locator(':focus')).waitFor();
    const hidden: string[] = [];
    for (const key of ['Tab', 'Shift+Tab']) {
      for (let count = 0; count < 16; count += 1) {
        await kim.page.keyboard.press(key);
        // The page looks a frame later, and the frame after it is drawn.
        await kim.page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
        const focused = kim.page.locator(':focus');
        if (await focused.count() > 0 && !(await inSight(focused))) hidden.push(`${key} ${count}: ${await focused.evaluate((one) => one.ariaLabel ?? one.textContent)}`);
      }
    }
    expect(hidden).toEqual([]);
  });

  it('of two previews, each with long data', async () => {
    const kim = await on.worker(options);
    offer(1);
    offer(2);
    await becomes(both(kim, 1), 'true,true');
    // Where there is no room for both, the second is reached by scrolling.
    if (name === '1280 px') await becomes(both(kim, 2), 'true,true');
    await kim.page.screenshot({ path: `test-results/in-sight-two-${name.replace(/\W+/g, '-')}.png` });
    await kim.preview(2).getByRole('button', { name: 'more' }).click();
    await becomes(async () => (await kim.preview(2).getByRole('row').count()) > 0, true);
    on.host.tell({ type: 'previewEnd', id: 1, end: 'cancelled', text: '' });
    await becomes(both(kim, 2), 'true,true');
  });
});

describe('who calls closes what lies over the page, and has the focus:', () => {
  const settings = async (kim: WorkerPage) => {
    await kim.page.getByRole('tab', { name: 'Alerts' }).click();
    await kim.page.locator('.alerts').getByRole('button', { name: 'Check now' }).click();
    await kim.page.getByRole('dialog').waitFor();
  };
  const ways: Readonly<Record<string, (kim: WorkerPage) => Promise<void>>> = {
    'the sheet of shortcuts': (kim) => kim.page.keyboard.press('?'),
    'the check of the browser': settings,
    // The sheet would lie on top of it.
    'the check of the browser, in which "?" was pressed': async (kim) => {
      await settings(kim);
      await kim.page.keyboard.press('?');
    },
    'the menu of states, by a click': (kim) => kim.page.locator('#state').click(),
    'the menu of states, by its key': (kim) => kim.page.keyboard.press('Alt+s'),
  };

  it.each(Object.entries(ways))('%s', async (_, open) => {
    for (let count = 0; count < 6; count += 1) on.host.picture.menu.push({ id: `state-${count}`, icon: '', text: `State ${count}`, ready: false });
    const kim = await on.worker();
    const over = kim.page.locator('dialog[open], [role=menu]');
    await open(kim);
    await over.first().waitFor();
    await kim.page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    expect(await over.count()).toBe(1);
    offer(1);
    await kim.page.locator('[data-preview="1"]:focus').waitFor();
    await becomes(() => over.count(), 0);
    await becomes(both(kim, 1), 'true,true');
  });
});

it('a chat that comes beside four unanswered questions is where the worker can write', async () => {
  on.host.picture.outcomes = [1, 2, 3, 4].map((id) => outcome({ id, connId: `00000000000000a${id}`, about: id > 2 ? 'missed' : 'call' }));
  const kim = await on.worker({ viewport: { width: 1280, height: 720 } });
  on.host.says(chat(), [line(1)]);
  const field = kim.page.getByLabel('Your message');
  await field.waitFor();
  await kim.page.screenshot({ path: 'test-results/in-sight-chat-and-outcomes.png' });
  await becomes(() => inSight(field), true);
  // What is asked of missed previews is folded.
  await becomes(() => kim.page.getByRole('button', { name: 'Save outcome' }).count(), 2);
  await kim.page.getByRole('button', { name: 'Note the outcome' }).first().click();
  await becomes(() => kim.page.getByRole('button', { name: 'Save outcome' }).count(), 3);
});

it('long data is folded, and unfolds by a button', async () => {
  const kim = await on.worker();
  offer(1);
  await kim.preview(1).waitFor();
  expect(await kim.preview(1).getByRole('row').count()).toBe(8);
  await kim.preview(1).getByRole('button', { name: 'Show 52 more' }).click();
  await becomes(() => kim.preview(1).getByRole('row').count(), 60);
});

describe('the focus', () => {
  const shows = (state: 'ringing' | 'established' | 'held', ...buttons: ('answer' | 'hold' | 'retrieve' | 'release' | 'transfer')[]) => {
    on.host.tell({ type: 'call', ...call({ state, buttons }) });
  };
  const focused = (kim: WorkerPage) => () => kim.page.evaluate(() => document.activeElement?.textContent);

  it('stays at the call when its buttons change, and goes to the work when it ends', async () => {
    const kim = await on.worker();
    shows('ringing', 'answer');
    await kim.page.getByRole('button', { name: 'Answer' }).focus();
    shows('established', 'hold', 'transfer', 'release');
    await becomes(focused(kim), 'Hold');
    shows('held', 'retrieve', 'release');
    await becomes(focused(kim), 'Take back');
    on.host.tell({ type: 'callEnd', connId: call().connId, dn: '7001', ending: 'ended' });
    await kim.page.locator('#work:focus').waitFor();
  });

  it.each([
    ['Mute', 'mute', { buttons: ['hold', 'release', 'mute'] }, 'Unmute', { buttons: ['hold', 'unmute', 'release'], muted: true }],
    ['Unmute', 'unmute', { buttons: ['hold', 'unmute', 'release', 'digits'], muted: true }, 'Mute', { buttons: ['hold', 'release', 'mute', 'digits'] }],
  ] as const)('goes from %s to its counterpart, and a second Enter holds nobody', async (name, button, before, counterpart, after) => {
    const kim = await on.worker();
    const shows = ({ buttons, ...more }: typeof before | typeof after) => { on.host.tell({ type: 'call', ...call({ buttons: [...buttons], ...more }) }); };
    shows(before);
    await kim.call().getByRole('button', { name: 'More actions' }).click();
    const pressed = kim.call().getByRole('button', { name, exact: true });
    await kim.still(pressed);
    await pressed.focus();
    await kim.page.keyboard.press('Enter');
    shows(after);
    await becomes(focused(kim), counterpart);
    await kim.page.keyboard.press('Enter');
    await kim.still(kim.call().getByRole('button', { name: counterpart, exact: true }));
    expect(on.host.received.flatMap((frame) => (frame.type === 'call' ? [frame.button] : []))).toEqual([button]);
  });

  const id = (kim: WorkerPage) => () => kim.page.evaluate(() => document.activeElement?.id);

  it('is at the state again when the host is lost while its menu is open', async () => {
    const kim = await on.worker();
    await kim.page.keyboard.press('Alt+s');
    await kim.page.getByRole('menu').waitFor();
    on.host.down = true;
    on.host.drop();
    await kim.page.getByRole('menu').waitFor({ state: 'detached' });
    await becomes(id(kim), 'state');
  });

  it.each([
    ['the next one', [{ id: 'a', icon: '', text: 'Lunch', ready: false }], 'Lunch'],
    ['what has come in its place', [], 'Log out as agent'],
  ])('goes from an entry of the menu that is taken away to %s, and Escape closes it', async (_, menu, next) => {
    const says = (logIn: boolean) => { on.host.tell({ type: 'state', state: on.host.picture.state, menu, logIn, logOut: !logIn, channels: on.host.picture.channels }); };
    const kim = await on.worker();
    says(true);
    await kim.page.keyboard.press('Alt+s');
    await kim.page.keyboard.press('End');
    await becomes(focused(kim), 'Log in as agent');
    says(false);
    await becomes(focused(kim), next);
    await kim.page.keyboard.press('Escape');
    await becomes(id(kim), 'state');
    await kim.page.getByRole('menu').waitFor({ state: 'detached' });
  });

  it('goes from a message that is put away to the next one, and from the last to the work', async () => {
    const kim = await on.worker();
    for (const words of ['One.', 'Two.', 'Three.']) on.host.tell({ type: 'problem', code: 'call-refused', why: 'call-refused', words });
    const notices = kim.page.locator('[data-notice]');
    await becomes(() => notices.count(), 3);
    const at = () => kim.page.evaluate(() => /(One|Two|Three)\./.exec(document.activeElement?.closest('[data-notice]')?.textContent ?? '')?.[1] ?? document.activeElement?.id);
    await notices.filter({ hasText: 'Two.' }).getByRole('button').focus();
    for (const next of ['One', 'Three', 'work']) {
      // Sooner, Enter would be meant for the one that has gone.
      await kim.page.waitForTimeout(600);
      await kim.page.keyboard.press('Enter');
      await becomes(at, next);
    }
  });

  it.each([
    ['Not now', () => Promise.resolve()],
    ['Check now', async (kim: WorkerPage) => {
      await kim.page.getByRole('dialog').getByRole('button', { name: 'Close' }).focus();
      await kim.page.keyboard.press('Enter');
    }],
  ] as const)('goes from "%s" to the work, when the hint goes', async (name, then) => {
    const kim = await on.worker();
    await kim.page.mouse.click(5, 5);
    await kim.page.locator('[data-hint=check]').getByRole('button', { name }).focus();
    await kim.page.keyboard.press('Enter');
    await then(kim);
    await kim.page.locator('[data-hint]').waitFor({ state: 'detached' });
    await becomes(id(kim), 'work');
  });

  it('goes back to Transfer when the number is given or not, and stays when the call is held meanwhile', async () => {
    const kim = await on.worker();
    shows('established', 'hold', 'transfer', 'release');
    const transfer = kim.call().getByRole('button', { name: 'Transfer', exact: true });
    await kim.aim(transfer);
    await kim.page.keyboard.press('Escape');
    await becomes(focused(kim), 'Transfer');
    await kim.transfer('7099');
    await becomes(focused(kim), 'Transfer');
    on.host.tell({ type: 'problem', code: 'call-refused', why: 'call-refused', words: 'No.' });
    await kim.aim(transfer);
    await becomes(() => kim.call().getByRole('combobox').evaluate((one) => one === document.activeElement), true);
    shows('held', 'retrieve', 'release');
    await kim.page.locator('[data-call]:focus').waitFor();
    // Whoever still writes presses nothing.
    await kim.page.keyboard.press('Space');
    await kim.page.keyboard.press('Enter');
    await kim.still(kim.call().getByRole('button', { name: 'Take back' }));
    expect(on.host.received.filter((frame) => frame.type === 'call').length).toBe(1);
  });
});
