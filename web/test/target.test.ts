/** Whom to call: the list under the field, by keyboard alone, live, and what a browser remembers. */

import { expect, it } from 'vitest';
import { violations } from './axe';
import { call } from './mock-host.mjs';
import type { WorkerPage } from './page';
import { becomes, heard, stage } from './stage';
import { targets } from './targets.mjs';

const on = stage();
const told = { type: 'call', connId: call().connId, dn: '7001', state: 'established' } as const;

/** Kim at the form of a new call. */
async function dialling(): Promise<WorkerPage> {
  on.host.targets = targets();
  const kim = await on.worker();
  await kim.aim(kim.page.locator('[data-button=dial]'));
  return kim;
}

const field = (kim: WorkerPage) => kim.page.getByRole('combobox', { name: /number/i });
const names = (kim: WorkerPage) => kim.page.getByRole('option').locator('.target-name bdi').allTextContents();

it('finds colleagues and contact points, and calls one by keyboard alone', async () => {
  const kim = await dialling();
  await kim.page.keyboard.type('B');
  await becomes(() => names(kim), ['Bo Andersen', 'Bea Ortiz-Wiśniewska', 'Billing']);
  expect(await field(kim).getAttribute('aria-expanded')).toBe('true');
  await kim.page.getByRole('status').filter({ hasText: 'Found: 3.' }).waitFor();
  await kim.page.keyboard.press('ArrowUp');
  const active = await field(kim).getAttribute('aria-activedescendant');
  expect(await kim.page.getByRole('option', { selected: true }).getAttribute('id')).toBe(active);
  await kim.page.keyboard.press('ArrowDown');
  await kim.page.keyboard.press('Enter');
  await kim.page.locator('[data-chosen="worker:bo"][data-known=true]').waitFor();
  expect(on.host.received).toEqual([]);
  await kim.page.keyboard.press('Enter');
  await heard(on.host, { type: 'dial', dn: '7001', to: '7003' });
  await becomes(() => on.host.searched.at(-1), { type: 'searchEnd' });
});

it('shows how those who were found are, and how they become', async () => {
  const kim = await dialling();
  await kim.page.keyboard.type('bill');
  const billing = kim.page.locator('[data-target="point:billing"]');
  await billing.filter({ hasText: /Waiting\s*3/ }).filter({ hasText: /Longest wait\s*01:35/ }).filter({ hasText: /Answered\s*not known/ }).waitFor();
  const [bo, bea, point, kiosk] = targets();
  if (bo === undefined || bea === undefined || point === undefined || kiosk === undefined) throw new Error('no targets');
  on.host.tell({ type: 'found', query: 'bill', targets: [{ ...point, statistics: [{ label: 'Answered', format: 'percent', value: 87 }] }], more: true });
  await billing.filter({ hasText: /Answered\s*87%/ }).waitFor();
  await kim.page.getByRole('status').filter({ hasText: 'There are more' }).waitFor();
  on.host.tell({ type: 'found', query: 'other', targets: [kiosk], more: false });
  await becomes(() => names(kim), []);
});

it('has what was typed again when it was refused, or when the call moved meanwhile, and not when it was done or cancelled', async () => {
  const kim = await on.worker();
  const transfer = async () => {
    await kim.aim(kim.call().getByRole('button', { name: 'Transfer', exact: true }));
    return [await field(kim).inputValue(), await kim.call().getByLabel('Note').inputValue()];
  };
  const shows = (change: Parameters<typeof call>[0] = {}) => { on.host.tell({ type: 'call', ...call(change) }); };
  shows();
  expect(await transfer()).toEqual(['', '']);
  await field(kim).fill('7099');
  await kim.call().getByLabel('Note').fill('Waits since Monday');
  shows({ state: 'held', buttons: ['retrieve'] });
  await field(kim).waitFor({ state: 'detached' });
  shows();
  expect(await transfer()).toEqual(['7099', 'Waits since Monday']);
  await kim.aim(kim.call().getByRole('button', { name: 'Transfer now' }));
  await heard(on.host, { ...told, button: 'transfer', to: '7099', note: 'Waits since Monday' });
  on.host.tell({ type: 'problem', code: 'call-refused', why: 'call-refused', words: 'No.' });
  await kim.notice('No.');
  expect(await transfer()).toEqual(['7099', 'Waits since Monday']);
  await kim.page.keyboard.press('Escape');
  expect(await transfer()).toEqual(['', '']);
  await field(kim).fill('7098');
  await kim.aim(kim.call().getByRole('button', { name: 'Transfer now' }));
  shows({ caller: 'Ada' });
  await kim.call().getByRole('heading', { name: 'Ada' }).waitFor();
  expect(await transfer()).toEqual(['', '']);
});

it('takes a number as it is, and beginnings of names only from the list', async () => {
  const kim = await dialling();
  await kim.page.keyboard.type('bo');
  await becomes(() => names(kim), ['Bo Andersen']);
  await kim.aim(kim.page.getByRole('button', { name: 'Call', exact: true }));
  await kim.page.getByRole('alert').filter({ hasText: 'Choose somebody' }).waitFor();
  expect(on.host.received).toEqual([]);
  // Before the host has answered whether somebody is called like that.
  on.host.deaf = true;
  await field(kim).fill('(030) \uff17\uff17');
  await kim.page.keyboard.press('Enter');
  await heard(on.host, { type: 'dial', dn: '7001', to: '(030) \uff17\uff17' });
});

