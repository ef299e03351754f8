/** What the page says is true: of the connection, of what was asked for, of why it is at the sign-in page. */

import { describe, expect, it } from 'vitest';
import { chat } from './mock-chats.mjs';
import { extensionOf, still } from './extension-window';
import { call, preview, scene } from './mock-host.mjs';
import type { WorkerPage } from './page';
import { becomes, heard, stage } from './stage';

const on = stage();
const state = () => {
  const { state, menu, logIn, logOut, channels } = on.host.picture;
  return { state, menu, logIn, logOut, channels };
};

describe('a half-open connection', () => {
  it('is noticed within ten seconds of an Accept, which is sent again', async () => {
    const kim = await on.worker();
    on.host.tell({ type: 'previewOffer', ...preview() });
    await kim.still(kim.preview().getByRole('button', { name: 'Accept' }));
    on.host.halfOpen = true;
    await kim.accept();
    const at = Date.now();
    await becomes(() => kim.stateKind(), 'unknown', 12_000);
    expect(Date.now() - at).toBeLessThan(10_000);
    await kim.preview().getByText('your Accept is sent again').waitFor();
    on.host.halfOpen = false;
    await heard(on.host, { type: 'previewAnswer', id: 17, accept: true });
    await kim.previewGone();
    await kim.notice('will be put through');
  });

  it('is noticed within ten seconds of a choice', async () => {
    const kim = await on.worker();
    on.host.halfOpen = true;
    await kim.choose('Lunch');
    await becomes(() => kim.stateKind(), 'unknown', 10_000);
  });

  it('is noticed while a preview waits, and tells of one that was withdrawn meanwhile', async () => {
    const kim = await on.worker();
    on.host.tell({ type: 'previewOffer', ...preview() });
    await kim.preview().waitFor();
    on.host.halfOpen = true;
    on.host.picture.previews = [];
    await becomes(() => kim.stateKind(), 'unknown', 12_000);
    on.host.halfOpen = false;
    await kim.previewGone();
    await kim.notice('ended while the connection was lost');
  });
});

it('says at once that the network is gone, and is back at once when it is', async () => {
  const kim = await on.worker();
  await kim.page.context().setOffline(true);
  await kim.page.locator('[data-banner=lost]').waitFor({ timeout: 2_000 });
  await becomes(() => kim.stateKind(), 'unknown');
  await kim.page.context().setOffline(false);
  await kim.settled();
});

describe('what was asked for', () => {
  const asked = 'Asked for: Lunch';

  it('stays while other things change, and ends when it is so', async () => {
    const kim = await on.worker();
    on.host.deaf = true;
    await kim.choose('Lunch');
    await kim.page.getByText(asked).waitFor();
    on.host.tell({ type: 'state', ...state() });
    on.host.tell({ type: 'problem', code: 'call-refused', why: 'call-refused', words: 'Another matter.' });
    await kim.notice('Another matter.');
    expect(await kim.page.getByText(asked).count()).toBe(1);
    on.host.tell({ type: 'state', ...state(), state: { id: 'lunch', icon: '', text: 'Lunch', kind: 'notReady' } });
    await kim.page.getByText(asked).waitFor({ state: 'detached' });
  });

  it('ends when it is refused, and is not said of what is so already', async () => {
    const kim = await on.worker();
    on.host.deaf = true;
    await kim.choose('Lunch');
    await kim.page.getByText(asked).waitFor();
    on.host.tell({ type: 'problem', code: 'state-refused', why: 'call-refused', words: 'No.' });
    await kim.page.getByText(asked).waitFor({ state: 'detached' });
    await kim.choose('Lunch');
    await kim.page.getByText(asked).waitFor();
    const channels = on.host.picture.channels.map((channel) => ({ ...channel, problem: { why: 'line-says', words: 'The T-Server answered otherwise.' } as const }));
    on.host.tell({ type: 'state', ...state(), channels });
    await kim.page.getByText(asked).waitFor({ state: 'detached' });
    await kim.choose('Ready');
    await heard(on.host, { type: 'choose', state: 'ready' });
    expect(await kim.page.getByText('Asked for').count()).toBe(0);
  });
});

