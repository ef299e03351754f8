import { useSignal, type Signal } from '@preact/signals';
import type { TargetedKeyboardEvent } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks';
import { endSearch, search } from '../actions';
import { favourites, remembered, toggleFavourite } from '../favourites';
import type { Target } from '../frames';
import { found, othersAsk } from '../search';
import { live } from '../store';
import { t } from '../text/language';
import { TargetLine } from './TargetLine';

/** After this long without a letter the host is asked. */
const TYPING_MS = 150;

/** The host reads no more letters. */
const LONGEST = 100;

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
  const counted = useRef('');
  // Before the screen shows the field: the next key already belongs to it.
  useLayoutEffect(() => input.current?.focus(), []);
  useEffect(() => () => { endSearch(list); }, [list]);
  const asks = text.value.trim().slice(0, LONGEST);
  const keep = remembered.value;
  const first = asks === '' ? keep : [];
  const kept = chosen.value === null ? first : [chosen.value.id];
  const question = JSON.stringify([asks, kept]);
  useEffect(() => {
    if (!live.value || (othersAsk(list) && document.activeElement !== input.current)) return undefined;
    const timer = setTimeout(() => { search(list, asks, kept); }, asks === '' ? 0 : TYPING_MS);
    return () => { clearTimeout(timer); };
    // The question as a text: a list is another one each time.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [question, live.value]);

  const answer = live.value && found.value?.query === asks ? found.value : null;
  const targets = answer?.targets ?? [];
  const shown = open.value && chosen.value === null;
  const place = shown ? targets.findIndex(({ id }) => id === at.value) : -1;
  const active = targets[place];
  const now = chosen.value === null ? null : (targets.find(({ id }) => id === chosen.value?.id) ?? null);
  // While the next answer is on its way the last one's number stays: another word with each letter would be said.
  if (!shown || !live.value) counted.current = '';
  else if (answer !== null) counted.current = countOf(targets.length, asks, answer.more);
  const count = counted.current;
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
    if (event.isComposing) return;
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
          onFocus={() => {
            // There is one search: it is where the worker types.
            if (live.value && othersAsk(list)) search(list, asks, kept);
          }}
          onKeyDown={keys}
        />
      </label>
      <ul id={list} role="listbox" class="targets" aria-label={t('target-list')} hidden={!shown || targets.length === 0}>
        {shown &&
          targets.map((target, index) => (
            <li
              key={target.id}
              id={`${list}-${index}`}
              role="option"
              class="target"
              aria-selected={index === place}
              data-target={target.id}
              ref={(line) => {
                if (index === place) line?.scrollIntoView({ block: 'nearest' });
              }}
              onMouseDown={(event) => {
                // The field keeps the focus.
                event.preventDefault();
              }}
              onClick={() => {
                choose(target);
              }}
            >
              <TargetLine target={target} />
            </li>
          ))}
      </ul>
      <p class="quiet target-count" id={hint} hidden={chosen.value !== null || count !== ''}>
        {t('target-hint')}
      </p>
      <p class="quiet target-count" role="status">
        {count}
      </p>
      {chosen.value !== null && <Chosen target={now ?? chosen.value} known={now !== null} />}
    </div>
  );
}

function countOf(count: number, asks: string, more: boolean): string {
  if (count === 0) return asks === '' ? '' : t('target-none');
  return more ? `${t('target-count', { number: count })} ${t('target-more')}` : t('target-count', { number: count });
}

/** Who was chosen, as they are now, and whether they are a favourite. */
function Chosen({ target, known }: { target: Target; known: boolean }) {
  const favourite = favourites.value.includes(target.id);
  return (
    <div class="target chosen" data-chosen={target.id} data-known={known}>
      {known ? <TargetLine target={target} /> : <bdi>{target.number}</bdi>}
      <button type="button" class="button quiet" aria-pressed={favourite} onClick={() => { toggleFavourite(target.id); }}>
        {t('target-favourite')}
      </button>
    </div>
  );
}
