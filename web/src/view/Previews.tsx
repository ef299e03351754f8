import { signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { previews } from '../store';
import { t } from '../text/language';
import { watchCovered } from './focus';
import { PreviewWindow } from './PreviewWindow';

/** How much of the upper edge of what scrolls they cover, in pixels. */
export const covered = signal(0);

/** Open previews, oldest first. They stay in sight wherever the rest of the page is scrolled to. */
export function Previews() {
  useEffect(watchCovered, []);
  return previews.value.length === 0 ? null : <All />;
}

function All() {
  const all = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const sizes = new ResizeObserver(() => {
      covered.value = all.current?.offsetHeight ?? 0;
    });
    if (all.current !== null) sizes.observe(all.current);
    return () => {
      sizes.disconnect();
      covered.value = 0;
    };
  }, []);
  return (
    <section ref={all} class="previews" aria-label={t('previews-title')}>
      {previews.value.map((preview) => (
        <PreviewWindow key={preview.id} preview={preview} crowded={previews.value.length > 1} />
      ))}
    </section>
  );
}
