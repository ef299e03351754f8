import type { Channel } from '../frames';
import { live, snapshot } from '../store';
import { t } from '../text/language';
import { StateIcon } from './StateIcon';

/** Each DN of the worker and what the T-Server says of it. */
export function Channels() {
  const channels = snapshot.value?.channels ?? [];
  if (channels.length === 0) return <p class="quiet">{t('channels.empty')}</p>;
  return (
    <ul class="channels">
      {channels.map((channel) => (
        <Row key={`${channel.switch}/${channel.dn}`} channel={channel} />
      ))}
    </ul>
  );
}

function Row({ channel }: { channel: Channel }) {
  const state = live.value ? channel.state : null;
  return (
    <li class="channel" data-channel={channel.dn} data-kind={state?.kind ?? 'unknown'}>
      <span class="channel-name">
        <span class="hidden-text">{t('channels.dn')}: </span>
        <strong>{channel.dn}</strong>
        <span class="hidden-text">, {t('channels.switch')}: </span>
        <small>{channel.switch}</small>
      </span>
      <span class="channel-state">
        <span class="hidden-text">{t('channels.state')}: </span>
        <StateIcon icon={state?.icon ?? ''} kind={state?.kind ?? 'unknown'} />
        <span>{state?.text ?? t('state.unknown')}</span>
      </span>
      {state !== null && channel.problem !== undefined && <p class="channel-problem">{channel.problem}</p>}
    </li>
  );
}
