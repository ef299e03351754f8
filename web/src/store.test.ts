import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { begin, drafts, redraft } from './drafts';
import { callEndings, readServerFrame, type Call, type CallEnding, type Outcome, type Snapshot } from './frames';
import { notices } from './notices';
import { draftOf, redraft as redraftOutcome } from './outcomes';
import { certain, link, presses, receive, type Link } from './store';
import { keep, typedIn } from './typed';

const golden = (name: string) => readServerFrame(readFileSync(new URL(`../../host/src/web/golden/server-${name}.json`, import.meta.url), 'utf8'));
const call: Call = { connId: '01', dn: '7001', state: 'established', caller: '', since: 0, data: [{ key: 'Order', value: '1', edit: true }], buttons: [], parties: [], muted: false };
const outcome: Outcome = { id: 1, connId: '02', dn: '7001', about: 'call', caller: 'Ada', over: true, waits: false, codes: [], note: 100 };
const says = (of: Link, change: Partial<Snapshot> = {}): void => {
  link.value = of;
  receive({ ...(golden('snapshot') as Snapshot & { type: 'snapshot' }), previews: [], chats: [], calls: [call], outcomes: [outcome], ...change });
};

/** The worker has saved both, and the T-Server has not said anything yet. */
beforeEach(() => {
  drafts.value = [];
  says('connecting');
  begin(call, 'Order', '1');
  for (const draft of drafts.value) redraft(draft, { text: '2', waiting: { value: '2' } });
  redraftOutcome(outcome, { note: 'Sold', sent: true, given: 'Sold' });
  notices.value = [];
});

describe('what was saved', () => {
  it('is awaited through any number of snapshots over the connection that took it, and done when it is so', () => {
    for (let count = 0; count < 3; count += 1) says('open');
    expect(drafts.value[0]).toMatchObject({ waiting: { value: '2' }, meanwhile: false });
    expect(draftOf(outcome)).toMatchObject({ sent: true, given: 'Sold' });
    receive({ type: 'call', ...call, data: [{ key: 'Order', value: '2', edit: true }] });
    receive({ type: 'outcomeGone', id: 1, end: 'saved' });
    expect(drafts.value).toEqual([]);
    expect(notices.value.map(({ kind }) => kind)).toEqual(['good']);
  });

  it.each(['connecting', 'lost'] as const)('may be saved again over the next connection: the one before was %s', (before) => {
    says(before);
    expect(drafts.value[0]).toMatchObject({ text: '2', waiting: null, meanwhile: false });
    expect(draftOf(outcome)).toMatchObject({ note: 'Sold', sent: false, given: undefined });
  });
});

describe('a call of a host that was started anew, and has not read its DN,', () => {
  const snapshot = golden('snapshot') as Snapshot & { type: 'snapshot' };
  const channels = (kind: 'ready' | 'outOfService') => [{ dn: call.dn, switch: '', marked: false, dial: false, state: { ...snapshot.state, kind } }];
  const running = { ...outcome, id: 3, connId: call.connId, over: false };
  const titles = (): string[] => notices.value.map(({ text }) => text);
  beforeEach(() => {
    says('connecting', { outcomes: [running], channels: channels('ready') });
    drafts.value = [];
    begin(call, 'Order', '1');
    for (const draft of drafts.value) redraft(draft, { text: '47' });
    redraftOutcome(running, { note: 'Refund' });
    keep(call, 'transfer', { text: 'Lee', chosen: null, note: 'Angry' }, false);
    notices.value = [];
    says('lost', { calls: [], outcomes: [], channels: channels('outOfService') });
  });
  const typed = (of = running) => [drafts.value[0]?.text, draftOf(of).note, typedIn(call, 'transfer')?.text];

  it('loses nothing that is typed, and nothing is told', () => {
    expect(typed()).toEqual(['47', 'Refund', 'Lee']);
    link.value = 'open';
    expect(certain(call)).toBe(false);
    const again = { ...running, id: 1 };
    says('open', { outcomes: [again], channels: channels('ready') });
    expect(certain(call)).toBe(true);
    expect(typed(again)).toEqual(['47', 'Refund', 'Lee']);
    expect(titles()).toEqual([]);
  });

  it.each<[string, () => void]>([
    ['is served without it', () => { says('open', { calls: [], outcomes: [], channels: channels('ready') }); }],
    ['is served, and nothing else is told', () => { receive({ type: 'state', state: snapshot.state, menu: [], logIn: false, logOut: false, channels: channels('ready') }); }],
    ['is not the worker\'s any more', () => { says('open', { calls: [], outcomes: [], channels: [] }); }],
  ])('gives back what is typed once, when the DN %s', (_, judge) => {
    says('open', { calls: [], outcomes: [], channels: channels('outOfService') });
    expect(titles()).toEqual([]);
    judge();
    judge();
    expect(titles().sort()).toEqual(['47', 'Lee\nAngry', 'Refund']);
    expect(typed()).toEqual([undefined, '', undefined]);
  });
});

describe('a call that ends while it is to be passed on', () => {
  beforeEach(() => {
    drafts.value = [];
  });
  const ends = (ending: CallEnding, of = call): string[] => {
    receive({ type: 'callEnd', connId: of.connId, dn: of.dn, ending });
    return notices.value.filter(({ kind }) => kind === 'problem').map(({ title, text }) => `${title}|${text}`);
  };
  const cases = (['transfer', 'conference', 'redirect'] as const).flatMap((form) =>
    callEndings.map((ending) => [form, ending, !['transferred', 'conferenced', 'merged', 'redirected'].includes(ending)] as const),
  );

  it.each(cases)('asked for by %s, and %s: the worker has back what they typed: %s', (form, ending, back) => {
    keep(call, form, { text: '5002', chosen: null, note: 'Until Friday' }, true);
    // The note comes to the call first.
    receive({ type: 'call', ...call, data: [{ key: 'Note', value: 'Until Friday' }] });
    expect(ends(ending)).toEqual(back ? [expect.stringMatching(/come about.*\|5002\nUntil Friday/)] : []);
    expect(typedIn(call, form)).toBeUndefined();
  });

  it.each(['completeTransfer', 'completeConference'] as const)('is told where %s came to nothing', (button) => {
    for (const [ending, told] of [['transferred', 0], ['ended', 1]] as const) {
      says('open');
      presses.value = [{ connId: call.connId, dn: call.dn, button, at: Date.now() }];
      expect(ends(ending)).toHaveLength(told);
    }
  });
});
