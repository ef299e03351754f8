import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { dial } from '../actions';
import { live, snapshot } from '../store';
import { t } from '../text/language';
import { Action } from './Action';
import { useFocusKept } from './focus';
import { NumberForm } from './NumberForm';

/** A call from the page: there while one of the worker's numbers takes requests, and while they are at it. */
export function Dial() {
  const open = useSignal(false);
  const numbers = live.value ? (snapshot.value?.channels ?? []).filter((channel) => channel.dial).map(({ dn }) => dn) : [];
  if (numbers.length === 0 && !open.value) return null;
  return <Dialling open={open} numbers={numbers} />;
}

function Dialling({ open, numbers }: { open: { value: boolean }; numbers: readonly string[] }) {
  const from = useSignal('');
  const root = useRef<HTMLDivElement>(null);
  useFocusKept(root);
  // A T-Server that is away for a moment closes nothing under the worker's hands.
  const last = useRef('');
  const before = from.value !== '' ? from.value : open.value ? last.current : '';
  const chosen = before !== '' ? before : (numbers[0] ?? last.current);
  last.current = chosen;
  const others = numbers.filter((dn) => dn !== chosen);
  const close = (): void => {
    open.value = false;
    root.current?.querySelector<HTMLElement>('[data-button=dial]')?.focus();
  };
  return (
    <div class="dial" ref={root} tabIndex={-1}>
      <Action
        name="dial"
        kind="plain"
        enabled
        act={() => {
          open.value = !open.value;
        }}
      >
        {t('dial-open')}
      </Action>
      {open.value && (
        <div class="dial-form">
          {others.length > 0 && (
            <label class="field">
              <span>{t('dial-from')}</span>
              <select value={chosen} onChange={(event) => (from.value = event.currentTarget.value)}>
                {(numbers.includes(chosen) ? numbers : [chosen, ...numbers]).map((dn) => (
                  <option key={dn} value={dn}>
                    {dn}
                  </option>
                ))}
              </select>
            </label>
          )}
          <NumberForm
            of={{ connId: '', dn: chosen }}
            name="dial"
            enabled={numbers.includes(chosen)}
            label={t('dial-number')}
            ways={[
              {
                text: t('dial-go'),
                go: (to) => {
                  dial(chosen, to);
                },
              },
            ]}
            close={close}
          />
        </div>
      )}
    </div>
  );
}
