import { silenceAll } from '../alert/ringer';
import { t } from '../text/language';
import { Keys } from './Keys';
import { ariaKeys } from './shortcuts';

/** Stops the sound of all who wait now. */
export function SilenceButton() {
  return (
    <button type="button" class="button" onClick={silenceAll} aria-keyshortcuts={ariaKeys('silence')}>
      <span>{t('preview-silence')}</span>
      <Keys action="silence" />
    </button>
  );
}
