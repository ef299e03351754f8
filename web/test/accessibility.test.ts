import type { BrowserContextOptions } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violations as violationsOf } from './axe';
import { call, consult, preview } from './mock-host.mjs';
import type { WorkerPage } from './page';
import { becomes, heard, stage } from './stage';

const on = stage();
const violations = (page: WorkerPage) => violationsOf(page.page);

const looks: [string, BrowserContextOptions, 'ltr' | 'rtl'][] = [
  ['light', { colorScheme: 'light' }, 'ltr'],
  ['dark', { colorScheme: 'dark' }, 'ltr'],
  ['320 px', { viewport: { width: 320, height: 640 } }, 'ltr'],
  ['right to left', {}, 'rtl'],
  ['forced colours', { forcedColors: 'active' }, 'ltr'],
];

describe.each(looks)('axe-core finds nothing: %s', (_, options, direction) => {
  it('at the sign-in page, also when it complains', async () => {
    const kim = await on.stranger(options);
    await turn(kim, direction);
    expect(await violations(kim)).toEqual([]);
    await kim.enter('kim', 'wrong');
    await kim.page.getByRole('alert').filter({ hasText: 'not right' }).waitFor();
    expect(await violations(kim)).toEqual([]);
  });

  it('at the desk: empty, with previews, calls, menu, alerts, sheet, and without the host', async () => {
    const kim = await on.worker(options);
    await turn(kim, direction);
    expect(await violations(kim)).toEqual([]);
    on.host.tell({ type: 'call', ...call({ state: 'held', parties: ['0199', '7099'], buttons: ['release'] }) });
    on.host.tell({ type: 'call', ...consult({ muted: true }) });
    await kim.aim(kim.call().getByRole('button', { name: 'More actions' }));
    await kim.aim(kim.call().getByRole('button', { name: 'Keypad' }));
    await kim.aim(kim.page.getByRole('button', { name: 'New call' }));
    expect(await violations(kim)).toEqual([]);
    expect(await overflow(kim)).toBe(0);
    await kim.page.keyboard.press('Escape');
    on.host.tell({ type: 'callEnd', connId: consult().connId, dn: '7001', ending: 'busy' });
    on.host.tell({ type: 'call', ...call() });
    on.host.tell({ type: 'previewOffer', ...preview({ broadcast: true }) });
    on.host.tell({ type: 'previewOffer', ...preview({ id: 18, length: 8_000 }) });
    on.host.tell({ type: 'problem', code: 'call-refused', text: 'The switch refused it.' });
    await kim.preview(18).waitFor();
    expect(await violations(kim)).toEqual([]);
    expect(await overflow(kim)).toBe(0);
    await kim.aim(kim.call().getByRole('button', { name: 'Transfer' }));
    await pastOf(kim);
    expect(await violations(kim)).toEqual([]);
    await kim.page.getByRole('tab', { name: 'Alerts' }).click();
    await kim.page.locator('#state').click();
    expect(await violations(kim)).toEqual([]);
    await kim.page.keyboard.press('Escape');
    await kim.page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    expect(await violations(kim)).toEqual([]);
    await kim.page.keyboard.press('Escape');
    on.host.down = true;
    on.host.drop();
    await kim.saysLost();
    expect(await violations(kim)).toEqual([]);
  });
});

describe('controls', () => {
  it('are at least 44 px high and wide', async () => {
    const kim = await on.worker({ viewport: { width: 320, height: 640 } });
    on.host.tell({ type: 'call', ...call() });
    on.host.tell({ type: 'call', ...consult() });
    await kim.aim(kim.call().getByRole('button', { name: 'More actions' }));
    await kim.aim(kim.call().getByRole('button', { name: 'Keypad' }));
    on.host.tell({ type: 'previewOffer', ...preview() });
    await kim.preview().waitFor();
    const small = await kim.page.locator('button:visible, label.switch:visible').evaluateAll((all) =>
      all.filter((one) => Math.min(one.clientHeight + 2, one.clientWidth + 2) < 44).map((one) => one.outerHTML),
    );
    expect(small).toEqual([]);
  });
});

