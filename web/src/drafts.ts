/** What the worker is writing into business data. Nothing counts before the T-Server has said so, and nothing typed is lost. */

import { signal } from '@preact/signals';
import type { Call } from './frames';
import { notify } from './notices';
import { sameCall } from './snapshot';
import { t } from './text/language';

export interface Draft {
  readonly connId: string;
  readonly dn: string;
  readonly key: string;
  /** The value that the worker has seen; none: the pair is not there. */
  readonly was: string | undefined;
  readonly text: string;
  /** It has become another one while they wrote. */
  readonly meanwhile: boolean;
  /** What the host was asked for and is not so yet; `value` is missing where the pair shall go. */
  readonly waiting: { readonly value: string | undefined } | null;
}

export const drafts = signal<readonly Draft[]>([]);

const isOf = (draft: Draft, call: { connId: string; dn: string }, key: string): boolean => sameCall(draft, call) && draft.key === key;

export const draftOf = (call: { connId: string; dn: string }, key: string): Draft | undefined => drafts.value.find((draft) => isOf(draft, call, key));

/** Begins to write: what is there, or, without a value, something that is not there yet. */
export function begin({ connId, dn }: { connId: string; dn: string }, key: string, was: string | undefined): void {
  if (draftOf({ connId, dn }, key) !== undefined) return;
  drafts.value = [...drafts.value, { connId, dn, key, was, text: was ?? '', meanwhile: false, waiting: null }];
}

/** What changes about a draft: nothing about one that is gone. */
export function redraft(draft: Draft, change: Partial<Draft>): void {
  drafts.value = drafts.value.map((other) => (isOf(other, draft, draft.key) ? { ...other, ...change } : other));
}

export function discard(draft: Draft): void {
  drafts.value = drafts.value.filter((other) => !isOf(other, draft, draft.key));
}

/** The host has said how calls are now. `afresh`: whatever was asked for before, nobody knows what became of it. */
export function follow(calls: readonly Call[], afresh: boolean): void {
  if (drafts.value.length > 0) drafts.value = drafts.value.flatMap((draft) => followed(draft, calls, afresh));
}

function followed(draft: Draft, calls: readonly Call[], afresh: boolean): Draft[] {
  const call = calls.find((other) => sameCall(other, draft));
  if (call === undefined) {
    // The worker may still need what they wrote.
    if (draft.text !== (draft.was ?? '')) notify({ kind: 'problem', title: t('data-lost', { what: draft.key }), text: draft.text });
    return [];
  }
  const now = valueOf(call, draft.key);
  const moved = now !== draft.was;
  if (draft.waiting !== null && moved && now === draft.waiting.value) return [];
  const waiting = moved || afresh ? null : draft.waiting;
  return [{ ...draft, was: now, waiting, meanwhile: draft.meanwhile || moved }];
}

/** The host, or the T-Server, does not do what was asked for: it may be asked for again. */
export function refused(): void {
  if (drafts.value.length > 0) drafts.value = drafts.value.map((draft) => ({ ...draft, waiting: null }));
}

const valueOf = (call: Call, key: string): string | undefined => call.data.find((pair) => pair.key === key)?.value;
