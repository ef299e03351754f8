import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { buttonText, press } from '../actions';
import { calling, callKey } from '../alert/calling';
import { alarming } from '../alert/ringer';
import type { Call, CallButton } from '../frames';
import { sameCall } from '../snapshot';
import { certain, isPressed, snapshot } from '../store';
import { t } from '../text/language';
import { Action } from './Action';
import { buttonsOf, forms, isForm, type Form, type Shown } from './callButtons';
import { callerOf, CallHead } from './CallHead';
import { DataTable } from './DataTable';
import { useFocusKept } from './focus';
import { Fold } from './Fold';
import { Keypad } from './Keypad';
import { NumberForm, type Way } from './NumberForm';
import { OutcomeOfCall } from './Outcomes';
import { SilenceButton } from './SilenceButton';

const looks: Partial<Record<CallButton, 'accept' | 'decline'>> = { answer: 'accept', release: 'decline', completeTransfer: 'accept' };

/** A call, with the consult call that was made from it: where they stand and what the host allows to do with them. */
export function CallCard({ call, consult }: { call: Call; consult?: Call | undefined }) {
  /** The button whose form is open. */
  const open = useSignal<Shown | null>(null);
  const more = useSignal(false);
  const card = useRef<HTMLElement>(null);
  useFocusKept(card);
  const { main, seldom } = buttonsOf(call, consult);
  const offered = [...main, ...seldom].find(({ name }) => name === open.value?.name);
  // A T-Server that is away for a moment closes nothing under the worker's hands.
  const opened = offered ?? [call, consult].map((one) => waiting(open.value, one)).find((one) => one !== null);
  const is = opened?.name;
  useEffect(() => {
    if (is === undefined) open.value = null;
  }, [is, open]);
  const id = `call-${call.connId}-${call.dn}`;
  const known = certain(call);
  const rings = alarming.value && calling.value.some(({ key }) => key === callKey(call));

  const pressed = ({ name, button, of }: Shown): void => {
    // By what the button does: the caller's have other names while somebody is asked.
    if (isForm(button) || button === 'digits') open.value = open.value?.name === name ? null : { name, button, of };
    else press(of, button);
  };
  const close = (): void => {
    const name = open.value?.name ?? '';
    open.value = null;
    card.current?.querySelector<HTMLElement>(`[data-button="${name}"]`)?.focus();
  };
  const row = (shown: readonly Shown[]) =>
    shown.map((one) => (
      <Action
        key={one.name}
        name={one.name}
        kind={one.name === 'releaseCaller' ? 'decline' : (looks[one.button] ?? 'plain')}
        enabled={certain(one.of) && !isPressed(one.of, one.button)}
        act={() => {
          pressed(one);
        }}
      >
        {wordsOf(one)}
      </Action>
    ));

  return (
    <section ref={card} tabIndex={-1} class="card call" aria-labelledby={id} data-call={call.connId} data-call-state={known ? call.state : 'unknown'}>
      <CallHead call={call} id={id} consulted={false}>
        {rings && <SilenceButton />}
      </CallHead>
      {consult !== undefined && (
        <div class="consult" data-consult={consult.connId} data-consult-state={certain(consult) ? consult.state : 'unknown'}>
          <CallHead call={consult} id={`${id}-consult`} consulted />
        </div>
      )}
      <div class="actions" role="group" aria-label={t('call-actions')}>
        {row(main)}
      </div>
      {seldom.length > 0 && (
        <div class="seldom">
          <Fold open={more} more={t('call-more')} less={t('call-less')} />
          {more.value && <div class="actions">{row(seldom)}</div>}
        </div>
      )}
      {opened !== undefined && isForm(opened.button) && <NumberForm key={opened.name} of={opened.of} name={opened.button} enabled={offered !== undefined && certain(opened.of)} label={t(`${opened.button}-to`)} noted={opened.button !== 'redirect' && snapshot.value?.note === true} ways={waysOf(opened.of, opened.button)} close={close} />}
      {opened?.button === 'digits' && <Keypad key={opened.name} call={opened.of} close={close} />}
      <OutcomeOfCall call={call} />
      <DataTable caption={t('call-data')} data={call.data} more={call.more ?? 0} call={call} />
    </section>
  );
}

/** What is open of a call of which the host offers nothing at the moment: as it was when it was opened. */
const waiting = (open: Shown | null, call: Call | undefined): Shown | null =>
  open !== null && call !== undefined && sameCall(open.of, call) && (!certain(call) || call.buttons.length === 0) ? open : null;

function wordsOf({ name, button, of }: Shown): string {
  if (name === 'releaseConsult') return t('button-releaseConsult');
  if (name === 'releaseCaller') return t('button-releaseCaller', { caller: callerOf(of) });
  return buttonText(button);
}

/** What can be done with a number: at once, or after its owner was asked. */
function waysOf(call: Call, form: Form): Way[] {
  const [direct, consulting] = forms[form] as readonly [CallButton, CallButton?];
  const way = (button: CallButton, text: string): Way => ({
    text,
    go: (to, note) => {
      press(call, button, to, note);
    },
  });
  const ways = call.buttons.includes(direct) ? [way(direct, t(`${form}-go`))] : [];
  return consulting !== undefined && call.buttons.includes(consulting) ? [...ways, way(consulting, t('number-askFirst'))] : ways;
}
