/** What a worker says of calls and previews that are over: asked quietly, sent once, and never lost while it is typed. */

import { expect, it } from 'vitest';
import { call, preview } from './mock-host.mjs';
import { outcome } from './mock-outcomes.mjs';
import type { WorkerPage } from './page';
import { becomes, heard, stage } from './stage';

const on = stage();
const card = (kim: WorkerPage, about = 'call') => kim.page.locator(`[data-about=${about}]`);
const save = (kim: WorkerPage, about = 'call') => kim.aim(card(kim, about).getByRole('button', { name: 'Save outcome' }));
const sent = () => on.host.received.filter(({ type }) => type === 'outcome' || type === 'outcomeSkip');

it('sends code and note as they are, waits for the host, and says that it is kept', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'outcome', ...outcome() });
  await card(kim).getByLabel('Outcome').selectOption('Wants to be called again');
  await card(kim).getByLabel('Note').fill('<b>Ada</b>\n"4711"');
  await save(kim);
  const { connId } = outcome();
  await heard(on.host, { type: 'outcome', id: 1, connId, code: 'later', note: '<b>Ada</b>\n"4711"' });
  on.host.tell({ type: 'outcome', ...outcome({ waits: true }) });
  await card(kim).getByText('Waiting for the contact centre').waitFor();
  await card(kim).getByRole('button', { name: 'Save outcome' }).and(kim.page.locator('[aria-disabled=true]')).waitFor();
  expect(await card(kim).getByLabel('Note').inputValue()).toContain('<b>Ada</b>');
  on.host.tell({ type: 'outcomeGone', id: 1, end: 'saved' });
  await card(kim).waitFor({ state: 'detached' });
  await kim.notice('Outcome saved: +49 30 1234567');
});

it('keeps what is written when it is refused, through a reload of the connection too, and can be sent again', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'outcome', ...outcome() });
  await card(kim).getByLabel('Note').fill('Called back');
  await save(kim);
  on.host.tell({ type: 'outcome', ...outcome({ waits: true }) });
  on.host.tell({ type: 'outcome', ...outcome() });
  on.host.tell({ type: 'problem', code: 'outcome-refused', why: 'outcome-refused', words: 'Invalid attribute' });
  await kim.notice('It says: Invalid attribute');
  on.host.drop();
  await kim.settled();
  expect(await card(kim).getByLabel('Note').inputValue()).toBe('Called back');
  await save(kim);
  await becomes(() => sent().length, 2);
});

it('asks nothing of a host that has nothing to ask, and says when what was written is asked no longer', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'outcome', ...outcome() });
  await card(kim).getByLabel('Note').fill('Half a sent');
  on.host.picture.outcomes = [outcome({ connId: '00000000000000ff' })];
  on.host.drop();
  await kim.notice('The outcome you wrote was not saved');
  await kim.settled();
  expect(await card(kim).getByLabel('Note').inputValue(), 'a number that was given again is another outcome').toBe('');
  on.host.tell({ type: 'outcomeGone', id: 1, end: 'late' });
  await kim.notice('No outcome was saved');
});

it('does not say that an outcome was not saved that was sent before the connection was lost', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'outcome', ...outcome() });
  await card(kim).getByLabel('Note').fill('Sold one');
  await save(kim);
  await becomes(() => sent().length, 1);
  on.host.picture.outcomes = [];
  on.host.drop();
  await kim.notice(/not known.*Sold one/);
  expect(await kim.page.getByText('was not saved').count()).toBe(0);
});

it.each([['saved', 'Outcome saved'], ['late', 'No outcome was saved'], ['skipped', 'No outcome was saved']] as const)('gives back a note that was not sent here where the outcome is %s', async (end, otherwise) => {
  const kim = await on.worker();
  on.host.tell({ type: 'outcome', ...outcome() });
  await card(kim).getByLabel('Note').fill('Long in writing');
  on.host.tell({ type: 'outcomeGone', id: 1, end });
  await kim.notice(/was not saved.*Long in writing/);
  expect(await kim.page.getByText(otherwise).count()).toBe(0);
});

it('gives back no note of whoever has nothing to say after all', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'outcome', ...outcome() });
  await card(kim).getByLabel('Note').fill('Never mind');
  await kim.aim(card(kim).getByRole('button', { name: 'No outcome' }));
  await becomes(() => sent().length, 1);
  on.host.tell({ type: 'outcomeGone', id: 1, end: 'skipped' });
  await card(kim).waitFor({ state: 'detached' });
  expect(await kim.page.locator('[data-notice]').count()).toBe(0);
});

it('is folded on the card of a call that goes on, and has a card of its own after the call', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'call', ...call() });
  on.host.tell({ type: 'outcome', ...outcome({ over: false }) });
  await kim.aim(kim.call().getByRole('button', { name: 'Note the outcome' }));
  await card(kim).getByLabel('Note').fill('Before the end');
  expect(await card(kim).getByRole('button', { name: 'No outcome' }).count(), 'the call goes on').toBe(0);
  const { connId, dn } = call();
  on.host.tell({ type: 'callEnd', connId, dn, ending: 'ended' });
  on.host.tell({ type: 'outcome', ...outcome() });
  await kim.page.getByRole('heading', { name: 'What came of the call with +49 30 1234567?' }).waitFor();
  expect(await card(kim).getByLabel('Note').inputValue()).toBe('Before the end');
  await kim.aim(card(kim).getByRole('button', { name: 'No outcome' }));
  await heard(on.host, { type: 'outcomeSkip', id: 1, connId });
});

it('sends nothing without a word, nor more letters than the site takes, nor twice by a double click', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'outcome', ...outcome({ note: 10 }) });
  const button = card(kim).getByRole('button', { name: 'Save outcome' });
  await kim.still(button);
  await button.click({ force: true });
  await card(kim).getByLabel('Note').fill('eleven chars');
  await button.click({ force: true });
  await card(kim).getByText(/Letters left: .?-2/).waitFor();
  expect(sent()).toEqual([]);
  await card(kim).getByLabel('Note').fill('ten chars!');
  await kim.still(button);
  await kim.page.waitForTimeout(700);
  await button.dblclick();
  await card(kim).getByText('Waiting for the contact centre').waitFor();
  await becomes(() => sent().length, 1);
  await kim.page.waitForTimeout(200);
  expect(sent().length).toBe(1);
});

it('is said by a screen reader once, by what it is about', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'previewOffer', ...preview() });
  await kim.preview().waitFor();
  on.host.tell({ type: 'previewEnd', id: 17, end: 'timedOut', text: '' });
  on.host.tell({ type: 'outcome', ...outcome({ about: 'missed' }) });
  await kim.page.getByRole('heading', { name: 'Why did you miss +49 30 1234567?' }).waitFor();
  const spoken = () => kim.page.locator('[aria-live]').allTextContents();
  await becomes(async () => (await spoken()).join(' ').split('Why did you miss').length - 1, 1);
});
