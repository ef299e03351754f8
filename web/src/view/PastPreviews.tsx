import { useSignalEffect } from '@preact/signals';
import { front } from '../alert/front';
import { markSeen, missed, pastToday } from '../history';
import type { PastPreview } from '../past';
import { language, t } from '../text/language';

/** Today's previews and how each ended, newest first. */
export function PastPreviews() {
  useSignalEffect(() => {
    if (front.value && missed.value > 0) markSeen();
  });
  if (pastToday.value.length === 0) return <p class="quiet">{t('past-empty')}</p>;
  return (
    <ol class="past" reversed>
      {pastToday.value.map((one) => (
        <Row key={one.key} past={one} />
      ))}
    </ol>
  );
}

function Row({ past: { id, at, caller, dn, outcome } }: { past: PastPreview }) {
  const time = new Intl.DateTimeFormat(language.value, { hour: 'numeric', minute: '2-digit' });
  return (
    <li data-past={id} data-outcome={outcome}>
      <time dateTime={new Date(at).toISOString()}>{time.format(at)}</time>
      <strong dir="auto">{caller === '' ? t('caller-unknown') : caller}</strong>
      <span class="past-end">{t(`past-${outcome}`)}</span>
      <small class="quiet">{t('preview-dn', { dn })}</small>
    </li>
  );
}
