import { calls, previews } from '../store';
import { t } from '../text/language';
import { CallCard } from './CallCard';

/** The middle of the desk: the call strip, or that nothing waits. */
export function Work() {
  const idle = previews.value.length === 0 && calls.value.length === 0;
  return (
    <section class="work" id="work" aria-labelledby="work-title" tabIndex={-1}>
      <h1 id="work-title" class={idle ? undefined : 'hidden-text'}>
        {t('work-title')}
      </h1>
      {calls.value.map((call) => (
        <CallCard key={`${call.connId}/${call.dn}`} call={call} />
      ))}
      {idle && (
        <div class="empty">
          <p>{t('work-empty')}</p>
          <p class="quiet">{t('work-emptyHint')}</p>
        </div>
      )}
    </section>
  );
}
