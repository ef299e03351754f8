import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readServerFrame, type Call, type ServerFrame } from './frames';
import { applied, pairs } from './snapshot';

const golden = (name: string): ServerFrame =>
  readServerFrame(readFileSync(new URL(`../../host/src/web/golden/server-${name}.json`, import.meta.url), 'utf8'));
const first = applied(null, golden('snapshot'));

describe('what the page knows', () => {
  it('starts with a snapshot; a delta before it is dropped', () => {
    expect(applied(null, golden('state'))).toBeNull();
    expect(first?.person.name).toBe('Kim Novák');
  });

  it('takes state, menu and channels from a state frame and keeps the rest', () => {
    const next = applied(first, golden('state'));
    expect(next?.state.id).toBe('lunch');
    expect(next?.channels).toHaveLength(1);
    expect(next?.previews).toEqual(first?.previews);
  });

  it('holds a repeated offer once and forgets an ended one', () => {
    const again = applied(first, golden('preview-offer'));
    expect(again?.previews).toHaveLength(1);
    expect(applied(again, golden('preview-end'))?.previews).toEqual([]);
  });

  it('replaces a call in its place and drops it when it ends', () => {
    const held = applied(first, { ...(golden('call') as Extract<ServerFrame, { type: 'call' }>), state: 'held' });
    expect(held?.calls.map((call) => call.state)).toEqual(['held']);
    expect(applied(held, golden('call-end'))?.calls).toEqual([]);
  });

  it('knows nothing after signing out', () => {
    expect(applied(first, golden('signed-out'))).toBeNull();
  });
});

describe('the cards of calls', () => {
  const call = (connId: string, consultOf?: string, dn = '7001'): Call => ({
    ...(golden('call') as Extract<ServerFrame, { type: 'call' }>),
    connId,
    dn,
    ...(consultOf === undefined ? {} : { consultOf }),
  });
  const cards = (...calls: Call[]): string[] => pairs(calls).map(({ call, consult }) => `${call.connId}+${consult?.connId ?? ''}`);

  it('are one for a consult call and the call that it was made from, whichever came first', () => {
    expect(cards(call('1'), call('2', '1'))).toEqual(['1+2']);
    expect(cards(call('2', '1'), call('1'))).toEqual(['1+2']);
  });

  it('are one for each call that has no other, and no call is lost', () => {
    expect(cards(call('2', '1'))).toEqual(['2+']);
    expect(cards(call('1'), call('2', '1', '7002'))).toEqual(['1+', '2+']);
    expect(cards(call('1'), call('2', '1'), call('3', '1'))).toEqual(['1+2', '3+']);
    expect(cards(call('1', '2'), call('2', '1'))).toEqual(['1+', '2+']);
  });
});
