import { describe, expect, it } from 'vitest';
import type { Call } from '../src/frames';
import { extensionOf } from './extension-window';
import { call, preview, scene } from './mock-host.mjs';
import type { WorkerPage } from './page';
import { becomes, heard, stage } from './stage';

const on = stage();
const said = (kim: WorkerPage) => kim.page.locator('[aria-live=polite] p').allTextContents();

it('says that it lost the host, claims nothing meanwhile, and rebuilds itself from one snapshot', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'call', ...call() });
  on.host.tell({ type: 'previewOffer', ...preview() });
  await kim.preview().waitFor();
  on.host.down = true;
  on.host.drop();
  await becomes(() => kim.stateKind(), 'unknown');
  await kim.callIs('unknown');
  await kim.channelIs('7001', 'unknown');
  for (const [card, button] of [[kim.preview(), 'Accept'], [kim.call(), 'Hold']] as const) {
    await becomes(() => card.getByRole('button', { name: button }).getAttribute('aria-disabled'), 'true');
  }
  await becomes(async () => (await kim.sound()).playing, 0);
  await kim.saysLost();

  on.host.picture.previews = [];
  on.host.picture.calls = [call({ connId: '00000000000000ff', state: 'held' })];
  on.host.down = false;
  await kim.settled();
  await kim.previewGone();
  await kim.callIs('held', '00000000000000ff');
  await becomes(() => kim.page.locator('[data-call]').count(), 1);
  await kim.page.locator('[data-banner=lost]').waitFor({ state: 'detached' });
  await becomes(async () => (await said(kim)).filter((text) => text === 'Connected again. Your state: Ready').length, 1);
});

it('says nothing of a loss that mends itself quickly', async () => {
  const kim = await on.worker();
  on.host.drop();
  await becomes(() => kim.stateKind(), 'unknown');
  await kim.settled();
  expect(await kim.page.locator('[data-banner]').count()).toBe(0);
  expect(await said(kim)).toEqual([]);
});

it('says that another node takes over, and comes back when it was asked to', async () => {
  const kim = await on.worker();
  // The wait would have grown meanwhile.
  on.host.down = true;
  on.host.drop();
  await kim.saysLost();
  await kim.page.waitForTimeout(4_000);
  on.host.takeover = 1;
  const banner = kim.page.locator('[data-banner=lost]').filter({ hasText: 'another server' });
  await banner.waitFor({ timeout: 20_000 });
  await becomes(() => kim.stateKind(), 'unknown');
  on.host.down = false;
  on.host.takeover = 0;
  await kim.page.locator('#state[data-kind=ready]').waitFor({ timeout: 2_500 });
  await banner.waitFor({ state: 'detached' });
});

it('opens no sockets at a node that stands by, and one as soon as it serves', async () => {
  const kim = await on.worker();
  on.host.takeover = 0.2;
  on.host.drop();
  await kim.page.locator('[data-banner=lost]').filter({ hasText: 'another server' }).waitFor();
  await kim.page.waitForTimeout(2_000);
  expect(on.host.turnedAway).toBe(0);
  on.host.takeover = 0;
  await kim.settled();
});

it('says the same where a node serves and none works for the worker, and opens no more sockets than the first', async () => {
  const kim = await on.worker();
  on.host.undriven = 0.2;
  on.host.drop();
  await kim.page.locator('[data-banner=lost]').filter({ hasText: 'another server' }).waitFor();
  await kim.page.waitForTimeout(2_000);
  expect(on.host.turnedAway).toBe(1);
  on.host.undriven = 0;
  await kim.settled();
});

it('says so to who opens the page during a takeover', async () => {
  const kim = await on.worker();
  on.host.takeover = 1;
  await kim.page.reload();
  await kim.page.locator('[data-banner=lost]').filter({ hasText: 'another server' }).waitFor();
  on.host.takeover = 0;
  await kim.settled();
});

it('knows its session also where the page was opened during a takeover', async () => {
  const kim = await on.worker();
  on.host.helpUrl = 'https://help.example/';
  on.host.takeover = 1;
  await kim.page.reload();
  await kim.saysLost();
  on.host.takeover = 0;
  await kim.settled();
  await kim.page.getByRole('link', { name: 'Help' }).first().waitFor();
  await kim.signOut();
});

it('sends an answer again that the host may not have heard', async () => {
  const kim = await on.worker();
  on.host.deaf = true;
  on.host.tell({ type: 'previewOffer', ...preview() });
  await kim.accept();
  await kim.preview().getByRole('button', { name: 'Accepting' }).waitFor();
  on.host.received = [];
  on.host.deaf = false;
  on.host.drop();
  await heard(on.host, { type: 'previewAnswer', id: 17, accept: true });
  await kim.previewGone();
});

