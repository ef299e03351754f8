import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { dial } from '../actions';
import { live, snapshot } from '../store';
import { t } from '../text/language';
import { Action } from './Action';
import { NumberForm } from './NumberForm';

/** A call from the page: there while one of the worker's numbers takes requests. */
export function Dial() {
  const open = useSignal(false);
  const from = useSignal('');
  const root = useRef<HTMLDivElement>(null);
  const numbers = live.value ? (snapshot.value?.channels ?? []).filter((channel) => channel.dial).map(({ dn }) => dn) : [];
  const first = numbers[0];
  if (first === undefined) return null;
  const chosen = numbers.includes(from.value) ? from.value : first;
  const close = (): void => {
    open.value = false;
    root.current?.querySelector<HTMLElement>('[data-button=dial]')?.focus();
  };
  return (
    <div class="dial" ref={root}>
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
          {numbers.length > 1 && (
            <label class="field">
              <span>{t('dial-from')}</span>
              <select value={chosen} onChange={(event) => (from.value = event.currentTarget.value)}>
                {numbers.map((dn) => (
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
