import { computed } from '@preact/signals';
import { now } from '../clock';
import { previews } from '../store';
import { t } from '../text/language';
import { secondsLeft } from './Countdown';

/** The seconds that are said aloud; more would talk over everything else. */
const SAID = [30, 10, 5];

const arrival = computed(() => {
  const last = previews.value.at(-1);
  if (last === undefined) return '';
  const caller = last.caller === '' ? t('caller.unknown') : last.caller;
  return `${t('preview.from', { caller })}. ${t('preview.limit', { seconds: Math.round(last.length / 1000) })}`;
});

/** The last mark of the oldest preview that was passed; it stays said until the next one. */
const mark = computed(() => {
  const first = previews.value[0];
  if (first === undefined) return '';
  const left = secondsLeft(first, now.value);
  const whole = first.length / 1000;
  const passed = SAID.filter((seconds) => left <= seconds && seconds < whole).at(-1);
  return passed === undefined ? '' : t('preview.leftLong', { seconds: passed });
});

/** Speaks to screen readers: an arrival at once, the time left when there is a pause. */
export function Announcer() {
  return (
    <div class="hidden-text">
      <div aria-live="assertive">{arrival.value}</div>
      <div aria-live="polite">{mark.value}</div>
    </div>
  );
}