describe('the keyboard alone', () => {
  it('signs in, changes the state, goes to a preview, accepts it and presses a call button', async () => {
    const kim = await on.stranger();
    const { keyboard } = kim.page;
    await kim.page.getByLabel('User name').and(kim.page.locator(':focus')).waitFor();
    await keyboard.type('kim');
    await keyboard.press('Tab');
    await keyboard.type('right');
    await keyboard.press('Enter');
    await kim.settled();

    await keyboard.press('Alt+s');
    await kim.page.getByRole('menuitemradio', { name: 'Ready' }).and(kim.page.locator(':focus')).waitFor();
    await keyboard.press('End');
    await keyboard.press('ArrowDown');
    await keyboard.press('d');
    await keyboard.press('Enter');
    await heard(on.host, { type: 'choose', state: 'dnd' });
    await kim.page.locator('#state:focus').waitFor();

    on.host.tell({ type: 'previewOffer', ...preview() });
    await kim.page.locator('[data-preview="17"]:focus').waitFor();
    await kim.still(kim.preview(17));
    await keyboard.press('Alt+a');
    await heard(on.host, { type: 'previewAnswer', id: 17, accept: true });
    await kim.previewGone();
    await kim.page.locator('#state:focus').waitFor();

    on.host.tell({ type: 'call', ...call({ buttons: ['hold'] }) });
    await kim.callIs('established');
    await tabTo(kim, 'Hold');
    await kim.still(kim.call().getByRole('button', { name: 'Hold' }));
    await keyboard.press('Space');
    await heard(on.host, { type: 'call', button: 'hold', connId: call().connId, dn: '7001', state: 'established' });
  });

  it('declines only the preview in focus, and never takes the focus from somebody who types', async () => {
    const kim = await on.worker();
    on.host.tell({ type: 'call', ...call() });
    await kim.aim(kim.call().getByRole('button', { name: 'Transfer' }));
    await kim.call().locator('input:focus').waitFor();
    await kim.page.keyboard.type('70');
    on.host.tell({ type: 'previewOffer', ...preview({ id: 1 }) });
    on.host.tell({ type: 'previewOffer', ...preview({ id: 2 }) });
    await kim.preview(2).waitFor();
    await kim.page.keyboard.type('99?');
    await kim.page.keyboard.press('Alt+d');
    await becomes(() => kim.call().getByLabel('Transfer to number').inputValue(), '7099?');
    expect(on.host.received).toEqual([]);
    await kim.still(kim.preview(1));
    await kim.page.keyboard.press('Alt+p');
    await kim.page.keyboard.press('Alt+d');
    await heard(on.host, { type: 'previewAnswer', id: 1, accept: false });
    await kim.page.locator('[data-preview="2"]:focus').waitFor();
  });

  it('opens the sheet of shortcuts, which can be switched off', async () => {
    const kim = await on.worker();
    await kim.page.keyboard.press('?');
    await kim.page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await kim.page.keyboard.press('Escape');
    await kim.page.getByRole('dialog').waitFor({ state: 'hidden' });
    await kim.page.getByRole('tab', { name: 'Alerts' }).click();
    await kim.page.getByRole('switch', { name: 'Use keyboard shortcuts' }).click();
    on.host.tell({ type: 'previewOffer', ...preview() });
    await kim.preview().focus();
    await kim.page.keyboard.press('Alt+a');
    await kim.page.keyboard.press('?');
    expect(await kim.page.getByRole('dialog').count()).toBe(0);
    expect(on.host.received).toEqual([]);
  });
});

/** One preview that was missed; then the list of the day. */
async function pastOf(page: WorkerPage): Promise<void> {
  on.host.tell({ type: 'previewEnd', id: 18, end: 'timedOut', text: '' });
  await page.page.locator('.badge').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.page.getByRole('tab', { name: /^Earlier/ }).click();
  await page.page.locator('[data-past="18"]').waitFor();
}

const turn = (page: WorkerPage, direction: 'ltr' | 'rtl') =>
  page.page.evaluate((dir) => {
    document.documentElement.dir = dir;
  }, direction);

/** How far the page is wider than the window, in pixels (WCAG 1.4.10). */
const overflow = (page: WorkerPage) => page.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

async function tabTo(page: WorkerPage, name: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    await page.page.keyboard.press('Tab');
    if ((await page.page.evaluate(() => document.activeElement?.textContent)) === name) return;
  }
  throw new Error(`Tab never reaches ${name}`);
}
