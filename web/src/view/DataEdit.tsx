import type { TargetedInputEvent, TargetedSubmitEvent } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { changeData } from '../actions';
import { composes } from '../composing';
import { discard, redraft, type Draft } from '../drafts';
import { settled, useGuard } from '../guard';
import { certain } from '../store';
import { t } from '../text/language';
import { useFocusTaken } from './focus';

/** As many letters as the host takes. */
const MOST = 2_000;

interface Props {
  call: { dn: string };
  draft: Draft;
  label: string;
  /** The host would do it now. */
  allowed: boolean;
  /** It can only be removed. */
  fixed?: boolean;
  /** It cannot be removed. */
  stays?: boolean;
}

/** The field in which the worker writes one pair. It stays until the T-Server has said that it is so. */
export function DataEdit({ call, draft, label, allowed, fixed = false, stays = false }: Props) {
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const told = useId();
  const form = useRef<HTMLFormElement>(null);
  useGuard(form, true);
  const usable = allowed && draft.waiting === null && certain(call);
  useFocusTaken(field, '.card');

  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (!usable || fixed || !settled(form.current)) return;
    if (draft.text === draft.was) discard(draft);
    else changeData(draft, draft.text);
  };
  const write = (event: TargetedInputEvent<HTMLInputElement | HTMLTextAreaElement>): void => {
    redraft(draft, { text: event.currentTarget.value });
  };
  const about = { 'aria-label': label, 'aria-describedby': told, maxLength: MOST, dir: 'auto', value: draft.text, readOnly: fixed || draft.waiting !== null, onInput: write } as const;
  return (
    <form
      ref={form}
      class="data-edit"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !composes(event)) discard(draft);
      }}
    >
      <span class="field">
        {draft.was?.includes('\n') === true ? <textarea ref={field} rows={4} {...about} /> : <input ref={field} type="text" autocomplete="off" {...about} />}
      </span>
      <div id={told} role="status">
        {draft.waiting !== null && <p class="quiet">{t('data-waiting')}</p>}
        {draft.meanwhile && <p>{draft.was === undefined ? t('data-gone') : t('data-meanwhile', { value: draft.was })}</p>}
      </div>
      <div class="actions">
        {!fixed && (
          <button type="submit" class="button primary" aria-disabled={!usable}>
            {t('data-save')}
          </button>
        )}
        {draft.was !== undefined && !stays && (
          <button type="button" class="button" aria-disabled={!usable} onClick={() => { if (usable && settled(form.current)) changeData(draft, undefined); }}>
            {t('data-remove')}
          </button>
        )}
        <button type="button" class="button" onClick={() => { discard(draft); }}>
          {t('cancel')}
        </button>
      </div>
    </form>
  );
}
