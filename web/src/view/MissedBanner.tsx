import { comeBack } from '../actions';
import { live, snapshot } from '../store';
import { t } from '../text/language';

/** Why no calls come, and the way back. */
export function MissedBanner() {
  if (!live.value || (snapshot.value?.missed ?? 0) === 0) return null;
  return (
    <div role="status">
      <p class="banner" data-banner="missed">
        <strong>{t('missed-title')}</strong>
        <button type="button" class="button" onClick={comeBack}>
          {t('missed-back')}
        </button>
      </p>
    </div>
  );
}
