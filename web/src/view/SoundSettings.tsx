import { useId } from 'preact/hooks';
import { askOutput, canAsk, outputLost, outputs } from '../alert/output';
import { soundOf } from '../alert/ringer';
import { soundBlocked, testSound } from '../alert/sound';
import { isAudible, outputDevice, soundChoices, soundKinds, sounds, toneNames, volume, type SoundChoice, type SoundKind } from '../choices';
import { language, t, type PlainKey } from '../text/language';

const names: Readonly<Record<SoundKind, PlainKey>> = {
  preview: 'alert-sound',
  chatPreview: 'alert-soundChatPreview',
  call: 'alert-soundCall',
  chat: 'alert-soundChat',
};

/** What rings how, how loud and where, and a try of each. */
export function SoundSettings() {
  return (
    <>
      <h2 class="overline">{t('alert-soundTitle')}</h2>
      {soundKinds.map((kind) => (
        <KindOfSound key={kind} kind={kind} />
      ))}
      <Volume />
      <OutputChoice />
      <p class="quiet" role="status">
        {t(condition())}
      </p>
    </>
  );
}

function KindOfSound({ kind }: { kind: SoundKind }) {
  return (
    <div class="row">
      <label class="field">
        <span>{t(names[kind])}</span>
        <select value={sounds[kind].value} onChange={({ currentTarget }) => { sounds[kind].set(currentTarget.value as SoundChoice); }}>
          {soundChoices.map((choice) => (
            <option key={choice} value={choice}>
              {nameOf(choice)}
            </option>
          ))}
        </select>
      </label>
      {isAudible(kind) && (
        <button type="button" class="button" onClick={() => void testSound(soundOf(kind))}>
          {t('alert-test')}
          <span class="hidden-text">: {t(names[kind])}</span>
        </button>
      )}
    </div>
  );
}

function nameOf(choice: SoundChoice): string {
  if (choice === 'on') return t('alert-soundUsual');
  if (choice === 'off') return t('alert-soundNone');
  return t('alert-soundNumber', { number: toneNames.indexOf(choice) + 1 });
}

function condition(): PlainKey {
  if (soundBlocked.value) return 'alert-blocked';
  if (outputLost.value) return 'alert-outputLost';
  return volume.value === 0 ? 'alert-volumeNone' : 'alert-soundOn';
}

function Volume() {
  const id = useId();
  const text = new Intl.NumberFormat(language.value, { style: 'percent' }).format(volume.value / 100);
  return (
    <div class="field">
      <label for={id}>{t('alert-volume')}</label>
      <div class="range">
        <input
          id={id}
          type="range"
          min="0"
          max="100"
          step="5"
          value={volume.value}
          aria-valuetext={text}
          onInput={(event) => {
            volume.set(event.currentTarget.valueAsNumber);
          }}
        />
        <output for={id}>{text}</output>
      </div>
    </div>
  );
}

/** Only where the browser lets a page choose. */
function OutputChoice() {
  const chosen = outputDevice.value;
  const absent = chosen !== '' && !outputs.value.some(({ id }) => id === chosen);
  return (
    <>
      {outputs.value.length > 0 && (
        <label class="field">
          <span>{t('alert-output')}</span>
          <select value={chosen} onChange={(event) => (outputDevice.value = event.currentTarget.value)}>
            <option value="">{t('alert-outputDefault')}</option>
            {outputs.value.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
            {absent && <option value={chosen}>{t('alert-outputAbsent')}</option>}
          </select>
        </label>
      )}
      {canAsk.value && (
        <button type="button" class="button" onClick={() => void askOutput()}>
          {t('alert-outputAsk')}
        </button>
      )}
    </>
  );
}