it('shows the sign-in page when the session is gone', async () => {
  const kim = await on.worker();
  on.host.forgetSessions();
  on.host.drop();
  await kim.page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

it('asks to be loaded again when it cannot read the host', async () => {
  const kim = await on.worker();
  on.host.raw('{"type":"previewEnd","id":17,"end":"evaporated","text":""}');
  await kim.page.locator('[data-banner=outdated]').getByRole('button', { name: 'Load again' }).click();
  await kim.settled();
});

it('leaves a host within seconds that says by itself that it lives, and then no more', async () => {
  on.host.picture = { ...on.host.picture, aliveSeconds: 2 };
  const kim = await on.worker();
  for (let time = 0; time < 4; time += 1) {
    await kim.page.waitForTimeout(1_500);
    on.host.tell({ type: 'alive' });
  }
  expect(await kim.stateKind()).toBe('ready');
  on.host.halfOpen = true;
  await kim.page.locator('#state[data-kind=unknown]').waitFor({ timeout: 6_000 });
  on.host.halfOpen = false;
  await kim.settled();
});

describe('a host that was started anew says nothing of calls before it has read their DN:', () => {
  const { channels } = scene();
  const out = channels.map((channel) => ({ ...channel, dial: false, state: { id: 'predefOutOfService', icon: '', text: '', kind: 'outOfService' as const } }));
  /** It knows no call yet. */
  const anew = async (kim: WorkerPage) => {
    Object.assign(on.host.picture, { calls: [], channels: out });
    on.host.drop();
    await kim.channelIs('7001', 'outOfService');
  };
  /** It has read the DN. */
  const reads = (...calls: Call[]) => {
    on.host.tell({ type: 'snapshot', ...Object.assign(on.host.picture, { calls, channels }), serverTime: Date.now() });
  };
  const saidOfCalls = async (kim: WorkerPage) => (await said(kim)).filter((text) => /Call|Connected with/.test(text));
  const notices = (kim: WorkerPage) => kim.page.locator('[data-notice]').allInnerTexts();

  it('what is typed stays, with the focus in it, and no end is told of a call that goes on', async () => {
    on.host.picture.calls = [call()];
    const kim = await on.worker();
    await kim.aim(kim.call().getByRole('button', { name: 'Transfer', exact: true }));
    await kim.call().getByLabel('Transfer to number').fill('Lee Mus');
    const note = kim.call().getByLabel('Note');
    await note.fill('A refund');
    const before = await saidOfCalls(kim);
    await anew(kim);
    await kim.callIs('unknown');
    for (const button of ['Hold', 'Hang up', 'Transfer now']) {
      expect(await kim.call().getByRole('button', { name: button }).getAttribute('aria-disabled'), button).toBe('true');
    }
    await note.press('End');
    await note.pressSequentially(' of 3');
    reads(call());
    await kim.callIs('established');
    expect(await note.inputValue()).toBe('A refund of 3');
    expect(await note.evaluate((field) => field === document.activeElement)).toBe(true);
    expect(await kim.call().getByLabel('Transfer to number').inputValue()).toBe('Lee Mus');
    expect(await notices(kim)).toEqual([]);
    expect(await saidOfCalls(kim)).toEqual(before);
    await anew(kim);
    reads();
    await kim.call().waitFor({ state: 'detached' });
    await kim.notice(/Not sent, because the call has ended: Transfer.*Lee Mus.*A refund of 3/s);
    expect((await saidOfCalls(kim)).slice(before.length)).toEqual(['Call with +49 30 1234567 has ended.']);
  });

  it('nothing is said of it in the extension window, and nothing can be pressed, either', async () => {
    on.host.picture.calls = [call()];
    const kim = await extensionOf(on, 300, 400);
    const heard = () => kim.page.locator('#spoken').textContent();
    Object.assign(on.host.picture, { calls: [], channels: out });
    on.host.drop();
    const hold = kim.page.getByRole('button', { name: 'Hold' });
    await kim.page.locator('[data-call]').getByText('Unknown').waitFor();
    await kim.page.locator('#state[data-kind=ready]').waitFor();
    expect(await hold.getAttribute('aria-disabled')).toBe('true');
    reads(call());
    await hold.and(kim.page.locator(':not([aria-disabled=true])')).waitFor();
    expect(await heard()).not.toMatch(/has ended|Connected with/);
    reads();
    await becomes(async () => (await heard())?.split('Call with +49 30 1234567 has ended.').length, 2);
  });
});

it('opens a connection that never lives less and less often, says so, and takes it back when one lives', async () => {
  const kim = await on.worker();
  on.host.livesFor = 30;
  on.host.opened = 0;
  on.host.drop();
  await kim.page.locator('[data-banner=lost]').filter({ hasText: 'breaks off again and again' }).waitFor();
  await kim.page.waitForTimeout(10_000);
  expect(on.host.opened).toBeLessThan(12);
  expect(on.host.opened).toBeGreaterThan(2);
  on.host.livesFor = 0;
  // One that stays away is said to be lost.
  await kim.page.context().setOffline(true);
  await kim.page.locator('[data-banner=lost]').filter({ hasText: 'Your state is unknown here' }).waitFor();
  await kim.page.context().setOffline(false);
  await kim.page.locator('#state[data-kind=ready]').waitFor({ timeout: 16_000 });
  await kim.page.locator('[data-banner]').waitFor({ state: 'detached', timeout: 12_000 });
  await becomes(async () => (await said(kim)).at(-1), 'Connected again. Your state: Ready');
}, 60_000);

it('opens it less and less often from the extension window, too', async () => {
  const kim = await extensionOf(on, 300, 200);
  on.host.livesFor = 30;
  on.host.opened = 0;
  on.host.drop();
  await kim.page.waitForTimeout(10_000);
  expect(on.host.opened).toBeLessThan(12);
  on.host.livesFor = 0;
  await kim.page.locator('#state[data-kind=ready]').waitFor({ timeout: 16_000 });
}, 60_000);
