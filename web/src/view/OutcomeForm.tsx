import type { TargetedSubmitEvent } from 'preact';
import { useId } from 'preact/hooks';
import { giveOutcome, skipOutcome } from '../actions';
import type { Outcome } from '../frames';
import { draftOf, redraft } from '../outcomes';
import { certain, live } from '../store';
import { t } from '../text/language';
import { Action } from './Action';

/** Letters that are left are said from here on. */
const FEW = 50;

/** The code and the note. Both stay as they are until the T-Server has kept them. */
export function OutcomeForm({ outcome }: { outcome: Outcome }) {
  const { code, note, sent } = draftOf(outcome);
  const waits = outcome.waits || sent;
  const told = useId();
  const letters = Array.from(note).length;
  const tooLong = letters > outcome.note;
  // What goes on with the call decides whether it is asked: nobody knows while that is not certain.
  const asked = outcome.over ? live.value : certain(outcome);
  const enabled = asked && !waits && !tooLong && (code !== '' || note.trim() !== '');
  const save = (): void => {
    if (enabled) giveOutcome(outcome);
  };
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    save();
  };
  return (
    <form class="outcome-form" noValidate onSubmit={submit}>
      {outcome.codes.length > 0 && (
        <label class="field">
          <span>{t('outcome-code')}</span>
          <select value={code} disabled={waits} onChange={({ currentTarget }) => { redraft(outcome, { code: currentTarget.value }); }}>
            <option value="">{t('outcome-choose')}</option>
            {outcome.codes.map((one) => (
              <option key={one.code} value={one.code}>
                {one.label}
              </option>
            ))}
          </select>
        </label>
      )}
      {outcome.note > 0 && (
        <label class="field">
          <span>{t('outcome-note')}</span>
          <textarea
            rows={2}
            dir="auto"
            value={note}
            readOnly={waits}
            aria-invalid={tooLong}
            aria-describedby={told}
            onInput={({ currentTarget }) => { redraft(outcome, { note: currentTarget.value }); }}
          />
        </label>
      )}
      <div id={told} role="status" class="quiet outcome-told">
        {waits ? t('data-waiting') : outcome.note > 0 && letters > outcome.note - FEW && t('outcome-left', { number: outcome.note - letters })}
      </div>
      <div class="actions">
        <Action kind="primary" name="saveOutcome" enabled={enabled} act={save}>
          {t('outcome-save')}
        </Action>
        {outcome.over && (
          <Action kind="plain" name="skipOutcome" enabled={live.value && !waits} act={() => { skipOutcome(outcome); }}>
            {t('outcome-skip')}
          </Action>
        )}
      </div>
    </form>
  );
}
