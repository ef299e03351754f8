/** How long to wait before the next attempt: doubling from half a second to 15 s, with full jitter, so that a restarted
 * host is not met by all its pages at once. The first attempt comes quickly: most losses are short. */

const FIRST_MS = 500;
const MOST_MS = 15_000;
const LEAST_MS = 100;
/** A host that asks for more is not believed. */
const MOST_SECONDS = 30;

export function waitBefore(attempt: number, random: () => number = Math.random): number {
  const bound = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return LEAST_MS + random() * (bound - LEAST_MS);
}

/** How long to wait where the host has said when to come back: not sooner, and not all pages at once. */
export function waitAsAsked(seconds: number, random: () => number = Math.random): number {
  return Math.min(seconds, MOST_SECONDS) * 1_000 * (1 + random());
}
