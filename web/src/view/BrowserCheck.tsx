import { signal, useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { askPermission, permission } from '../alert/notification';
import { soundOf } from '../alert/ringer';
import { soundBlocked, testSound } from '../alert/sound';
import { browserChecked, triedKind, volume } from '../choices';
import { live } from '../store';
import { t } from '../text/language';
import { permissionText } from './alertTexts';
import { AnnouncerWithin } from './Announcer';
import { useFocusAlong, useModal } from './focus';

const checkOpen = signal(false);

/** Looks once more. */
export const openCheck = (): void => {
  checkOpen.value = true;
};

/** Whether sound, notifications and connection of this browser work: looked at together with the worker. */
export function BrowserCheck() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = checkOpen.value;
  useModal(dialog, open);
  const close = (): void => {
    checkOpen.value = false;
  };
  // Not where a preview or a call has closed it: the worker is asked again.
  const done = (): void => {
    browserChecked.set(true);
  };
  return (
    <dialog class="card sheet" ref={dialog} aria-labelledby="check-title" onCancel={done} onClose={close}>
      <h2 id="check-title">{t('check-title')}</h2>
      {open && <AnnouncerWithin />}
      {open && <Steps />}
      <div class="actions">
        <button type="button" class="button primary" onClick={() => { done(); close(); }}>
          {t('close')}
        </button>
      </div>
    </dialog>
  );
}

function Steps() {
  /** Whether the worker heard the sound; null: they have not said. */
  const heard = useSignal<boolean | null>(null);
  const allowed = permission.value === 'granted' || permission.value === 'none';
  const works = live.value && heard.value === true && allowed;
  const steps = useRef<HTMLDivElement>(null);
  useFocusAlong(steps, 'button', 'work');
  return (
    <div class="check" ref={steps}>
      <h3>{t('check-connection')}</h3>
      <p role="status">{t(live.value ? 'check-connected' : 'link-lost')}</p>
      <h3>{t('alert-soundTitle')}</h3>
      <SoundStep heard={heard.value} say={(said) => { heard.value = said; }} />
      <h3>{t('alert-notifications')}</h3>
      {permission.value === 'default' ? (
        <button type="button" class="button" onClick={() => void askPermission()}>
          {t('alert-notificationsAsk')}
        </button>
      ) : (
        <p>{t(permissionText[permission.value])}</p>
      )}
      <p role="status">{works && <strong>{t('check-done')}</strong>}</p>
    </div>
  );
}

function SoundStep({ heard, say }: { heard: boolean | null; say: (heard: boolean | null) => void }) {
  const played = useSignal(false);
  const test = useRef<HTMLButtonElement>(null);
  const play = async (): Promise<void> => {
    say(null);
    await testSound(soundOf(triedKind()));
    played.value = true;
  };
  const answer = (said: boolean): void => {
    say(said);
    // The question goes, and the focus with it.
    test.current?.focus();
  };
  return (
    <>
      <button ref={test} type="button" class="button" onClick={() => void play()}>
        {t('alert-test')}
      </button>
      {soundBlocked.value && <p>{t('alert-blocked')}</p>}
      {volume.value === 0 && <p>{t('alert-volumeNone')}</p>}
      {played.value && heard === null && (
        <div class="actions" role="group" aria-label={t('check-heard')}>
          <span>{t('check-heard')}</span>
          <button type="button" class="button" onClick={() => { answer(true); }}>
            {t('check-yes')}
          </button>
          <button type="button" class="button" onClick={() => { answer(false); }}>
            {t('check-no')}
          </button>
        </div>
      )}
      {heard === true && <p>{t('alert-soundOn')}</p>}
      {heard === false && <p>{t('check-silent')}</p>}
    </>
  );
}
