import { useEffect } from 'preact/hooks';
import { previews } from '../store';
import { t } from '../text/language';
import { watchCovered } from './focus';
import { PreviewWindow } from './PreviewWindow';

/** Open previews, oldest first. They stay in sight wherever the rest of the page is scrolled to. */
export function Previews() {
  useEffect(watchCovered, []);
  if (previews.value.length === 0) return null;
  return (
    <section class="previews" aria-label={t('previews-title')}>
      {previews.value.map((preview) => (
        <PreviewWindow key={preview.id} preview={preview} crowded={previews.value.length > 1} />
      ))}
    </section>
  );
}
