/** How a frame changes what the page knows. Pure: the host's word in, the next picture out. */

import type { Call, CallEnding, Outcome, ServerFrame, Snapshot } from './frames';

/** `doubted`: the host does not know it any more, and has not read its DN since. It may go on. */
type Shown = Call & { doubted?: true };

/** What a page shows. */
export interface Picture extends Snapshot {
  calls: Shown[];
}

/** The next picture. Without one, only a snapshot counts: deltas of an unknown picture mean nothing. */
export function applied(now: Picture | null, frame: ServerFrame): Picture | null {
  if (frame.type === 'snapshot') return now === null ? withoutType(frame) : anew(now.calls, withoutType(frame));
  if (frame.type === 'signedOut') return null;
  if (now === null) return null;
  switch (frame.type) {
    case 'state':
      // Where the host has read the DN without a word of a call, there is none.
      return { ...now, missed: 0, ...withoutType(frame), calls: now.calls.filter((call) => call.doubted !== true || !isServed(frame, call)) };
    case 'previewOffer': {
      const offer = withoutType(frame);
      return { ...now, previews: [...now.previews.filter((preview) => preview.id !== offer.id), offer] };
    }
    case 'previewEnd':
      return { ...now, previews: now.previews.filter((preview) => preview.id !== frame.id) };
    case 'call':
      return { ...now, calls: replaced(now.calls, withoutType(frame)) };
    case 'callEnd':
      return { ...now, calls: now.calls.filter((call) => !sameCall(call, frame)) };
    case 'chat':
      return { ...now, chats: replaced(now.chats, withoutType(frame)) };
    case 'chatGone':
      return { ...now, chats: now.chats.filter((chat) => !sameCall(chat, frame)) };
    case 'outcome': {
      const outcome = withoutType(frame);
      return { ...now, outcomes: [...(now.outcomes ?? []).filter(({ id }) => id !== outcome.id), outcome].sort((a, b) => a.id - b.id) };
    }
    case 'outcomeGone':
      return { ...now, outcomes: (now.outcomes ?? []).filter(({ id }) => id !== frame.id) };
    case 'alive':
    case 'previewsSeen':
    case 'chatEntries':
    case 'chatTyping':
    case 'found':
    case 'problem':
      return now;
    // Of a later host.
    default:
      return now;
  }
}

export const sameCall = (a: { connId: string; dn: string }, b: { connId: string; dn: string }): boolean =>
  a.connId === b.connId && a.dn === b.dn;

/** A DN out of service may have lost its calls since. One that is not the worker's any more is none. */
export const isServed = ({ channels }: Pick<Snapshot, 'channels'>, { dn }: { dn: string }): boolean =>
  !channels.some((channel) => channel.dn === dn && channel.state.kind === 'outOfService');

/** A snapshot says nothing of calls at a DN out of service: a host that has just begun has not read it yet. */
function anew(before: Shown[], now: Snapshot): Picture {
  const stay = before.filter((call) => !isServed(now, call) || now.calls.some((other) => sameCall(other, call)));
  return { ...now, calls: now.calls.reduce<Shown[]>(replaced, stay.map((call) => ({ ...call, doubted: true }))) };
}

/** What is asked of a call that goes on is asked as long as that is doubted, and goes with it: a host that has just begun asks it anew. */
export function withAsked(before: Picture, now: Picture): Picture {
  const isOf = (one: Outcome, calls: readonly Shown[]): boolean =>
    one.about === 'call' && !one.over && calls.some((call) => call.doubted === true && sameCall(call, one));
  const { calls, outcomes = [] } = now;
  const asked = outcomes.filter((one) => !isOf(one, before.calls) || calls.some((call) => sameCall(call, one)));
  const doubted = (before.outcomes ?? []).filter((one) => isOf(one, calls) && !outcomes.some(({ id }) => id === one.id));
  return asked.length === outcomes.length && doubted.length === 0 ? now : { ...now, outcomes: [...asked, ...doubted] };
}

/** Each call once: a consult call with the one that it was made from, while that is there. */
export function pairs(calls: readonly Call[]): { call: Call; consult: Call | undefined }[] {
  const of = (consult: Call): Call | undefined => calls.find((call) => call.dn === consult.dn && call.connId === consult.consultOf && call.consultOf === undefined);
  const paired = new Map<Call, Call>();
  for (const call of calls) {
    const original = of(call);
    if (original !== undefined && !paired.has(original)) paired.set(original, call);
  }
  const consults = new Set(paired.values());
  return calls.filter((call) => !consults.has(call)).map((call) => ({ call, consult: paired.get(call) }));
}

/** Whether how a call ended is worth a word of its own: a consult call that became part of another is not. */
export function endingToTell(call: Call, ending: CallEnding): Exclude<CallEnding, 'ended' | 'merged'> | 'nothing' | 'ended' {
  if (ending === 'merged') return 'nothing';
  return call.consultOf !== undefined && (ending === 'transferred' || ending === 'conferenced') ? 'nothing' : ending;
}

/** A known call or chat keeps its place. */
function replaced<C extends { connId: string; dn: string }>(calls: C[], call: C): C[] {
  const known = calls.some((other) => sameCall(other, call));
  return known ? calls.map((other) => (sameCall(other, call) ? call : other)) : [...calls, call];
}

function withoutType<F extends ServerFrame>(frame: F): Omit<F, 'type'> {
  const rest: Partial<F> = { ...frame };
  delete rest.type;
  return rest as Omit<F, 'type'>;
}

/** Something has come of the call itself, and not of its data alone: a note comes there before the transfer does. */
export function goesOn(before: Call | undefined, now: Call): boolean {
  const facts = ({ state, caller, consultOf, parties }: Call): string => JSON.stringify([state, caller, consultOf, parties]);
  return before === undefined || facts(before) !== facts(now);
}
