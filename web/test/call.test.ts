import { expect, it } from 'vitest';
import type { CallButton, CallEnding, CallState } from '../src/frames';
import { call, consult as consulted } from './mock-host.mjs';
import { becomes, heard, stage } from './stage';

const on = stage();
const told = { type: 'call', connId: call().connId, dn: '7001', state: 'established' } as const;

it('shows the buttons that the host gives, and presses them', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'call', ...call({ state: 'ringing', buttons: ['answer', 'release'] }) });
  await kim.callIs('ringing');
  await becomes(() => kim.call().getByRole('group').getByRole('button').allTextContents(), ['Answer', 'Hang up']);
  await kim.press('Answer');
  await heard(on.host, { ...told, state: 'ringing', button: 'answer' });

  on.host.tell({ type: 'call', ...call() });
  await kim.callIs('established');
  await kim.press('Hold');
  await heard(on.host, { ...told, button: 'hold' });

  on.host.tell({ type: 'call', ...call({ state: 'held', buttons: ['retrieve', 'release'] }) });
  await kim.callIs('held');
  await kim.press('Take back');
  await kim.press('Hang up');
  await heard(on.host, { ...told, state: 'held', button: 'retrieve' });
  await heard(on.host, { ...told, state: 'held', button: 'release' });

  on.host.tell({ type: 'callEnd', connId: call().connId, dn: '7001', ending: 'ended' });
  await kim.call().waitFor({ state: 'detached' });
});

it('asks for a number before it transfers', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'call', ...call() });
  await kim.transfer('');
  await kim.page.getByRole('alert').filter({ hasText: 'Enter the number' }).waitFor();
  expect(on.host.received).toEqual([]);
  await kim.call().getByLabel('Transfer to number').fill(' 7099 ');
  await kim.page.keyboard.press('Enter');
  await heard(on.host, { ...told, button: 'transfer', to: '7099' });
});

it('counts the time since the host’s moment', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'call', ...call({ since: Date.now() - 3_725_000 }) });
  await kim.call().getByText(/1:02:0[5-9]/).waitFor();
});

it('claims nothing of a call on a DN out of service', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'call', ...call({ buttons: [] }) });
  await kim.callIs('established');
  const { state, menu, logIn, logOut, channels } = on.host.picture;
  const out = { id: 'predefOutOfService', icon: '', text: 'Out of service', kind: 'outOfService' } as const;
  const said = { menu, logIn, logOut, channels: channels.map((channel) => ({ ...channel, state: out })) };
  on.host.tell({ type: 'state', state: out, ...said });
  await kim.callIs('unknown');
  await kim.call().filter({ hasNotText: 'Talking' }).waitFor();
  on.host.tell({ type: 'state', state, ...said, channels });
  await kim.callIs('established');
});

const talks = ['hold', 'transfer', 'consultTransfer', 'release', 'mute', 'digits', 'conference', 'consultConference'] as const;
const consult = consulted();

/** The caller waits, and 7099 is asked. */
function consults(state: CallState, buttons: CallButton[], original: CallState = 'held'): void {
  on.host.tell({ type: 'call', ...call({ state: original, buttons: ['release'] }) });
  on.host.tell({ type: 'call', ...consulted({ state, buttons }) });
}

it('asks first, or transfers at once, by one form', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'call', ...call({ buttons: [...talks] }) });
  await kim.aim(kim.call().getByRole('button', { name: 'Transfer', exact: true }));
  await kim.give('Transfer to number', '7099', 'Ask them first');
  await heard(on.host, { ...told, button: 'consultTransfer', to: '7099' });
  on.host.tell({ type: 'call', ...call({ buttons: ['consultTransfer'] }) });
  await kim.aim(kim.call().getByRole('button', { name: 'Transfer', exact: true }));
  await becomes(() => kim.call().locator('form button').allTextContents(), ['Ask them first', 'Cancel']);
});

it('shows a call and its consult call as one card, with what is done with both in front', async () => {
  const kim = await on.worker();
  consults('established', ['completeTransfer', 'completeConference', 'alternate', 'reconnect', 'release', 'digits']);
  const card = kim.call();
  await card.getByRole('heading', { name: 'Asking 7099' }).waitFor();
  expect(await kim.page.locator('.card.call').count()).toBe(1);
  const front = ['Complete transfer', 'Bring all together', 'Switch calls', 'Back to the caller'];
  await becomes(() => card.getByRole('group').getByRole('button').allTextContents(), front);
  const of = { ...told, connId: consult.connId };
  for (const [name, button] of [
    ['Switch calls', 'alternate'],
    ['Back to the caller', 'reconnect'],
    ['Bring all together', 'completeConference'],
    ['Complete transfer', 'completeTransfer'],
  ] as const) {
    await kim.press(name);
    await heard(on.host, { ...of, button });
  }
  await kim.press('More actions');
  await kim.press('End consultation');
  await heard(on.host, { ...of, button: 'release' });
  await card.getByRole('button', { name: 'Hang up on +49 30 1234567' }).waitFor();
});