it('closes the list with Escape, then the form', async () => {
  const kim = await dialling();
  await kim.page.keyboard.type('b');
  await becomes(async () => (await names(kim)).length, 3);
  await kim.page.keyboard.press('Escape');
  await becomes(() => names(kim), []);
  await field(kim).waitFor();
  await kim.page.keyboard.press('Escape');
  await field(kim).waitFor({ state: 'detached' });
});

it('calls no beginning of a name before the host has answered', async () => {
  const kim = await dialling();
  on.host.deaf = true;
  await kim.page.keyboard.type('bo');
  await kim.page.keyboard.press('Enter');
  await kim.page.getByRole('alert').filter({ hasText: 'Choose somebody' }).waitFor();
  on.host.tell({ type: 'found', query: 'bo', targets: [], more: false });
  await kim.page.getByRole('status').filter({ hasText: 'Nobody found.' }).waitFor();
  await kim.page.keyboard.press('Enter');
  await becomes(() => on.host.received, [{ type: 'dial', dn: '7001', to: 'bo' }]);
});

/** Kim looks for Bo at the form of a new call, then for Bea at that of a transfer; both are open. */
async function twoForms(): Promise<WorkerPage> {
  const kim = await dialling();
  await kim.page.keyboard.type('bo');
  await becomes(() => names(kim), ['Bo Andersen']);
  on.host.tell({ type: 'call', ...call({ buttons: ['transfer'] }) });
  await kim.aim(kim.call().getByRole('button', { name: 'Transfer', exact: true }));
  await kim.page.keyboard.type('bea');
  await becomes(() => names(kim), ['Bea Ortiz-Wiśniewska']);
  return kim;
}

it('keeps the search of one form when another one closes', async () => {
  const kim = await twoForms();
  await kim.page.locator('.dial').getByRole('button', { name: 'Cancel' }).click();
  await becomes(() => field(kim).count(), 1);
  expect(await names(kim)).toEqual(['Bea Ortiz-Wiśniewska']);
  await kim.page.keyboard.press('Escape');
  expect(on.host.searched.filter(({ type }) => type === 'searchEnd')).toEqual([]);
});

it('asks again for the form that the worker comes back to', async () => {
  const kim = await twoForms();
  await kim.page.getByLabel('Number to call').focus();
  await becomes(() => names(kim), ['Bo Andersen']);
});

it('takes a double click on somebody for a choice, and calls nobody', async () => {
  const kim = await dialling();
  await kim.page.keyboard.type('B');
  await becomes(async () => (await names(kim)).length, 3);
  // Where the button comes to stand once the list is closed.
  await kim.page.getByRole('option').first().click();
  await kim.page.locator('[data-chosen="worker:bo"]').waitFor();
  await kim.hit(kim.page.getByRole('button', { name: 'Call', exact: true }));
  await kim.aim(kim.page.getByRole('button', { name: 'Call', exact: true }));
  await becomes(() => on.host.received, [{ type: 'dial', dn: '7001', to: '7003' }]);
});

it('chooses whom the arrows have come to, also when the list has changed', async () => {
  const kim = await dialling();
  await kim.page.keyboard.type('B');
  await becomes(async () => (await names(kim)).length, 3);
  await kim.page.keyboard.press('ArrowDown');
  await kim.page.keyboard.press('ArrowDown');
  on.host.tell({ type: 'found', query: 'B', targets: targets().slice(1, 3), more: false });
  await becomes(() => names(kim), ['Bea Ortiz-Wiśniewska', 'Billing']);
  await kim.page.keyboard.press('Enter');
  await kim.page.locator('[data-chosen="worker:bea"]').waitFor();
});

it('passes a note on with the call', async () => {
  on.host.targets = targets();
  const kim = await on.worker();
  on.host.tell({ type: 'call', ...call({ buttons: ['transfer', 'consultTransfer'] }) });
  await kim.aim(kim.call().getByRole('button', { name: 'Transfer', exact: true }));
  await kim.page.keyboard.type('bea');
  await becomes(() => names(kim), ['Bea Ortiz-Wiśniewska']);
  await kim.page.getByRole('option').click();
  await kim.call().getByLabel('Note').fill('Waits since Monday\nfor her order');
  await kim.aim(kim.call().getByRole('button', { name: 'Ask them first' }));
  await heard(on.host, { ...told, button: 'consultTransfer', to: '7004', note: 'Waits since Monday\nfor her order' });
});

it('offers no note where none is passed on', async () => {
  on.host.picture.note = false;
  const kim = await on.worker();
  on.host.tell({ type: 'call', ...call() });
  await kim.aim(kim.call().getByRole('button', { name: 'Transfer', exact: true }));
  await field(kim).waitFor();
  expect(await kim.call().getByLabel('Note').count()).toBe(0);
});

