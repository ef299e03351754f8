import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { press } from '../actions';
import { calling, callKey } from '../alert/calling';
import { alarming } from '../alert/ringer';
import { now } from '../clock';
import type { Call, CallButton } from '../frames';
import { certain, isPressed } from '../store';
import { t } from '../text/language';
import { Action } from './Action';
import { DataTable } from './DataTable';
import { duration } from './duration';
import { useFocusKept } from './focus';
import { SilenceButton } from './SilenceButton';
import { TransferForm } from './TransferForm';

const looks: Record<CallButton, 'accept' | 'decline' | 'plain'> = {
  answer: 'accept',
  release: 'decline',
  hold: 'plain',
  retrieve: 'plain',
  transfer: 'plain',
};

/** A call: where it stands and what the host allows to do with it. */
export function CallCard({ call }: { call: Call }) {
  const transferring = useSignal(false);
  const card = useRef<HTMLElement>(null);
  useFocusKept(card);
  const transferable = call.buttons.includes('transfer');
  useEffect(() => {
    if (!transferable) transferring.value = false;
  }, [transferable, transferring]);
  const caller = call.caller === '' ? t('caller-unknown') : call.caller;
  const known = certain(call);
  const id = `call-${call.connId}-${call.dn}`;
  const pressed = (button: CallButton): void => {
    if (button === 'transfer') transferring.value = !transferring.value;
    else press(call, button);
  };
  const back = (): void => {
    transferring.value = false;
    card.current?.querySelector<HTMLElement>('[data-button=transfer]')?.focus();
  };
  const rings = alarming.value && calling.value.some(({ key }) => key === callKey(call));
  return (
    <section ref={card} tabIndex={-1} class="card call" aria-labelledby={id} data-call={call.connId} data-call-state={known ? call.state : 'unknown'}>
      <div class="call-head">
        <div>
          <p class="overline">{known ? t(`call-${call.state}`) : t('state-unknown')}</p>
          <h2 id={id}>{t('call-title', { caller })}</h2>
          <p class="quiet">{t('preview-dn', { dn: call.dn })}</p>
        </div>
        {rings && <SilenceButton />}
        {known && (
          <span class="duration" title={t('call-duration')}>
            <span class="hidden-text">{t('call-duration')}: </span>
            {duration(now.value - call.since)}
          </span>
        )}
      </div>
      <div class="actions" role="group" aria-label={t('call-actions')}>
        {call.buttons.map((button) => (
          <Action key={button} name={button} kind={looks[button]} enabled={known && !isPressed(call, button)} act={() => { pressed(button); }}>
            {t(`button-${button}`)}
          </Action>
        ))}
      </div>
      {transferring.value && transferable && (
        <TransferForm
          transfer={(to) => {
            press(call, 'transfer', to);
          }}
          close={back}
        />
      )}
      <DataTable caption={t('call-data')} data={call.data} more={call.more ?? 0} call={call} />
    </section>
  );
}