describe('what was asked for just before the connection was lost, and which the host has not read, is told and not sent again:', () => {
  const dialled = async (kim: WorkerPage): Promise<void> => {
    await kim.aim(kim.page.getByRole('button', { name: 'New call' }));
    await kim.page.getByLabel('Number to call').fill('0199');
    await kim.aim(kim.page.getByRole('button', { name: 'Call', exact: true }));
  };
  const redirected = async (kim: WorkerPage): Promise<void> => {
    await kim.page.getByRole('tab', { name: 'Channels' }).click();
    await kim.page.getByLabel('Outside number').fill('+4930');
    await kim.aim(kim.page.getByRole('button', { name: 'Send calls there' }));
  };
  const left = (kim: WorkerPage): Promise<void> => kim.aim(kim.page.getByRole('button', { name: 'Leave chat' }));
  it.each([
    ['a state', 'Lunch', (kim: WorkerPage) => kim.choose('Lunch')],
    ['logging in', 'Log in as agent', (kim: WorkerPage) => kim.choose('Log in as agent')],
    ['logging out', 'Log out as agent', (kim: WorkerPage) => kim.choose('Log out as agent')],
    ['a new call', 'New call', dialled],
    ['an outside number', 'Send calls there', redirected],
    ['hanging up', 'Hang up', (kim: WorkerPage) => kim.press('Hang up')],
    ['leaving a chat', 'Leave chat', left],
  ] as const)('%s', async (what, name, ask) => {
    on.host.picture = { ...on.host.picture, redirect: { number: '', on: false, locked: false }, calls: [call()], chats: [chat()] };
    if (what === 'logging in') on.host.picture = { ...on.host.picture, logIn: true, logOut: false, state: { id: 'predefLoggedOut', icon: '', text: '', kind: 'loggedOut' } };
    const kim = await on.worker();
    on.host.deaf = true;
    await ask(kim);
    const asked = () => on.host.received.filter(({ type, ...rest }) => type !== 'chat' || (rest as { deed: { kind: string } }).deed.kind === 'leave').length;
    await becomes(asked, 1);
    on.host.deaf = false;
    on.host.received = [];
    on.host.drop();
    await kim.notice(`Not known whether this was asked for: ${name}`);
    await kim.settled();
    expect(asked()).toBe(0);
    expect(await kim.page.locator('#state').getByText('Asked for:').count()).toBe(0);
  });

  it('nothing is told of what has come about', async () => {
    on.host.picture.calls = [call()];
    const kim = await on.worker();
    await kim.choose('Lunch');
    await kim.showsState('Lunch');
    on.host.deaf = true;
    await kim.press('Hang up');
    on.host.tell({ type: 'callEnd', connId: call().connId, dn: '7001', ending: 'ended' });
    await kim.page.locator('[data-call]').waitFor({ state: 'detached' });
    on.host.drop();
    await becomes(() => kim.stateKind(), 'unknown');
    await kim.settled();
    expect(await kim.page.locator('[data-notice]').filter({ hasText: 'Not known' }).count()).toBe(0);
  });
});

it('a problem with a call goes when the call has changed since', async () => {
  const kim = await on.worker();
  await kim.page.clock.install();
  on.host.tell({ type: 'call', ...call() });
  on.host.tell({ type: 'problem', code: 'call-refused', why: 'call-refused', words: 'The switch refused it.' });
  await kim.notice('The switch refused it.');
  await kim.page.clock.runFor(20_000);
  await kim.notice('The switch refused it.');
  on.host.tell({ type: 'callEnd', connId: call().connId, dn: '7001', ending: 'ended' });
  await kim.call().waitFor({ state: 'detached' });
  await kim.page.clock.runFor(11_000);
  await kim.page.locator('[data-notice]').waitFor({ state: 'detached' });
});

describe('a problem ends when it is no longer true', () => {
  const pair = { key: 'Order', value: '4711', edit: true };
  const redirected = () => {
    on.host.tell({ type: 'snapshot', ...on.host.picture, redirect: { number: '+4930', on: true, locked: false }, serverTime: Date.now() });
  };
  it.each([
    ['call-refused', () => { on.host.tell({ type: 'call', ...call({ state: 'held' }) }); }],
    ['data-refused', () => { on.host.tell({ type: 'call', ...call({ data: [{ ...pair, value: '4712' }] }) }); }],
    ['chat-refused', () => { on.host.tell({ type: 'chat', ...chat() }); }],
    ['redirect-refused', redirected],
    ['preview-closed', () => { on.host.tell({ type: 'previewEnd', id: 17, end: 'cancelled', text: '' }); }],
    ['state-refused', () => { on.host.tell({ type: 'state', ...state() }); }],
  ] as const)('%s', async (code, change) => {
    const kim = await on.worker();
    on.host.tell({ type: 'call', ...call({ data: [pair] }) });
    on.host.tell({ type: 'previewOffer', ...preview() });
    await kim.preview().waitFor();
    await kim.page.clock.install();
    on.host.tell({ type: 'problem', code, why: 'call-refused', words: 'It was refused.' });
    await kim.notice('It was refused.');
    // What the host tells again as it was is no change.
    on.host.tell({ type: 'snapshot', ...on.host.picture, serverTime: Date.now() });
    await kim.page.clock.runFor(20_000);
    await kim.notice('It was refused.');
    // Twenty seconds of silence are the end of a connection beside an open preview: what is told meanwhile reaches nobody.
    await kim.settled();
    change();
    await becomes(async () => {
      await kim.page.clock.runFor(11_000);
      return kim.page.locator('[data-notice]').filter({ hasText: 'It was refused.' }).count();
    }, 0);
  });

  it('and is not pushed out by what passes', async () => {
    const kim = await on.worker();
    on.host.tell({ type: 'problem', code: 'call-refused', why: 'call-refused', words: 'It was refused.' });
    for (let id = 1; id < 8; id += 1) {
      on.host.tell({ type: 'previewOffer', ...preview({ id, caller: `+49 30 ${id}` }) });
      on.host.tell({ type: 'previewEnd', id, end: 'cancelled', text: '' });
    }
    await kim.notice('+49 30 7');
    await kim.notice('It was refused.');
    await becomes(() => kim.page.locator('[data-notice]').count(), 4);
  });
});

