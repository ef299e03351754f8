import { useRef } from 'preact/hooks';
import { comeBack } from '../actions';
import { live, snapshot } from '../store';
import { t } from '../text/language';
import { useFocusKept } from './focus';

/** Why no calls come, and the way back. */
export function MissedBanner() {
  return <div role="status">{live.value && (snapshot.value?.missed ?? 0) > 0 && <Banner />}</div>;
}

function Banner() {
  const banner = useRef<HTMLParagraphElement>(null);
  useFocusKept(banner);
  return (
    <p ref={banner} class="banner" data-banner="missed">
      <strong>{t('missed-title')}</strong>
      <button type="button" class="button" onClick={comeBack}>
        {t('missed-back')}
      </button>
    </p>
  );
}
