import type { Channel } from '../frames';
import { live, snapshot } from '../store';
import { reasonText, stateText } from '../refusals';
import { t } from '../text/language';
import { RedirectChoice } from './Redirect';
import { StateIcon } from './StateIcon';

/** Each DN of the worker and what the T-Server says of it. */
export function Channels() {
  const channels = snapshot.value?.channels ?? [];
  if (channels.length === 0) return <p class="quiet">{t('channels-empty')}</p>;
  return (
    <>
      <ul class="channels">
        {channels.map((channel) => (
          <Row key={`${channel.switch}/${channel.dn}`} channel={channel} />
        ))}
      </ul>
      <RedirectChoice />
    </>
  );
}

function Row({ channel }: { channel: Channel }) {
  const state = live.value ? channel.state : null;
  return (
    <li class="channel" data-channel={channel.dn} data-kind={state?.kind ?? 'unknown'}>
      <span class="channel-name">
        <span class="hidden-text">{t('channels-dn')}: </span>
        <strong>{channel.dn}</strong>
        <span class="hidden-text">, {t('channels-switch')}: </span>
        <small>{channel.switch}</small>
        {channel.marked && <Triangle />}
      </span>
      <span class="channel-state">
        <span class="hidden-text">{t('channels-state')}: </span>
        <StateIcon icon={state?.icon ?? ''} kind={state?.kind ?? 'unknown'} />
        <span>{state === null ? t('state-unknown') : stateText(state)}</span>
      </span>
      {state !== null && channel.problem !== undefined && <p class="channel-problem" dir="auto">{reasonText(channel.problem)}</p>}
    </li>
  );
}

/** The DN is listed, but the worker's by configuration no longer. */
function Triangle() {
  return (
    <svg class="state-icon channel-mark" viewBox="0 0 16 16" width="16" height="16" role="img" aria-label={t('channels-marked')}>
      <title>{t('channels-marked')}</title>
      <path d="M8 1.500l7 13H1z" class="fill-warning" />
      <path d="M8 6v4M8 12.300v.2" class="line-warning" />
    </svg>
  );
}
