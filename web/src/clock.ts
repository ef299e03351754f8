/** The host's clock as this page knows it. Built on the monotonic clock: a corrected wall clock moves no deadline. */

import { signal } from '@preact/signals';
import type { ServerFrame } from './frames';
import { aheadOf } from './host-time';

let offset = Date.now() - performance.now();

/** Sets the clock by what a frame tells of the host's. `afresh`: over a new connection, whose host may be another one. */
export function hearTime(frame: ServerFrame, afresh: boolean): void {
  offset = aheadOf(afresh && frame.type === 'snapshot' ? -Infinity : offset, frame, performance.now());
  tick();
}

/** The host's time now, in milliseconds since 1970 UTC. */
export const serverNow = (): number => performance.now() + offset;

/** The host's time, four times a second, for whatever counts on the screen. */
export const now = signal(serverNow());

/** Brings `now` up to date, so that what has just come is not shown with an old time. */
export const tick = (): void => {
  now.value = serverNow();
};

export const startTicking = (): void => {
  setInterval(tick, 250);
};
