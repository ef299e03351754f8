/** A short loss, of the host or of one T-Server: what is open stays open, and nobody's hands are led elsewhere. */

import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Call } from '../src/frames';
import { chat } from './mock-chats.mjs';
import { call } from './mock-host.mjs';
import type { WorkerPage } from './page';
import { becomes, stage } from './stage';

const on = stage();

/** The T-Server of every number is away, as a host says it that has told of the call first, or is back. */
function tServer(here: boolean, buttons: Call['buttons']): void {
  const { state, menu, logIn, logOut, channels } = on.host.picture;
  const out = { id: 'predefOutOfService', icon: '', text: 'Out of service', kind: 'outOfService' } as const;
  const shown = here ? { ...state, kind: 'ready' as const } : out;
  on.host.tell({ type: 'call', ...call({ buttons: here ? buttons : [] }) });
  on.host.tell({ type: 'state', state: shown, menu, logIn, logOut, channels: channels.map((one) => (one.dn === '7001' ? { ...one, dial: here, state: shown } : one)) });
}

interface Loss {
  begin: (kim: WorkerPage, buttons: Call['buttons']) => Promise<void>;
  end: (kim: WorkerPage, buttons: Call['buttons']) => Promise<void>;
}

const losses: Record<string, Loss> = {
  'of the T-Server': {
    begin: async (kim, buttons) => {
      tServer(false, buttons);
      await kim.callIs('unknown');
    },
    end: async (kim, buttons) => {
      tServer(true, buttons);
      await kim.callIs('established');
    },
  },
  'of the host': {
    begin: async (kim) => {
      on.host.down = true;
      on.host.drop();
      await kim.callIs('unknown');
    },
    end: async (kim) => {
      on.host.down = false;
      await kim.page.locator('[data-call-state=established]').waitFor({ timeout: 15_000 });
    },
  },
};

/** Each form that takes letters: what opens it, and the field that it has. */
const forms: Record<string, { buttons: Call['buttons']; open: (kim: WorkerPage) => Locator; field: (kim: WorkerPage) => Locator }> = {
  'a new call': { buttons: ['release'], open: (kim) => kim.page.getByRole('button', { name: 'New call' }), field: (kim) => kim.page.getByLabel('Number to call') },
  'a transfer': { buttons: ['release', 'transfer'], open: (kim) => kim.call().getByRole('button', { name: 'Transfer', exact: true }), field: (kim) => kim.page.getByLabel('Transfer to number') },
};

const rows = Object.entries(losses).flatMap(([lost, loss]) => Object.entries(forms).map(([name, form]) => [lost, name, loss, form] as const));

describe.each(rows)('a short loss %s while the form of %s is open', (_lost, _name, { begin, end }, { buttons, open, field }) => {
  async function opened(): Promise<WorkerPage> {
    const kim = await on.worker();
    on.host.tell({ type: 'call', ...call({ buttons }) });
    on.host.tell({ type: 'chat', ...chat() });
    await kim.aim(open(kim));
    await kim.page.keyboard.type('0301');
    return kim;
  }

  it('leaves the hands where somebody writes', async () => {
    const kim = await opened();
    const written = kim.page.locator('.chat-write textarea');
    await written.click();
    await kim.page.keyboard.type('Your order is ');
    await begin(kim, buttons);
    await kim.page.keyboard.type('47');
    await end(kim, buttons);
    await kim.page.keyboard.type('11');
    expect([await written.inputValue(), await field(kim).inputValue()]).toEqual(['Your order is 4711', '0301']);
  });

  it('loses nothing of what is typed there, and sends it once it can', async () => {
    const kim = await opened();
    await begin(kim, buttons);
    await kim.page.keyboard.type('02');
    await kim.page.keyboard.press('Enter');
    await end(kim, buttons);
    await kim.page.keyboard.type('03');
    expect(await field(kim).inputValue()).toBe('03010203');
    expect(on.host.received).toEqual([]);
    await kim.page.keyboard.press('Enter');
    await becomes(() => on.host.received.map((frame) => ('to' in frame ? frame.to : '')), ['03010203']);
  });
});

it('calls from the number that was shown, and from no other while that one is away', async () => {
  const kim = await on.worker();
  const { state, menu, logIn, logOut, channels } = on.host.picture;
  const dials = (dial: boolean): void => {
    const both = channels.filter(({ dn }) => dn === '7001').flatMap((one) => [{ ...one, dial }, { ...one, dn: '7002', dial: true }]);
    on.host.tell({ type: 'state', state, menu, logIn, logOut, channels: both });
  };
  dials(true);
  await kim.aim(kim.page.getByRole('button', { name: 'New call' }));
  await kim.page.keyboard.type('0301');
  dials(false);
  await kim.page.locator('.dial-form [aria-disabled=true]').first().waitFor();
  await kim.page.keyboard.press('Enter');
  dials(true);
  await kim.page.locator('.dial-form [aria-disabled=true]').first().waitFor({ state: 'detached' });
  expect(on.host.received).toEqual([]);
  await kim.page.keyboard.press('Enter');
  await becomes(() => on.host.received.map((frame) => ('to' in frame && 'dn' in frame ? `${frame.dn} ${frame.to ?? ''}` : '')), ['7001 0301']);
});

it('keeps the keypad, out of order, and what was sent with it', async () => {
  const kim = await on.worker();
  const buttons: Call['buttons'] = ['release', 'digits'];
  on.host.tell({ type: 'call', ...call({ buttons }) });
  await kim.press('More actions');
  await kim.press('Keypad');
  const keypad = kim.call().getByRole('group', { name: 'Keypad' });
  await kim.aim(keypad.getByRole('button', { name: '1', exact: true }));
  tServer(false, buttons);
  await kim.callIs('unknown');
  await kim.page.keyboard.press('2');
  tServer(true, buttons);
  await kim.callIs('established');
  await kim.page.keyboard.press('3');
  await becomes(() => keypad.getByRole('status').textContent(), '13');
});

it('gives the button of a new call up without losing the hands', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'call', ...call({ buttons: ['release'] }) });
  await kim.page.getByRole('button', { name: 'New call' }).focus();
  tServer(false, ['release']);
  await becomes(() => kim.page.evaluate(() => document.activeElement?.id), 'work');
});

it('has what comes back by itself take no focus', async () => {
  const kim = await on.worker();
  const order = { key: 'Order', value: '4711', edit: true };
  on.host.tell({ type: 'call', ...call({ data: [order], add: ['Order'] }) });
  on.host.tell({ type: 'chat', ...chat() });
  await kim.call().getByRole('button', { name: 'Change Order' }).click();
  await kim.page.keyboard.type('2');
  const written = kim.page.locator('.chat-write textarea');
  await written.click();
  // Somebody else removes the pair: the field of it comes to stand elsewhere.
  on.host.tell({ type: 'call', ...call({ data: [], add: ['Order'] }) });
  await kim.call().locator('.data-new').waitFor();
  await kim.page.keyboard.type('No, ');
  await becomes(() => written.inputValue(), 'No, ');
});
