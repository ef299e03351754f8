import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { sendDigits } from '../actions';
import { composes } from '../composing';
import type { Call } from '../frames';
import { SETTLE_MS } from '../guard';
import { certain } from '../store';
import { t } from '../text/language';
import { useFocusTaken } from './focus';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const;
/** So many of the last digits are shown. */
const SHOWN = 12;

/** The keys of a telephone: each is sent at once, by the mouse or by the keyboard. */
export function Keypad({ call, close }: { call: Call; close: () => void }) {
  const sent = useSignal('');
  const first = useRef<HTMLButtonElement>(null);
  // Not guarded like other controls: the same digit twice in a row is no double click.
  const since = useRef(performance.now());
  useFocusTaken(first, '.card');
  const send = (key: string): void => {
    const settled = performance.now() - since.current >= SETTLE_MS;
    if (settled && certain(call) && sendDigits(call, key)) sent.value += key;
  };
  return (
    <div
      class="keypad"
      role="group"
      aria-label={t('button-digits')}
      dir="ltr"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !composes(event)) close();
        else if (!event.repeat && (KEYS as readonly string[]).includes(event.key)) send(event.key);
      }}
    >
      <output class="keypad-sent" aria-label={t('digits-sent')}>
        {sent.value.slice(-SHOWN)}
      </output>
      {KEYS.map((key) => (
        <button
          key={key}
          ref={key === KEYS[0] ? first : null}
          type="button"
          class="button"
          aria-disabled={!certain(call)}
          onClick={() => {
            send(key);
          }}
        >
          {key}
        </button>
      ))}
    </div>
  );
}
