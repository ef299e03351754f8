/** The worker's previews of the day, and how each ended. Pure. */

import type { OverPreview, Preview, PreviewEnd } from './frames';

/** `unknown`: the host has not said. */
export type Outcome = PreviewEnd | 'unknown';

/** What is kept of a preview: no business data. */
export interface PastPreview {
  /** Names it in every tab alike, also when the host counts anew. */
  key: string;
  id: number;
  /** The host's time when it ended, in milliseconds since 1970 UTC. */
  at: number;
  caller: string;
  dn: string;
  outcome: Outcome;
  /** Looked at since it was missed. */
  seen: boolean;
}

/** The newest are kept. */
const MOST = 100;

export const isMissed = ({ outcome }: PastPreview): boolean => outcome === 'timedOut';

/** Both lists as one, newest first: each preview once, with what the host said of it, seen when one of them has. */
export function joined(a: readonly PastPreview[], b: readonly PastPreview[]): PastPreview[] {
  const all = new Map(a.map((one) => [one.key, one]));
  for (const one of b) {
    const known = all.get(one.key);
    all.set(one.key, known === undefined ? one : merged(known, one));
  }
  return [...all.values()].sort((one, other) => other.at - one.at || other.id - one.id).slice(0, MOST);
}

function merged(one: PastPreview, other: PastPreview): PastPreview {
  const told = one.outcome === 'unknown' ? other : one;
  return { ...told, at: Math.min(one.at, other.at), seen: one.seen || other.seen };
}

/** What of them was on the same day as `now`, where the worker is. */
export const ofDay = (all: readonly PastPreview[], now: number): PastPreview[] => {
  const day = new Date(now).toDateString();
  return all.filter(({ at }) => new Date(at).toDateString() === day);
};

/** A preview that ended at `at`. */
export const pastOf = ({ id, caller, dn, deadline }: Preview, at: number, outcome: Outcome): PastPreview => ({
  key: `${id}/${deadline}`,
  id,
  at,
  caller,
  dn,
  outcome,
  seen: false,
});

/** As the host keeps it. */
export const pastOfHost = ({ id, at, deadline, caller, dn, end, seen }: OverPreview): PastPreview => ({
  key: `${id}/${deadline}`,
  id,
  at,
  caller,
  dn,
  outcome: end,
  seen: seen === true,
});

/** The worker has looked at these, at another page perhaps. */
export const looked = (all: readonly PastPreview[], ids: readonly number[]): PastPreview[] =>
  all.map((one) => (ids.includes(one.id) ? { ...one, seen: true } : one));

/** The host says late how a preview ended. */
export const told = (all: readonly PastPreview[], id: number, outcome: Outcome): PastPreview[] =>
  all.map((one) => (one.id === id && one.outcome === 'unknown' ? { ...one, outcome } : one));
