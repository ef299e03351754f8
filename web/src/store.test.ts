import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { begin, drafts, redraft } from './drafts';
import { readServerFrame, type Call, type Outcome, type Snapshot } from './frames';
import { notices } from './notices';
import { draftOf, redraft as redraftOutcome } from './outcomes';
import { link, receive, type Link } from './store';

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