it('nothing of a worker is on the page when another one signs in', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'problem', code: 'call-refused', why: 'call-refused', words: 'Secret words.' });
  on.host.tell({ type: 'previewOffer', ...preview({ caller: 'Ada' }) });
  on.host.tell({ type: 'previewEnd', id: 17, end: 'cancelled', text: '' });
  await kim.notice('Secret words.');
  await kim.notice('Ada');
  await kim.signOut();
  expect(await kim.page.locator('body').innerText()).not.toMatch(/Secret words|Ada/);
  await kim.signIn('lee', 'right');
  expect(await kim.page.evaluate(() => document.body.textContent)).not.toMatch(/Secret words|Ada/);
});

describe('another worker who has signed in meanwhile', () => {
  /** Of kim: what waits, what was answered, what was chosen and half written. */
  const things = () => {
    on.host.tell({ type: 'previewOffer', ...preview({ caller: 'Ada' }) });
    on.host.tell({ type: 'call', ...call({ caller: 'Byron' }) });
    on.host.tell({ type: 'chat', ...chat() });
  };
  const change = async (kim: WorkerPage, down = true) => {
    on.host.down = down;
    on.host.drop();
    await becomes(() => on.host.pages, 0);
    on.host.received = [];
    on.host.picture = { ...scene(), person: { id: 'lee', name: 'Lee Marr', language: 'en' } };
    on.host.down = false;
    await kim.page.evaluate(() => { dispatchEvent(new Event('online')); });
    await becomes(() => on.host.pages, 1);
  };
  const nothing = /Ada|Byron|Half|Lunch|Secret words/;

  it.each([['at the next connection', true], ['at the loss of one', false]])('finds nothing of the one before %s, and can sign out', async (_, down) => {
    const kim = await on.worker();
    on.host.deaf = true;
    things();
    await kim.choose('Lunch');
    await kim.accept();
    await kim.page.locator('[data-chat] textarea').fill('Half a word');
    on.host.tell({ type: 'problem', code: 'call-refused', why: 'call-refused', words: 'Secret words.' });
    await kim.notice('Secret words.');
    await change(kim, down);
    await kim.page.getByText('Lee Marr').waitFor();
    await kim.settled();
    expect(await kim.page.evaluate(() => document.body.textContent)).not.toMatch(nothing);
    await kim.page.getByRole('tab', { name: 'Earlier' }).click();
    expect(await kim.page.evaluate(() => document.body.textContent)).not.toMatch(nothing);
    expect(await kim.page.evaluate(() => JSON.stringify(Object.entries(sessionStorage)))).not.toMatch(nothing);
    expect(on.host.received.filter(({ type }) => type === 'previewAnswer')).toEqual([]);
    await kim.signOut();
  });

  it('finds nothing of the one before in the extension window either', async () => {
    const kim = await extensionOf(on, 400, 600, false);
    on.host.deaf = true;
    things();
    await kim.page.getByRole('button', { name: 'Accept' }).waitFor();
    await still(kim);
    await kim.page.getByRole('button', { name: 'Accept' }).click();
    on.host.tell({ type: 'problem', code: 'call-refused', why: 'call-refused', words: 'Secret words.' });
    await kim.page.locator('#page').getByText('Secret words.').waitFor();
    await kim.page.locator('[data-chat] textarea').fill('Half a word');
    await change(kim);
    await kim.page.locator('#state[data-kind=ready]').waitFor();
    await kim.page.locator('.notice').waitFor({ state: 'detached' });
    expect(await kim.page.evaluate(() => document.body.innerText)).not.toMatch(/Ada|Byron|Half|Secret words/);
    expect(on.host.received.filter(({ type }) => type === 'previewAnswer')).toEqual([]);
  });
});

describe('the sign-in page says why', () => {
  it.each([
    ['expired', 'for as long as this site allows'],
    ['tooMany', 'more devices than allowed'],
    ['account', 'Your account has changed'],
    ['asked', 'You are signed out'],
  ] as const)('%s', async (why, text) => {
    const kim = await on.worker();
    on.host.tell({ type: 'signedOut', why });
    await kim.page.getByRole('status').filter({ hasText: text }).waitFor();
  });

  it('the host has forgotten the session', async () => {
    const kim = await on.worker();
    on.host.forgetSessions();
    on.host.drop();
    await kim.page.getByRole('status').filter({ hasText: 'your session has ended' }).waitFor();
  });

  it('and takes back what was wrong with the name when it is written anew', async () => {
    const kim = await on.stranger();
    await kim.enter('kim', 'wrong');
    await kim.page.getByRole('alert').filter({ hasText: 'not right' }).waitFor();
    await kim.page.getByLabel('User name').fill('kimi');
    await becomes(() => kim.page.getByRole('alert').filter({ hasText: 'not right' }).count(), 0);
  });
});
