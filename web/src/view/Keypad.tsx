import { useSignal } from '@preact/signals';
import { sendDigits } from '../actions';
import type { Call } from '../frames';
import { certain } from '../store';
import { t } from '../text/language';
import { Action } from './Action';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const;
/** So many of the last digits are shown. */
const SHOWN = 12;

/** The keys of a telephone: each is sent at once. */
export function Keypad({ call, close }: { call: Call; close: () => void }) {
  const sent = useSignal('');
  return (
    <div
      class="keypad"
      role="group"
      aria-label={t('button-digits')}
      dir="ltr"
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      <output class="keypad-sent" aria-label={t('digits-sent')}>
        {sent.value.slice(-SHOWN)}
      </output>
      {KEYS.map((key) => (
        <Action
          key={key}
          name={`digit-${key}`}
          kind="plain"
          enabled={certain(call)}
          act={() => {
            if (sendDigits(call, key)) sent.value += key;
          }}
        >
          {key}
        </Action>
      ))}
    </div>
  );
}
