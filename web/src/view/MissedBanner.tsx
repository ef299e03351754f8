import { useRef } from 'preact/hooks';
import { comeBack } from '../actions';
import { live, snapshot } from '../store';
import { t } from '../text/language';
import { Action } from './Action';
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
      <strong>{t('missed-title', { count: snapshot.value?.missed ?? 0 })}</strong>
      <Action kind="plain" name="back" enabled={live.value} act={comeBack}>
        {t('missed-back')}
      </Action>
    </p>
  );
}
