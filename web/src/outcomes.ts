/** What the worker says of calls and previews that are over. What is typed stays until it is kept, or no longer asked for. */

import { signal } from '@preact/signals';
import type { Outcome, OutcomeEnd, Snapshot } from './frames';
import { notify } from './notices';
import { t } from './text/language';

export interface Draft {
  /** Empty: none chosen. */
  readonly code: string;
  readonly note: string;
  /** It was sent, and the host has not said anything since. */
  readonly sent: boolean;
}

const empty: Draft = { code: '', note: '', sent: false };
/** By what is asked: a host that was started anew gives the numbers again. */
const drafts = signal<ReadonlyMap<string, Draft>>(new Map());

const keyOf = ({ id, connId }: Outcome): string => `${id} ${connId}`;

export const draftOf = (outcome: Outcome): Draft => drafts.value.get(keyOf(outcome)) ?? empty;

export function redraft(outcome: Outcome, change: Partial<Draft>): void {
  drafts.value = new Map(drafts.value).set(keyOf(outcome), { ...draftOf(outcome), ...change });
}

export const callerOf = ({ caller }: Outcome): string => (caller === '' ? t('caller-unknown') : caller);

/** The host has said something: what was sent before may be sent again. */
export function heardOfOutcomes(): void {
  if (![...drafts.value.values()].some(({ sent }) => sent)) return;
  drafts.value = new Map([...drafts.value].map(([key, draft]) => [key, { ...draft, sent: false }]));
}

/** It is asked no longer. */
export function outcomeGone(outcome: Outcome | undefined, end: OutcomeEnd): void {
  if (outcome === undefined) return;
  forget(outcome);
  if (end === 'skipped') return;
  notify({ kind: end === 'late' ? 'info' : 'good', title: t(`outcome-${end}`, { caller: callerOf(outcome) }), text: '' });
}

/** The host has said anew what it asks. Of what was written and is asked no longer the worker is told. */
export function followOutcomes(before: Snapshot | null, after: Snapshot): void {
  heardOfOutcomes();
  const open = new Set((after.outcomes ?? []).map(keyOf));
  for (const gone of (before?.outcomes ?? []).filter((one) => !open.has(keyOf(one)))) {
    if (draftOf(gone) !== empty) notify({ kind: 'info', title: t('outcome-lost', { caller: callerOf(gone) }), text: '' });
    forget(gone);
  }
}

function forget(outcome: Outcome): void {
  const rest = new Map(drafts.value);
  if (rest.delete(keyOf(outcome))) drafts.value = rest;
}

/** Nothing of the worker stays. */
export const forgetOutcomes = (): void => {
  drafts.value = new Map();
};