it('ends a consult call by hand where the switch has no way back', async () => {
  const kim = await on.worker();
  consults('dialing', ['release']);
  await becomes(() => kim.call().getByRole('group').getByRole('button').allTextContents(), ['End consultation']);
  on.host.tell({ type: 'callEnd', connId: consult.connId, dn: '7001', ending: 'noAnswer' });
  on.host.tell({ type: 'call', ...call({ state: 'held', buttons: ['retrieve', 'release'] }) });
  await kim.notice('No answer: 7099');
  await becomes(() => kim.call().getByRole('group').getByRole('button').allTextContents(), ['Take back', 'Hang up']);
});

it.each([
  ['transferred', 'Transferred: +49 30 1234567'],
  ['redirected', 'Sent elsewhere: +49 30 1234567'],
  ['busy', 'Busy: +49 30 1234567'],
  ['abandoned', '+49 30 1234567 hung up before you answered.'],
  ['failed', 'The call with +49 30 1234567 failed.'],
] as [CallEnding, string][])('tells that a call ended %s', async (ending, text) => {
  const kim = await on.worker();
  on.host.tell({ type: 'call', ...call() });
  await kim.callIs('established');
  on.host.tell({ type: 'callEnd', connId: told.connId, dn: '7001', ending });
  await kim.notice(text);
  expect(await kim.page.locator('[aria-live] p').allTextContents()).toEqual(['Connected with +49 30 1234567.']);
});

it('says of a call that ends before a transfer has come about that it has ended, and gives back whom and what it was to be', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'call', ...call() });
  await kim.callIs('established');
  await kim.aim(kim.call().getByRole('button', { name: 'Transfer', exact: true }));
  await kim.call().getByLabel('Note').fill('Call back until Friday');
  await kim.give('Transfer to number', '5002', 'Transfer now');
  await becomes(() => on.host.received.length, 1);
  on.host.tell({ type: 'callEnd', connId: told.connId, dn: '7001', ending: 'ended' });
  await kim.notice(/Did not come about, because the call has ended: Transfer\s*5002\s*Call back until Friday/);
  expect(await kim.page.locator('[aria-live] p').allTextContents()).toEqual(['Connected with +49 30 1234567.', 'Call with +49 30 1234567 has ended.']);
});

it('tells of a completed transfer once, for both calls', async () => {
  const kim = await on.worker();
  consults('established', ['completeTransfer']);
  await kim.callIs('held');
  for (const connId of [told.connId, consult.connId]) on.host.tell({ type: 'callEnd', connId, dn: '7001', ending: 'transferred' });
  await kim.notice('Transferred: +49 30 1234567');
  expect(await kim.page.locator('[data-notice]').count()).toBe(1);
});

it('keeps what is seldom needed folded, and sends digits one by one', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'call', ...call({ buttons: [...talks] }) });
  await becomes(() => kim.call().getByRole('group').getByRole('button').allTextContents(), ['Hold', 'Transfer', 'Hang up']);
  await kim.press('More actions');
  await kim.press('Keypad');
  const keypad = kim.call().getByRole('group', { name: 'Keypad' });
  const key = (name: string) => keypad.getByRole('button', { name, exact: true });
  await key('2').click();
  expect(on.host.received).toEqual([]);
  await kim.page.waitForTimeout(600);
  await key('1').click();
  await key('1').click();
  await key('#').click();
  await kim.page.keyboard.press('0');
  await becomes(() => keypad.getByRole('status').textContent(), '11#0');
  const digits = () => on.host.received.map((frame) => (frame.type === 'call' && frame.button === 'digits' ? frame.to : ''));
  await becomes(digits, ['1', '1', '#', '0']);
  await kim.page.keyboard.press('Escape');
  await keypad.waitFor({ state: 'detached' });
  await becomes(() => kim.page.evaluate(() => document.activeElement?.getAttribute('data-button')), 'digits');
});

