/** How long a page waits for a sign of life of its host, and after which frames it waits for one. */

import type { ClientFrame } from './frames';

/** After this long without a frame the page asks for one: a half-open connection shows no other sign. */
export const QUIET_MS = 45_000;
/** Where the host sends a sign of life whenever it has said nothing for `aliveSeconds`, one that may be late or lost is not missed, two are. */
export const silence = (aliveSeconds = 0): number => (aliveSeconds > 0 ? aliveSeconds * 2_000 : QUIET_MS);
/** While something is awaited it is less patient, so that a loss is noticed within ten seconds. */
export const AWAITED_MS = 4_000;
/** And gives the host this long to answer. */
export const ANSWER_MS = 5_000;

/** What a worker does has an answer; what is only told has none. */
export function hasAnswer(frame: ClientFrame): boolean {
  if (frame.type === 'chat') return frame.deed.kind !== 'typing' && frame.deed.kind !== 'seen';
  return frame.type !== 'resync' && frame.type !== 'idle' && frame.type !== 'searchEnd';
}
