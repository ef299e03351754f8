import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { calling } from '../alert/calling';
import { soundOf } from '../alert/ringer';
import { soundBlocked, testSound } from '../alert/sound';
import { browserChecked, isAudible, soundKinds, triedKind } from '../choices';
import { t } from '../text/language';
import { openCheck } from './BrowserCheck';
import { useFocusAlong } from './focus';

/** What may keep this browser from telling the worker of a preview, with the button that mends it: one hint at a time. */
export function AttentionBar() {
  const blocked = soundKinds.some(isAudible) && soundBlocked.value;
  // A chat's line is too short a time for the bar to go and come again: the page would jump with each.
  const quiet = calling.value.every(({ sound }) => sound === 'chat');
  const check = !browserChecked.on && quiet;
  // The touch that ends it is aimed at something: nothing moves under that hand.
  const stays = useRef(false);
  stays.current = blocked || (stays.current && !quiet);
  if (!stays.current && !check) return null;
  return <Bar>{stays.current ? <SoundHint blocked={blocked} /> : <CheckHint />}</Bar>;
}

function Bar({ children }: { children: ComponentChildren }) {
  const bar = useRef<HTMLElement>(null);
  useFocusAlong(bar, 'button', 'work');
  return (
    <aside ref={bar} class="attention" aria-label={t('alert-bar')}>
      {children}
    </aside>
  );
}

function SoundHint({ blocked }: { blocked: boolean }) {
  return (
    <p data-hint="sound">
      <span>{t(blocked ? 'alert-blocked' : 'alert-soundOn')}</span>
      <button type="button" class="button" onClick={() => void testSound(soundOf(triedKind()))}>
        {t('alert-test')}
      </button>
    </p>
  );
}

/** The check asks for notifications, too. */
function CheckHint() {
  return (
    <p data-hint="check">
      <span>{t('check-hint')}</span>
      <button type="button" class="button" onClick={openCheck}>
        {t('check-open')}
      </button>
      <button
        type="button"
        class="button quiet"
        onClick={() => {
          browserChecked.set(true);
        }}
      >
        {t('alert-later')}
      </button>
    </p>
  );
}
