import { askPermission, permission, type Permission } from '../alert/notification';
import { ringing, soundBlocked, testSound } from '../alert/sound';
import { shortcuts, sound } from '../choices';
import { snapshot } from '../store';
import { chosenLanguage, languages, t, type PlainKey } from '../text/language';

const permissionText: Record<Exclude<Permission, 'default'>, PlainKey> = {
  granted: 'alert-notificationsOn',
  denied: 'alert-notificationsOff',
  none: 'alert-notificationsNone',
};

/** How this browser tells the worker of a preview. */
export function Alerts() {
  return (
    <div class="alerts">
      <Switch text={t('alert-sound')} on={sound.on} set={sound.set} />
      <p class="row">
        <button type="button" class="button" onClick={() => void testSound(snapshot.value?.audio ?? '')}>
          {t('alert-test')}
        </button>
        <span class="quiet" role="status">
          {ringing.value || !soundBlocked.value ? t('alert-soundOn') : t('alert-blocked')}
        </span>
      </p>
      <h3>{t('alert-notifications')}</h3>
      {permission.value === 'default' ? (
        <button type="button" class="button" onClick={() => void askPermission()}>
          {t('alert-notificationsAsk')}
        </button>
      ) : (
        <p class="quiet">{t(permissionText[permission.value])}</p>
      )}
      <Switch text={t('alert-keys')} on={shortcuts.on} set={shortcuts.set} />
      <label class="field">
        <span>{t('alert-language')}</span>
        <select value={chosenLanguage.value} onChange={(event) => (chosenLanguage.value = event.currentTarget.value)}>
          <option value="">{t('alert-languageOwn')}</option>
          {languages.map(({ tag, name }) => (
            <option key={tag} value={tag} lang={tag}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function Switch({ text, on, set }: { text: string; on: boolean; set: (on: boolean) => void }) {
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        checked={on}
        onChange={(event) => {
          set(event.currentTarget.checked);
        }}
      />
      <span>{text}</span>
    </label>
  );
}
