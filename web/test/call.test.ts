import { expect, it } from 'vitest';
import { call } from './mock-host.mjs';
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

  on.host.tell({ type: 'callEnd', connId: call().connId, dn: '7001' });
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
