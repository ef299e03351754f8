import { describe, expect, it } from 'vitest';
import { becomes, heard, stage } from './stage';

const on = stage();

it('shows a chosen state only when the host confirms it', async () => {
  const kim = await on.worker();
  on.host.picture.menu.push({ id: 'slow', icon: '', text: 'Training', ready: false });
  on.host.tell({ type: 'state', ...stateOf() });
  await kim.choose('Do not disturb');
  await kim.showsState('Do not disturb');
  await becomes(() => kim.stateKind(), 'notReady');

  on.host.deaf = true;
  await kim.choose('Training');
  await kim.page.getByText('Asked for: Training').waitFor();
  await becomes(() => kim.stateKind(), 'notReady');
  on.host.tell({ type: 'problem', code: 'state-refused', why: 'call-refused', words: 'The T-Server refused it.' });
  await kim.notice('The T-Server refused it.');
  await kim.page.getByText('Asked for').waitFor({ state: 'detached' });
});

it('logs in and out at the T-Server', async () => {
  const kim = await on.worker();
  await kim.choose('Log out');
  await heard(on.host, { type: 'logOut' });
  on.host.tell({ type: 'state', ...stateOf(), menu: [], logIn: true, logOut: false });
  await kim.choose('Log in');
  await heard(on.host, { type: 'logIn' });
});

it('opens no menu where the state follows the UC client', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'state', ...stateOf(), menu: [], logIn: false, logOut: false });
  await kim.page.locator('#state[aria-disabled=true]').click({ force: true });
  expect(await kim.page.getByRole('menu').count()).toBe(0);
});

it('shows each DN with its state and its problem', async () => {
  const kim = await on.worker();
  await kim.channelIs('7001', 'ready');
  await kim.channel('7002').filter({ hasText: 'does not know DN 7002' }).waitFor();
});

it('draws its own icon where the configured one does not load', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'state', ...stateOf(), state: { id: 'x', icon: 'icons/none.svg', text: 'Away', kind: 'notReady' } });
  await kim.page.locator('#state svg.figure-notReady').waitFor();
});

it('tells the host of idleness once, and of the return, across tabs', async () => {
  on.host.picture.idleAfter = 1;
  const kim = await on.worker();
  const second = await on.tabOf(kim);
  await second.settled();
  // Whoever has just signed in has touched the page.
  await expect.poll(() => on.host.received.filter((frame) => frame.type === 'idle' && frame.idle), { timeout: 5_000 }).toEqual([idle(true), idle(true)]);
  const before = on.host.received.length;
  on.host.picture.idleAfter = 3_600;
  on.host.tell({ type: 'snapshot', ...on.host.picture, serverTime: Date.now() });
  await second.page.mouse.move(50, 50);
  await expect.poll(() => on.host.received.slice(before), { timeout: 5_000 }).toEqual([idle(false), idle(false)]);
});

const idle = (now: boolean) => ({ type: 'idle', idle: now });

function stateOf() {
  const { state, menu, logIn, logOut, channels } = on.host.picture;
  return { state, menu, logIn, logOut, channels };
}

describe('who is logged out', () => {
  const loggedOut = { id: 'predefLoggedOut', icon: '', text: 'Logged out', kind: 'loggedOut' } as const;

  it('is told, and the menu opens from there', async () => {
    on.host.picture.state = loggedOut;
    const kim = await on.worker();
    const work = kim.page.locator('#work');
    await work.getByText('You are logged out: no call reaches you.').waitFor();
    await work.getByRole('button', { name: 'Choose a state' }).click();
    await kim.page.getByRole('menu').waitFor();
    await kim.page.keyboard.press('Enter');
    await work.getByText('Nothing is waiting for you.').waitFor();
  });

  it('is told that their UC client decides, where it does', async () => {
    Object.assign(on.host.picture, { state: loggedOut, menu: [], logIn: false, logOut: false });
    const kim = await on.worker();
    await kim.page.locator('#work').getByText('Be available in your UC client').waitFor();
    expect(await kim.page.getByRole('button', { name: 'Choose a state' }).count()).toBe(0);
  });
});
