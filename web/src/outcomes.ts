/** What the worker says of calls and previews that are over. What is typed stays until it is kept, or no longer asked for. */

import { signal } from '@preact/signals';
import type { Outcome, OutcomeEnd, Snapshot } from './frames';
import { whole } from './letters';
import { notify } from './notices';
import { sameCall } from './snapshot';
import { t } from './text/language';

export interface Draft {
  /** Empty: none chosen. */
  readonly code: string;
  readonly note: string;
  /** It was sent, and the host has not said anything since. */
  readonly sent: boolean;
  /** The note that was sent last and not refused since; null: that there is nothing to say. */
  readonly given?: string | null | undefined;
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
  changeAll((draft) => ({ ...draft, sent: false }));
}

/** The host, or the T-Server, does not do what was asked for. */
export function refuseOutcomes(): void {
  changeAll((draft) => ({ ...draft, sent: false, given: undefined }));
}

function changeAll(change: (draft: Draft) => Draft): void {
  if (drafts.value.size > 0) drafts.value = new Map([...drafts.value].map(([key, draft]) => [key, change(draft)]));
}

/** It is asked no longer. */
export function outcomeGone(outcome: Outcome | undefined, end: OutcomeEnd): void {
  if (outcome === undefined) return;
  const { note, given } = draftOf(outcome);
  forget(outcome);
  const meant = end === 'skipped' ? given === null : end !== 'late' && given === whole(note).trim();
  // What another page has said instead, or nobody in time: the worker may still need what they wrote.
  if (!meant && note.trim() !== '') tell('outcome-lost', outcome, note);
  else if (end !== 'skipped') notify({ kind: end === 'late' ? 'info' : 'good', title: t(`outcome-${end}`, { caller: callerOf(outcome) }), text: '' });
}

/** The host has said anew what it asks. Of what was written and is asked no longer the worker is told. `afresh`: what was sent before may be lost. */
export function followOutcomes(before: Snapshot | null, after: Snapshot, afresh: boolean): void {
  const open = new Set((after.outcomes ?? []).map(keyOf));
  const asked = new Set((before?.outcomes ?? []).map(keyOf));
  for (const gone of (before?.outcomes ?? []).filter((one) => !open.has(keyOf(one)))) {
    const draft = draftOf(gone);
    const { code, note, given } = draft;
    forget(gone);
    const again = (after.outcomes ?? []).find((one) => one.about === gone.about && sameCall(one, gone) && !asked.has(keyOf(one)));
    if (again !== undefined) {
      // A host that was started anew asks the same by another number.
      if (draft !== empty) redraft(again, draft);
      continue;
    }
    // The answer was lost with the connection: only the host knows.
    if (typeof given === 'string') tell('outcome-unsure', gone, note);
    else if (given === undefined && code + note !== '') tell('outcome-lost', gone, note);
  }
  if (!afresh) return;
  const waiting = new Set((after.outcomes ?? []).filter(({ waits }) => waits).map(keyOf));
  drafts.value = new Map([...drafts.value].map(([key, draft]) => [key, { ...draft, sent: false, given: waiting.has(key) ? draft.given : undefined }]));
}

/** A note stays until the worker has read it, or copied it. */
function tell(key: 'outcome-lost' | 'outcome-unsure', outcome: Outcome, note: string): void {
  notify({ kind: note.trim() === '' ? 'info' : 'problem', title: t(key, { caller: callerOf(outcome) }), text: note });
}

function forget(outcome: Outcome): void {
  const rest = new Map(drafts.value);
  if (rest.delete(keyOf(outcome))) drafts.value = rest;
}

/** A note is written that the host has not been given. */
export const hasUnsavedOutcome = (): boolean => [...drafts.value.values()].some(({ note, given }) => note.trim() !== '' && given !== null && given !== whole(note).trim());

/** Nothing of the worker stays. */
export const forgetOutcomes = (): void => {
  drafts.value = new Map();
};