it('opens the keypad of whichever call of a pair is talked to', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'call', ...call({ buttons: ['release', 'digits', 'mute'] }) });
  on.host.tell({ type: 'call', ...consulted({ state: 'held', buttons: ['completeTransfer', 'alternate', 'reconnect', 'release'] }) });
  await kim.press('More actions');
  await kim.press('Keypad');
  const keypad = kim.call().getByRole('group', { name: 'Keypad' });
  await keypad.waitFor();
  await kim.aim(keypad.getByRole('button', { name: '1', exact: true }));
  await heard(on.host, { ...told, button: 'digits', to: '1' });
  expect(on.host.received).toEqual([{ ...told, button: 'digits', to: '1' }]);
  // The caller has buttons of its own beside those of who is asked.
  await kim.page.keyboard.press('Escape');
  await becomes(() => kim.page.evaluate(() => document.activeElement?.getAttribute('data-button')), 'caller-digits');
});

it('adds somebody, sends a ringing call elsewhere, and mutes', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'call', ...call({ state: 'ringing', buttons: ['answer', 'redirect'] }) });
  await kim.press('More actions');
  await kim.press('Send elsewhere');
  await kim.give('Send the call to number', '7098', 'Send now');
  await heard(on.host, { ...told, state: 'ringing', button: 'redirect', to: '7098' });
  on.host.tell({ type: 'call', ...call({ buttons: [...talks] }) });
  await kim.press('Add someone');
  await kim.give('Number to add', '7097', 'Add now');
  await heard(on.host, { ...told, button: 'conference', to: '7097' });
  await kim.press('Mute');
  await heard(on.host, { ...told, button: 'mute' });
  const muted = { muted: true, buttons: ['unmute', 'release'] as CallButton[], parties: ['+49 30 1234567', '7097'] };
  on.host.tell({ type: 'call', ...call(muted) });
  await kim.call().getByText('You are muted').waitFor();
  await kim.call().getByText('In this call: +49 30 1234567, 7097').waitFor();
  await kim.press('Unmute');
  await heard(on.host, { ...told, button: 'unmute' });
});

it('dials from a number that takes requests, and not without one', async () => {
  const kim = await on.worker();
  await kim.aim(kim.page.getByRole('button', { name: 'New call' }));
  const form = kim.page.locator('.dial form');
  await kim.aim(form.getByRole('button', { name: 'Call' }));
  await form.getByText('Enter the number first.').waitFor();
  await form.getByLabel('Number to call').fill(' 0199 ');
  await kim.page.keyboard.press('Enter');
  await heard(on.host, { type: 'dial', dn: '7001', to: '0199' });
  await becomes(() => kim.page.evaluate(() => document.activeElement?.getAttribute('data-button')), 'dial');
  const { state, menu, logIn, logOut, channels } = on.host.picture;
  on.host.tell({ type: 'state', state, menu, logIn, logOut, channels: channels.map((channel) => ({ ...channel, dial: false })) });
  await kim.page.getByRole('button', { name: 'New call' }).waitFor({ state: 'detached' });
});

it('chooses which number to dial from', async () => {
  const kim = await on.worker();
  const { state, menu, logIn, logOut, channels } = on.host.picture;
  on.host.tell({ type: 'state', state, menu, logIn, logOut, channels: channels.map((channel) => ({ ...channel, dial: true })) });
  await kim.aim(kim.page.getByRole('button', { name: 'New call' }));
  await kim.page.getByLabel('From your number').selectOption('7002');
  await kim.page.getByLabel('Number to call').fill('0199');
  await kim.page.keyboard.press('Enter');
  await heard(on.host, { type: 'dial', dn: '7002', to: '0199' });
});

it('says beside the state that the worker is on a call, and that a switch does not offer something', async () => {
  const kim = await on.worker();
  const badge = kim.page.locator('.on-call');
  on.host.tell({ type: 'call', ...call({ state: 'ringing', buttons: ['answer'] }) });
  await kim.callIs('ringing');
  expect(await badge.count()).toBe(0);
  on.host.tell({ type: 'call', ...call() });
  await badge.filter({ hasText: 'On a call' }).waitFor();
  on.host.tell({ type: 'problem', code: 'call-unsupported', why: 'call-unsupported', words: 'operation not supported (51)' });
  await kim.notice('Your telephone system does not offer this');
});

it('takes no input at a new control for half a second', async () => {
  const kim = await on.worker();
  consults('established', ['completeTransfer', 'reconnect', 'release']);
  await kim.hit(kim.call().getByRole('button', { name: 'Complete transfer' }));
  expect(on.host.received).toEqual([]);
});
