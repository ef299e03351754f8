/** What a screen reader is told, read from the live regions. */

import { expect, it } from 'vitest';
import type { CallState } from '../src/frames';
import { call, preview } from './mock-host.mjs';
import { outcome } from './mock-outcomes.mjs';
import type { WorkerPage } from './page';
import { becomes, stage } from './stage';

const on = stage();
const urgent = (kim: WorkerPage) => () => kim.page.locator('[aria-live=assertive] p').allTextContents();
const polite = (kim: WorkerPage) => () => kim.page.locator('[aria-live=polite] p').allTextContents();
const shows = (state: CallState) => {
  on.host.tell({ type: 'call', ...call({ state, buttons: ['transfer', 'release'] }) });
};

it('an arrival at once with the seconds that are left, and the time left at 30, 10 and 5 seconds only', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'previewOffer', ...preview({ length: 20_000, deadline: Date.now() + 11_500 }) });
  await becomes(urgent(kim), ['Call from +49 30 1234567. You have 12 seconds to answer.']);
  await becomes(polite(kim), ['10 seconds left to answer']);
  await becomes(() => kim.secondsLeft(), 7);
  expect(await polite(kim)()).toEqual(['10 seconds left to answer']);
  await becomes(polite(kim), ['10 seconds left to answer', '5 seconds left to answer']);
});

it('a preview of a chat as that, also when it has ended', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'previewOffer', ...preview({ mediaType: 'chat', broadcast: true }) });
  await becomes(urgent(kim), ['Message from +49 30 1234567. You have 30 seconds to answer.']);
  await kim.preview().getByText('Chat preview').waitFor();
  await kim.preview().getByText('gets the chat').waitFor();
  for (const [end, text] of [['accepted', 'the chat with'], ['takenByAnother', 'took the chat'], ['callerGone', 'left the chat'], ['undeliverable', 'for the chat']] as const) {
    on.host.tell({ type: 'previewOffer', ...preview({ mediaType: 'chat' }) });
    on.host.tell({ type: 'previewEnd', id: 17, end, text: '' });
    await kim.notice(text);
  }
});

it('the same caller twice, and nobody again when another preview ends', async () => {
  const kim = await on.worker();
  const text = 'Call from +49 30 1234567. You have 30 seconds to answer.';
  on.host.tell({ type: 'previewOffer', ...preview({ id: 1 }) });
  await becomes(urgent(kim), [text]);
  on.host.tell({ type: 'previewOffer', ...preview({ id: 2 }) });
  await becomes(urgent(kim), [text, text]);
  on.host.tell({ type: 'previewEnd', id: 2, end: 'cancelled', text: '' });
  await kim.previewGone(2);
  expect(await urgent(kim)()).toEqual([text, text]);
});

it('every change of a call once, also over a lost connection', async () => {
  const kim = await on.worker();
  shows('ringing');
  await becomes(urgent(kim), ['Call from +49 30 1234567 rings.']);
  shows('established');
  shows('established');
  shows('held');
  on.host.drop();
  await kim.callIs('unknown');
  await kim.callIs('held');
  shows('established');
  await kim.transfer('7099');
  on.host.tell({ type: 'callEnd', connId: call().connId, dn: '7001', ending: 'ended' });
  const caller = '+49 30 1234567';
  await becomes(polite(kim), [
    `Connected with ${caller}.`,
    `Call with ${caller} is on hold.`,
    `Call with ${caller} is taken back.`,
    `Call with ${caller} has ended.`,
  ]);
  shows('dialing');
  on.host.tell({ type: 'callEnd', connId: call().connId, dn: '7001', ending: 'ended' });
  await becomes(async () => (await polite(kim)()).slice(-2), [`Dialling ${caller}.`, `Call with ${caller} has ended.`]);
});

it('however much comes at once', async () => {
  const kim = await on.worker();
  on.host.picture.previews = [1, 2, 3].map((id) => preview({ id, caller: `+49 30 ${id}` }));
  on.host.picture.calls = [4, 5, 6, 7, 8].map((id) => call({ connId: `00000000000000a${id}`, caller: `+49 30 ${id}` }));
  on.host.tell({ type: 'snapshot', ...on.host.picture, serverTime: Date.now() });
  await becomes(async () => [(await urgent(kim)()).length, (await polite(kim)()).length], [3, 5]);
});

it('a change of the own state', async () => {
  const kim = await on.worker();
  expect(await polite(kim)()).toEqual([]);
  await kim.choose('Lunch');
  await becomes(polite(kim), ['Your state: Lunch']);
});

it('the own state where it comes to rest, and not those that a login passes', async () => {
  const kim = await on.worker();
  const { menu, logIn, logOut, channels } = on.host.picture;
  const state = (id: string, text: string) => {
    on.host.tell({ type: 'state', state: { id, icon: '', text, kind: 'notReady' }, menu, logIn, logOut, channels });
  };
  state('predefNotReady', '');
  state('lunch', 'Lunch');
  await becomes(polite(kim), ['Your state: Lunch']);
  // The directory has another language for them: the state is named otherwise, and is the same.
  const { person } = on.host.picture;
  on.host.tell({ type: 'snapshot', ...on.host.picture, state: { id: 'lunch', icon: '', text: 'Mittag', kind: 'notReady' }, person: { ...person, language: 'de' }, serverTime: Date.now() });
  await kim.page.locator('html[lang=de]').waitFor();
  state('dnd', 'Nicht stören');
  await becomes(async () => (await polite(kim)()).length, 2);
  expect((await polite(kim)())[1]).toContain('Nicht stören');
});

it('the end of a call before what came of it', async () => {
  const kim = await on.worker();
  const { connId, dn } = call();
  shows('established');
  on.host.tell({ type: 'outcome', ...outcome({ connId, dn, over: false }) });
  on.host.tell({ type: 'outcome', ...outcome({ connId, dn }) });
  on.host.tell({ type: 'callEnd', connId, dn, ending: 'ended' });
  const caller = '+49 30 1234567';
  await becomes(polite(kim), [`Connected with ${caller}.`, `Call with ${caller} has ended.`, `What came of the call with ${caller}?`]);
});

it('who joins a call and who leaves it, and whether the worker is heard', async () => {
  const kim = await on.worker();
  const one = { type: 'call', ...call({ parties: ['0199'] }) } as const;
  const two = { ...one, parties: ['0199', '7099'] };
  for (const frame of [one, two, two, { ...two, muted: true }, two, one]) on.host.tell(frame);
  await becomes(polite(kim), [
    'Connected with +49 30 1234567.',
    'In this call: 0199, 7099',
    'You are muted',
    'You can be heard again.',
    'In this call: 0199',
  ]);
});
