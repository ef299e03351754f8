import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readServerFrame, type Call, type Outcome, type ServerFrame } from './frames';
import { applied, pairs, withAsked, type Picture } from './snapshot';

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

describe('a call at a DN that is out of service', () => {
  const state = golden('state') as Extract<ServerFrame, { type: 'state' }>;
  const call = (connId: string, dn = '7001'): Call => ({ ...(golden('call') as Extract<ServerFrame, { type: 'call' }>), connId, dn });
  /** What a host says whose DNs are served or not; none: it is not the worker's. */
  const channels = (dns: Readonly<Record<string, boolean>>) =>
    Object.entries(dns).map(([dn, served]) => ({ dn, switch: '', marked: false, dial: served, state: { ...state.state, kind: served ? ('ready' as const) : ('outOfService' as const) } }));
  const says = (calls: Call[], dns: Readonly<Record<string, boolean>>, outcomes: Outcome[] = []): ServerFrame => ({
    ...(golden('snapshot') as Extract<ServerFrame, { type: 'snapshot' }>),
    calls,
    channels: channels(dns),
    outcomes,
  });
  const of = (picture: Picture | null): string => picture?.calls.map(({ connId, doubted }) => connId + (doubted === true ? '?' : '')).join(' ') ?? '';
  const out = { 7001: false, 7002: false };
  const served = { 7001: true, 7002: true };
  const talking = applied(null, says([call('1'), call('2', '7002')], served));

  it.each<[string, ServerFrame[], string]>([
    ['stays in doubt where the host does not know it', [says([], out)], '1? 2?'],
    ['stays in doubt however often and long', [says([], out), { ...state, channels: channels(out) }, says([], out), says([], out)], '1? 2?'],
    ['goes when its DN is served without it', [says([], out), says([], served)], ''],
    ['goes when its DN is served and nothing else is told', [says([], out), { ...state, channels: channels({ ...out, 7002: true }) }], '1?'],
    ['goes when its DN is not the worker\'s any more', [says([], out), says([], { 7001: false })], '1?'],
    ['is there again in its place', [says([], out), says([call('2', '7002')], { ...out, 7002: true }), says([call('1'), call('2', '7002')], served)], '1 2'],
    ['is there again by itself, and stays when the DN is served', [says([], out), { type: 'call', ...call('1') }, { ...state, channels: channels(served) }], '1'],
    ['goes when the host says so', [says([], out), { type: 'callEnd', connId: '1', dn: '7001', ending: 'ended' }], '2?'],
    ['is the host\'s where it knows it, and stays when the DN is served', [says([call('1')], out), { ...state, channels: channels(served) }], '1'],
    ['goes at once where its DN is served', [says([], { ...out, 7001: true })], '2?'],
  ])('%s', (_, frames, then) => {
    expect(of(frames.reduce(applied, talking))).toBe(then);
  });

  it('keeps what is asked of it as long, and nothing else', () => {
    const asked = (id: number, connId: string, over: boolean): Outcome => ({ id, connId, dn: '7001', about: 'call', caller: '', over, waits: false, codes: [], note: 9 });
    const ids = (...frames: ServerFrame[]): number[] =>
      frames.reduce<Picture | null>((before, frame) => {
        const now = applied(before, frame);
        return before === null || now === null ? now : withAsked(before, now);
      }, applied(null, says([call('1')], served, [asked(1, '1', false), asked(2, '8', true)])))?.outcomes?.map(({ id }) => id) ?? [];
    expect(ids(says([], out, [asked(5, '9', true)]))).toEqual([5, 1]);
    expect(ids(says([], out), { ...state, channels: channels(out) })).toEqual([1]);
    expect(ids(says([], out), { ...state, channels: channels(served) })).toEqual([]);
    expect(ids(says([], out), says([call('1')], served, [asked(4, '1', false)]))).toEqual([4]);
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
