import { useSignal, type Signal } from '@preact/signals';
import type { TargetedKeyboardEvent } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { composes } from '../composing';
import type { Target } from '../frames';
import { live } from '../store';
import { t } from '../text/language';
import { useAsking, type Asking } from './asking';
import { ChosenTarget } from './ChosenTarget';
import { useFocusTaken } from './focus';
import { TargetList } from './TargetList';

interface Props {
  label: string;
  /** What is typed. */
  text: Signal<string>;
  /** Who was chosen from the list; typing on takes it back. */
  chosen: Signal<Target | null>;
  invalid: boolean;
  describedBy: string;
}

/** A number, or somebody whom the host finds: a combobox with a list, by keyboard alone as well. */
export function TargetField({ label, text, chosen, invalid, describedBy }: Props) {
  const open = useSignal(false);
  /** The target that the arrows have come to, by its id: the host tells the list again when it changes. */
  const at = useSignal('');
  const input = useRef<HTMLInputElement>(null);
  const list = useId();
  const hint = useId();
  useFocusTaken(input, '.dial, .card');
  const asking = useAsking(list, input, text.value, chosen.value);
  const targets = asking.answer?.targets ?? [];
  const shown = open.value && chosen.value === null;
  const place = shown ? targets.findIndex(({ id }) => id === at.value) : -1;
  const active = targets[place];
  const now = chosen.value === null ? null : (targets.find(({ id }) => id === chosen.value?.id) ?? null);
  const count = useCount(shown, asking);

  const choose = (target: Target): void => {
    chosen.value = target;
    text.value = target.name;
    open.value = false;
    at.value = '';
    input.current?.focus();
  };
  const move = (to: number): void => {
    open.value = true;
    at.value = targets.at(to % targets.length)?.id ?? '';
  };
  const keys = (event: TargetedKeyboardEvent<HTMLInputElement>): void => {
    if (composes(event)) return;
    if (event.key === 'ArrowDown') move(place + 1);
    else if (event.key === 'ArrowUp') move(place < 0 ? -1 : place - 1);
    else if (event.key === 'Enter' && active !== undefined) choose(active);
    else if (event.key === 'Escape' && shown) open.value = false;
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div>
      <label class="field">
        <span>{label}</span>
        <input
          ref={input}
          type="text"
          dir="auto"
          role="combobox"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          maxLength={64}
          value={text.value}
          aria-autocomplete="list"
          aria-expanded={shown && targets.length > 0}
          aria-controls={list}
          aria-activedescendant={active === undefined ? undefined : `${list}-${place}`}
          aria-invalid={invalid}
          aria-describedby={`${describedBy} ${hint}`}
          onInput={(event) => {
            text.value = event.currentTarget.value;
            chosen.value = null;
            open.value = true;
            at.value = '';
          }}
          onClick={() => {
            open.value = true;
          }}
          onFocus={asking.again}
          onKeyDown={keys}
        />
      </label>
      <TargetList id={list} targets={targets} place={place} shown={shown} choose={choose} />
      <p class="quiet target-count" id={hint} hidden={chosen.value !== null || count !== ''}>
        {t('target-hint')}
      </p>
      <p class="quiet target-count" role="status">
        {count}
      </p>
      {chosen.value !== null && <ChosenTarget target={now ?? chosen.value} known={now !== null} />}
    </div>
  );
}

/** How many were found. While the next answer is on its way the last number stays: another word with each letter would be said. */
function useCount(shown: boolean, { asks, answer }: Asking): string {
  const counted = useRef('');
  if (!shown || !live.value) counted.current = '';
  else if (answer !== null) counted.current = countOf(answer.targets.length, asks, answer.more);
  return counted.current;
}

function countOf(count: number, asks: string, more: boolean): string {
  if (count === 0) return asks === '' ? '' : t('target-none');
  return more ? `${t('target-count', { number: count })} ${t('target-more')}` : t('target-count', { number: count });
}
