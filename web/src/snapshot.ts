/** How a frame changes what the page knows. Pure: the host's word in, the next picture out. */

import type { Call, ServerFrame, Snapshot } from './frames';

/** The next snapshot. Without one, only a snapshot counts: deltas of an unknown picture mean nothing. */
export function applied(now: Snapshot | null, frame: ServerFrame): Snapshot | null {
  if (frame.type === 'snapshot') return withoutType(frame);
  if (frame.type === 'signedOut') return null;
  if (now === null) return null;
  switch (frame.type) {
    case 'state':
      return { ...now, missed: 0, ...withoutType(frame) };
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
