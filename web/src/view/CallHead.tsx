import { Fragment } from 'preact';
import { now } from '../clock';
import type { Call } from '../frames';
import { certain } from '../store';
import { t } from '../text/language';
import { duration } from './duration';

export const callerOf = ({ caller }: Call): string => (caller === '' ? t('caller-unknown') : caller);

/** Where a call stands, whom it is with, and for how long. */
export function CallHead({ call, id, consulted, children }: { call: Call; id: string; consulted: boolean; children?: preact.ComponentChildren }) {
  const known = certain(call);
  const caller = callerOf(call);
  return (
    <div class="call-head">
      <div>
        <p class="overline">
          {known ? t(`call-${call.state}`) : t('state-unknown')}
          {known && call.muted && <strong class="call-muted">{t('call-muted')}</strong>}
        </p>
        {consulted ? <h3 id={id}>{t('call-consult', { caller })}</h3> : <h2 id={id}>{t('call-title', { caller })}</h2>}
        {!consulted && <p class="quiet">{t('preview-dn', { dn: call.dn })}</p>}
        {call.parties.length > 1 && (
          <p class="quiet">
            {t('call-parties')}{' '}
            {call.parties.map((party, at) => (
              <Fragment key={party}>
                <bdi>{party}</bdi>
                {at + 1 < call.parties.length && ', '}
              </Fragment>
            ))}
          </p>
        )}
      </div>
      {children}
      {known && (
        <span class="duration" title={t('call-duration')}>
          <span class="hidden-text">{t('call-duration')}: </span>
          {duration(now.value - call.since)}
        </span>
      )}
    </div>
  );
}
