/** What the page says is true: of the connection, of what was asked for, of why it is at the sign-in page. */

import { describe, expect, it } from 'vitest';
import { call, preview } from './mock-host.mjs';
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
    on.host.tell({ type: 'problem', code: 'call-refused', text: 'Another matter.' });
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
    on.host.tell({ type: 'problem', code: 'state-refused', text: 'No.' });
    await kim.page.getByText(asked).waitFor({ state: 'detached' });
    await kim.choose('Lunch');
    await kim.page.getByText(asked).waitFor();
    const channels = on.host.picture.channels.map((channel) => ({ ...channel, problem: 'The T-Server answered otherwise.' }));
    on.host.tell({ type: 'state', ...state(), channels });
    await kim.page.getByText(asked).waitFor({ state: 'detached' });
    await kim.choose('Ready');
    await heard(on.host, { type: 'choose', state: 'ready' });
    expect(await kim.page.getByText('Asked for').count()).toBe(0);
  });
});

it('a problem with a call goes when the call has changed since', async () => {
  const kim = await on.worker();
  await kim.page.clock.install();
  on.host.tell({ type: 'call', ...call() });
  on.host.tell({ type: 'problem', code: 'call-refused', text: 'The switch refused it.' });
  await kim.notice('The switch refused it.');
  await kim.page.clock.runFor(20_000);
  await kim.notice('The switch refused it.');
  on.host.tell({ type: 'callEnd', connId: call().connId, dn: '7001', ending: 'ended' });
  await kim.call().waitFor({ state: 'detached' });
  await kim.page.clock.runFor(11_000);
  await kim.page.locator('[data-notice]').waitFor({ state: 'detached' });
});

describe('the sign-in page says why', () => {
  it.each([
    ['expired', 'for as long as this site allows'],
    ['tooMany', 'more devices than allowed'],
    ['account', 'Your account has changed'],
    ['asked', 'You have signed out'],
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