it('asks first for favourites and for whom was called, through a reload', async () => {
  const kim = await dialling();
  await kim.page.keyboard.type('bo');
  await becomes(() => names(kim), ['Bo Andersen']);
  await kim.page.getByRole('option').click();
  await kim.page.getByRole('button', { name: 'Favourite' }).click();
  await kim.page.getByRole('button', { name: 'Favourite', pressed: true }).waitFor();
  await field(kim).fill('kiosk');
  await becomes(() => names(kim), ['Kiosk']);
  await kim.page.getByRole('option').click();
  await field(kim).press('Enter');
  await heard(on.host, { type: 'dial', dn: '7001', to: '+49 30 555' });
  await kim.page.reload();
  await kim.settled();
  await kim.aim(kim.page.locator('[data-button=dial]'));
  await kim.page.keyboard.press('ArrowDown');
  await becomes(() => on.host.searched.at(-1), { type: 'search', query: '', keep: ['worker:bo', 'point:kiosk'] });
  await becomes(() => names(kim), ['Bo Andersen', 'Kiosk', 'Billing']);
});

it('shows in each tab who is a favourite, and what is pressed counts by what it showed', async () => {
  const kim = await dialling();
  const second = await on.tabOf(kim);
  await second.settled();
  await second.aim(second.page.locator('[data-button=dial]'));
  for (const tab of [kim, second]) {
    await field(tab).fill('bo');
    await tab.page.getByRole('option', { name: 'Bo Andersen' }).click();
  }
  const is = (tab: WorkerPage, pressed: boolean) => tab.page.getByRole('button', { name: 'Favourite', pressed }).waitFor();
  const press = (tab: WorkerPage) => tab.page.getByRole('button', { name: 'Favourite' }).click();
  await press(kim);
  await is(second, true);
  await press(second);
  await is(kim, false);
  // The word of another tab is still on its way.
  await kim.page.evaluate(() => { localStorage.setItem('uc.targets.kim', '{"favourites":["worker:bo"],"recent":[]}'); });
  await is(kim, false);
  await press(kim);
  await is(kim, true);
  expect(await kim.page.evaluate(() => localStorage.getItem('uc.targets.kim'))).toContain('worker:bo');
});

it('works where the browser keeps nothing, and says so once', async () => {
  on.host.targets = targets();
  const kim = await on.stranger();
  await kim.page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  await kim.signIn('kim', 'right');
  await kim.aim(kim.page.locator('[data-button=dial]'));
  await kim.page.keyboard.type('bo');
  await becomes(() => names(kim), ['Bo Andersen']);
  await kim.page.getByRole('option').click();
  await kim.page.getByRole('button', { name: 'Favourite' }).click();
  await kim.notice('does not remember');
  await kim.page.getByRole('button', { name: 'Favourite', pressed: true }).click();
  await kim.page.getByRole('button', { name: 'Favourite', pressed: false }).waitFor();
  expect(await kim.page.locator('[data-notice]').count()).toBe(1);
});

it('claims nothing of anybody while the host is out of reach, and asks again', async () => {
  on.host.targets = targets();
  const kim = await on.worker();
  on.host.picture.calls = [call()];
  on.host.tell({ type: 'call', ...call() });
  await kim.aim(kim.call().getByRole('button', { name: 'Transfer', exact: true }));
  await kim.page.keyboard.type('bo');
  await becomes(() => names(kim), ['Bo Andersen']);
  on.host.down = true;
  on.host.drop();
  await kim.saysLost();
  await becomes(() => names(kim), []);
  on.host.down = false;
  await becomes(() => names(kim), ['Bo Andersen'], 15_000);
});

it('is accessible with its list open', async () => {
  const kim = await dialling();
  await kim.page.keyboard.type('b');
  await becomes(async () => (await names(kim)).length, 3);
  await kim.page.keyboard.press('ArrowDown');
  expect(await violations(kim.page)).toEqual([]);
});

it.each([
  ['Transfer', false],
  ['Add someone', true],
] as const)('what was typed for a call that has ended is the worker’s again: %s', async (button, folded) => {
  const kim = await on.worker();
  on.host.tell({ type: 'call', ...call({ buttons: ['release', 'transfer', 'conference'] }) });
  if (folded) await kim.aim(kim.call().getByRole('button', { name: 'More actions' }));
  await kim.aim(kim.call().getByRole('button', { name: button, exact: true }));
  await field(kim).fill('7099');
  await kim.call().getByLabel('Note').fill('Waits since Monday');
  on.host.tell({ type: 'callEnd', connId: call().connId, dn: '7001', ending: 'ended' });
  await kim.notice(new RegExp(`Not sent, because the call has ended: ${button}.*7099\\s+Waits since Monday`, 's'));
});

it('what was sent is not told to be lost', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'call', ...call() });
  await kim.transfer('7099');
  await heard(on.host, { ...told, button: 'transfer', to: '7099' });
  on.host.tell({ type: 'callEnd', connId: call().connId, dn: '7001', ending: 'transferred' });
  await kim.notice('Transferred');
  expect(await kim.page.locator('[data-notice]').count()).toBe(1);
});
