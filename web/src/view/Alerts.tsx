import { useRef } from 'preact/hooks';
import { askPermission, permission } from '../alert/notification';
import { shortcuts } from '../choices';
import { canStayOnTop, onTop, toggleOnTop } from '../on-top';
import { forgetful } from '../stored';
import { chosenLanguage, languages, t } from '../text/language';
import { permissionText } from './alertTexts';
import { openCheck } from './BrowserCheck';
import { useFocusAlong } from './focus';
import { SoundSettings } from './SoundSettings';
import { Switch } from './Switch';

/** How this browser tells the worker of a preview. */
export function Alerts() {
  const alerts = useRef<HTMLDivElement>(null);
  useFocusAlong(alerts, 'button, input, select', 'work');
  return (
    <div class="alerts" ref={alerts}>
      {forgetful.value && <p class="form-note">{t('alert-forgetful')}</p>}
      <SoundSettings />
      <h2 class="overline">{t('alert-notifications')}</h2>
      {permission.value === 'default' ? (
        <button type="button" class="button" onClick={() => void askPermission()}>
          {t('alert-notificationsAsk')}
        </button>
      ) : (
        <p class="quiet">{t(permissionText[permission.value])}</p>
      )}
      {canStayOnTop() && (
        <>
          <p class="quiet">{t('onTop-hint')}</p>
          <button type="button" class="button" onClick={() => void toggleOnTop()}>
            {t(onTop.value === null ? 'onTop-open' : 'onTop-close')}
          </button>
        </>
      )}
      <p class="quiet">{t('check-title')}</p>
      <button type="button" class="button" onClick={openCheck}>
        {t('check-open')}
      </button>
      <Switch text={t('alert-keys')} on={shortcuts.on} set={shortcuts.set} />
      <label class="field">
        <span>{t('alert-language')}</span>
        <select value={chosenLanguage.value} onChange={(event) => (chosenLanguage.value = event.currentTarget.value)}>
          <option value="">{t('alert-languageOwn')}</option>
          {languages().map(({ tag, name }) => (
            <option key={tag} value={tag} lang={tag}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
