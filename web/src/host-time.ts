/** How far the host's clock is ahead of the page's, by what frames tell. Pure. */

import type { Preview, ServerFrame } from './frames';

/** A snapshot that is later than this would not have been waited for: the host's clock was set back. */
const MOST_LATE_MS = 10_000;
/** By so much a snapshot is believed that sets the clock back: clocks drift by less between two of them, and one that is late does no more harm. */
const DRIFT_MS = 50;

const begun = ({ deadline, length }: Pick<Preview, 'deadline' | 'length'>): number => deadline - length;

/**
 * In milliseconds; `known`: what it was by the frames before, `-Infinity` on a new connection. A frame may have been under way for
 * seconds, so each time in it is the least that it is now: whoever believes the last one promises time that nobody has.
 */
export function aheadOf(known: number, frame: ServerFrame, now: number): number {
  if (frame.type === 'previewOffer') return Math.max(known, begun(frame) - now);
  if (frame.type !== 'snapshot') return known;
  const least = Math.max(frame.serverTime, ...frame.previews.map(begun)) - now;
  return Math.max(known - least > MOST_LATE_MS ? least : known - DRIFT_MS, least);
}
