import { secondsLeft } from '../announcements';
import { now } from '../clock';
import type { Preview } from '../frames';
import { t } from '../text/language';

const RADIUS = 25;
const ROUND = 2 * Math.PI * RADIUS;
/** Below this the ring changes its look. */
const URGENT_S = 5;

/** A ring that empties, with the seconds in it. The host decides when time is up; this only shows it. */
export function Countdown({ preview }: { preview: Preview }) {
  const seconds = secondsLeft(preview, now.value);
  const part = Math.min(1, Math.max(0, (preview.deadline - now.value) / Math.max(1, preview.length)));
  return (
    <div
      class={seconds <= URGENT_S ? 'countdown urgent' : 'countdown'}
      role="timer"
      aria-label={t('preview-leftLong', { seconds })}
      data-seconds={seconds}
    >
      <svg viewBox="0 0 60 60" width="60" height="60" aria-hidden="true" focusable="false">
        <circle class="ring-ground" cx="30" cy="30" r={RADIUS} />
        <circle
          class="ring"
          cx="30"
          cy="30"
          r={RADIUS}
          transform="rotate(-90 30 30)"
          stroke-dasharray={ROUND}
          stroke-dashoffset={ROUND * (1 - part)}
        />
      </svg>
      <span class="seconds" aria-hidden="true">
        {t('preview-left', { seconds })}
      </span>
    </div>
  );
}
