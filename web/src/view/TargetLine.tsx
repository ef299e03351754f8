import type { Target } from '../frames';
import { stateText } from '../refusals';
import { t } from '../text/language';
import { StateIcon } from './StateIcon';
import { kindOf, valueOf } from './targets';

/** Somebody or something to call, as it is now. */
export function TargetLine({ target }: { target: Target }) {
  const { name, group, number, state, busy, statistics } = target;
  return (
    <>
      <span class="target-name">
        <bdi>{name}</bdi>
        <span class="quiet"> · {kindOf(target)}</span>
      </span>
      <span class="quiet target-rest">
        {group !== '' && <bdi>{group}</bdi>}
        <bdi>{number}</bdi>
      </span>
      {state !== undefined && (
        <span class="target-state" data-kind={state.kind}>
          <StateIcon icon={state.icon} kind={state.kind} />
          <bdi>{stateText(state)}</bdi>
          {busy === true && <span> · {t('on-call')}</span>}
        </span>
      )}
      {statistics !== undefined && (
        <span class="target-statistics">
          {statistics.map((statistic) => (
            <span key={statistic.label} data-known={statistic.value !== undefined}>
              <bdi class="quiet">{statistic.label}</bdi> <bdi>{valueOf(statistic)}</bdi>
            </span>
          ))}
        </span>
      )}
    </>
  );
}
