import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Call, Outcome } from '../frames';
import { callerOf } from '../outcomes';
import { calls, outcomes } from '../store';
import { t } from '../text/language';
import { Fold } from './Fold';
import { OutcomeForm } from './OutcomeForm';
import { useFocusKept } from './focus';

const isOf = (outcome: Outcome, { connId, dn }: Call): boolean => outcome.about === 'call' && !outcome.over && outcome.connId === connId && outcome.dn === dn;

/** What is asked of calls and previews that are over, oldest first. */
export function Outcomes() {
  return (
    <>
      {outcomes.value.filter((one) => !calls.value.some((call) => isOf(one, call))).map((one) => (
        <OutcomeCard key={one.id} outcome={one} />
      ))}
    </>
  );
}

function OutcomeCard({ outcome }: { outcome: Outcome }) {
  const card = useRef<HTMLElement>(null);
  useFocusKept(card);
  // Of a preview it is seldom said, and others may wait meanwhile.
  const open = useSignal(outcome.about === 'call');
  const id = `outcome-${outcome.id}`;
  return (
    <section ref={card} class="card outcome" tabIndex={-1} aria-labelledby={id} data-outcome-of={outcome.connId} data-about={outcome.about}>
      <h2 id={id} class="outcome-title">
        {t(`outcome-of-${outcome.about}`, { caller: callerOf(outcome) })}
      </h2>
      {outcome.about !== 'call' && <Fold open={open} more={t('outcome-open')} less={t('outcome-close')} />}
      {open.value && <OutcomeForm outcome={outcome} />}
    </section>
  );
}

/** The same on the card of a call that goes on: folded, until the worker wants to say it. */
export function OutcomeOfCall({ call }: { call: Call }) {
  const open = useSignal(false);
  const outcome = outcomes.value.find((one) => isOf(one, call));
  if (outcome === undefined) return null;
  return (
    <div class="seldom" data-outcome-of={outcome.connId} data-about="call">
      <Fold open={open} more={t('outcome-open')} less={t('outcome-close')} />
      {open.value && <OutcomeForm outcome={outcome} />}
    </div>
  );
}
