import { useId } from 'preact/hooks';
import { askOutput, canAsk, outputLost, outputs } from '../alert/output';
import { soundOf } from '../alert/ringer';
import { soundBlocked, testSound } from '../alert/sound';
import { outputDevice, sounds, volume, type SoundKind } from '../choices';
import { language, t, type PlainKey } from '../text/language';
import { Switch } from './Switch';

const kinds: readonly { kind: SoundKind; text: PlainKey; test: PlainKey }[] = [
  { kind: 'preview', text: 'alert-sound', test: 'alert-testPreview' },
  { kind: 'call', text: 'alert-soundCall', test: 'alert-testCall' },
  { kind: 'chat', text: 'alert-soundChat', test: 'alert-testChat' },
];

/** What rings, how loud and where, and a try of each. */
export function SoundSettings() {
  return (
    <>
      <h3>{t('alert-soundTitle')}</h3>
      {kinds.map(({ kind, text, test }) => (
        <div key={kind} class="row">
          <Switch text={t(text)} on={sounds[kind].on} set={sounds[kind].set} />
          {sounds[kind].on && (
            <button type="button" class="button" onClick={() => void testSound(kind, soundOf(kind))}>
              {t(test)}
            </button>
          )}
        </div>
      ))}
      <Volume />
      <OutputChoice />
      <p class="quiet" role="status">
        {t(condition())}
      </p>
    </>
  );
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
