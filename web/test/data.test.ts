/** Business data as the site wants it, and what the worker may change of it. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Call } from '../src/frames';
import { call, preview } from './mock-host.mjs';
import type { WorkerPage } from './page';
import { becomes, heard, stage } from './stage';

const on = stage();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const { connId, dn } = call();
const asked = { type: 'userData', connId, dn } as const;

const form = {
  fields: [
    { key: 'Order', label: 'Purchase', group: 'Case' },
    { key: 'Status', label: 'Status', group: 'Case' },
    { key: 'Result', label: 'Result of the talk', group: '' },
  ],
  foldOthers: true,
};
const order = { key: 'Order', value: '4711', link: 'https://crm.example.com/order/4711', edit: true };
const others = [{ key: 'x', value: '1' }, { key: 'y', value: '2' }];

const tell = (change: Partial<Call>): void => { on.host.tell({ type: 'call', ...call(change) }); };
const row = (kim: WorkerPage, key: string): Locator => kim.call().locator(`[data-key="${key}"]`);
const pencil = (kim: WorkerPage): Locator => row(kim, 'Order').getByRole('button', { name: 'Change Purchase' });

async function onACall(change: Partial<Call> = {}): Promise<WorkerPage> {
  on.host.picture.form = form;
  const kim = await on.worker();
  tell({ data: [order, ...others], ...change });
  await kim.callIs('established');
  return kim;
}

it('shows labels under their headings, says where a link leads, and folds the rest', async () => {
  const kim = await onACall({ data: [order, { key: 'Status', value: 'new\nold' }, ...others], more: 7 });
  await kim.call().getByRole('rowheader', { name: 'Case' }).waitFor();
  const link = row(kim, 'Order').getByRole('link');
  expect([await link.getAttribute('href'), await link.getAttribute('target'), await link.getAttribute('rel')]).toEqual([order.link, '_blank', 'noopener noreferrer']);
  await row(kim, 'Order').getByText('crm.example.com', { exact: true }).waitFor();
  await kim.call().getByText('Entries not shown: 7').waitFor();
  expect(await row(kim, 'x').count()).toBe(0);
  await kim.call().getByRole('button', { name: 'Show 2 more' }).click();
  await row(kim, 'y').waitFor();
  await kim.call().getByRole('rowheader', { name: 'Other data' }).waitFor();
});

it('shows a preview by the same form, and nothing to change there', async () => {
  on.host.picture.form = form;
  const kim = await on.worker();
  on.host.tell({ type: 'previewOffer', ...preview({ data: [{ key: 'Order', value: '4711' }, { key: 'Story', value: 'Once', cut: 900 }], more: 2 }) });
  await kim.preview().getByRole('rowheader', { name: 'Purchase' }).waitFor();
  await kim.preview().getByText('Entries not shown: 2').waitFor();
  await kim.preview().getByRole('button', { name: 'Show 1 more' }).click();
  await kim.preview().getByText('Characters not shown: 900').waitFor();
  expect(await kim.preview().getByRole('button', { name: /Change|Add/ }).count()).toBe(0);
});

it('takes script and other addresses for text', async () => {
  const script = '<img src=x onerror="document.title=1">';
  const kim = await onACall({ data: [{ key: script, value: script, link: 'javascript:document.title=1' }, { key: 'Order', value: 'x', link: 'https://' }] });
  await kim.call().getByRole('button', { name: 'Show 1 more' }).click();
  await kim.call().getByRole('cell', { name: script }).waitFor();
  expect(await kim.call().locator('img, a').count()).toBe(0);
});

it('changes a pair with the keyboard alone, and shows it when the T-Server has said so', async () => {
  const kim = await onACall();
  await pencil(kim).focus();
  await kim.page.keyboard.press('Enter');
  const field = kim.call().getByRole('textbox', { name: 'Purchase' });
  await becomes(() => field.evaluate((one) => one === document.activeElement), true);
  await kim.page.keyboard.press('End');
  await kim.page.keyboard.type('2');
  await kim.page.keyboard.press('Enter');
  await heard(on.host, { ...asked, key: 'Order', was: '4711', value: '47112' });
  await kim.call().getByText('Waiting for the contact centre').waitFor();
  expect(await row(kim, 'Order').getByText('47112', { exact: true }).count(), 'not before it is so').toBe(0);
  await kim.page.keyboard.press('Enter');
  tell({ data: [{ ...order, value: '47112' }, ...others] });
  await row(kim, 'Order').getByText('47112').waitFor();
  expect(on.host.received.length, 'asked once').toBe(1);
  await becomes(() => pencil(kim).evaluate((one) => one === document.activeElement), true);
  await kim.call().locator('tr.fresh[data-key=Order]').waitFor();
  await kim.call().locator('tr.fresh').waitFor({ state: 'detached' });
});

it('adds and removes a pair', async () => {
  const kim = await onACall({ add: ['Result'] });
  await kim.call().getByRole('button', { name: 'Add Result of the talk' }).click();
  await kim.page.keyboard.type('sold');
  await kim.page.keyboard.press('Enter');
  await heard(on.host, { ...asked, key: 'Result', value: 'sold' });
  tell({ data: [order, { key: 'Result', value: 'sold', edit: true }] });
  await row(kim, 'Result').getByRole('button', { name: 'Change Result of the talk' }).click();
  await row(kim, 'Result').getByRole('button', { name: 'Remove' }).click();
  await heard(on.host, { ...asked, key: 'Result', was: 'sold' });
  tell({ data: [order], add: ['Result'] });
  await kim.call().getByRole('button', { name: 'Add Result of the talk' }).waitFor();
});

it('keeps what was typed when it is refused, or somebody else was there first', async () => {
  const kim = await onACall();
  await pencil(kim).click();
  const field = kim.call().getByRole('textbox', { name: 'Purchase' });
  await field.fill('mine');
  await kim.page.keyboard.press('Enter');
  await heard(on.host, { ...asked, key: 'Order', was: '4711', value: 'mine' });
  on.host.tell({ type: 'problem', code: 'data-refused', why: 'call-refused', words: 'The switch does not do this.' });
  await kim.notice('The switch does not do this.');
  await kim.call().getByText('Waiting for the contact centre').waitFor({ state: 'detached' });
  expect(await field.inputValue()).toBe('mine');
  tell({ data: [{ ...order, value: 'theirs' }, ...others] });
  await kim.call().getByText('Changed meanwhile. It is now: theirs').waitFor();
  expect(await field.inputValue()).toBe('mine');
  await kim.call().getByRole('button', { name: 'Save' }).click();
  await heard(on.host, { ...asked, key: 'Order', was: 'theirs', value: 'mine' });
  tell({ data: others, add: ['Order'] });
  await kim.call().getByText('Removed meanwhile').waitFor();
  expect(await kim.call().getByRole('textbox', { name: 'Purchase' }).inputValue()).toBe('mine');
  await kim.page.keyboard.press('Escape');
});

it('gives back what was typed when the call ends before it was saved', async () => {
  const kim = await onACall();
  await pencil(kim).click();
  await kim.call().getByRole('textbox', { name: 'Purchase' }).fill('the caller wants 12');
  on.host.tell({ type: 'callEnd', connId: call().connId, dn: '7001', ending: 'ended' });
  await kim.notice('the caller wants 12');
  await kim.notice('Not saved, because the call has ended: Order');
});

it('takes what comes back without a half of a letter for what was saved', async () => {
  const kim = await onACall();
  await pencil(kim).click();
  const field = row(kim, 'Order').getByRole('textbox');
  await field.evaluate((input: HTMLInputElement) => {
    input.value = 'a\ud83d b';
    input.dispatchEvent(new InputEvent('input', { bubbles: true }));
  });
  await kim.aim(row(kim, 'Order').getByRole('button', { name: 'Save' }));
  await heard(on.host, { ...asked, key: 'Order', was: '4711', value: 'a b' });
  tell({ data: [{ ...order, value: 'a b' }, ...others] });
  await field.waitFor({ state: 'detached' });
});

it('offers nothing to change while the host is out of reach', async () => {
  const kim = await onACall();
  await pencil(kim).click();
  await kim.call().getByRole('textbox').fill('mine');
  on.host.down = true;
  on.host.drop();
  await kim.saysLost();
  await kim.page.keyboard.press('Enter');
  on.host.down = false;
  await kim.settled();
  expect(on.host.received.filter(({ type }) => type === 'userData')).toEqual([]);
  expect(await kim.call().getByRole('textbox').inputValue()).toBe('mine');
});

it('says once what has changed, however many pairs it were', async () => {
  const kim = await onACall();
  const said = () => kim.page.locator('[aria-live=polite] p').allTextContents();
  const before = (await said()).length;
  tell({ data: [{ ...order, value: '1' }, { key: 'Status', value: 'new' }, { key: 'x', value: '9' }, { key: 'z', value: '3' }] });
  const sentence = 'Business data of the call with +49 30 1234567 changed: Purchase, Status, x …';
  await becomes(async () => (await said()).filter((one) => one.replace(/[\u2066-\u2069]/g, '') === sentence).length, 1);
  expect((await said()).length).toBe(before + 1);
});

it('shows other labels when the host says so, and takes that for no news', async () => {
  const kim = await onACall();
  on.host.picture.form = { ...form, fields: [{ key: 'Order', label: 'Auftrag', group: '' }] };
  on.host.raw(JSON.stringify({ type: 'snapshot', ...on.host.picture, serverTime: Date.now() }));
  await row(kim, 'Order').getByRole('rowheader', { name: 'Auftrag' }).waitFor();
  expect(await kim.call().locator('tr.fresh').count()).toBe(0);
});

it.each([
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['320 px', { viewport: { width: 320, height: 640 } }],
  ['without motion', { reducedMotion: 'reduce' }],
] as const)('axe-core finds nothing: %s', async (look, options) => {
  on.host.picture.form = form;
  const kim = await on.worker(options);
  const status = { key: 'Status', link: 'https://crm.example.com/status/new' };
  tell({ data: [order, { ...status, value: 'new' }, ...others], add: ['Result'], more: 3 });
  await kim.callIs('established');
  await pencil(kim).click();
  await kim.call().getByRole('button', { name: 'Add Result of the talk' }).click();
  tell({ data: [{ ...order, value: '4712' }, { ...status, value: 'old' }, ...others], add: ['Result'], more: 3 });
  await kim.call().locator('tr.fresh[data-key=Status]').waitFor();
  await kim.page.evaluate(axe);
  const violations = await kim.page.evaluate(async () => {
    const run = (window as unknown as { axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> } }).axe;
    const { violations: found } = await run.run();
    return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
  });
  expect(violations).toEqual([]);
  expect(await kim.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
  if (process.env.SCREENSHOTS !== undefined) await kim.page.screenshot({ path: `${process.env.SCREENSHOTS}/data-${look.replace(' ', '-')}.png`, fullPage: true });
});
