import { favourites, setFavourite } from '../favourites';
import type { Target } from '../frames';
import { t } from '../text/language';
import { TargetLine } from './TargetLine';

/** Who was chosen, as they are now, and whether they are a favourite. */
export function ChosenTarget({ target, known }: { target: Target; known: boolean }) {
  const favourite = favourites.value.includes(target.id);
  return (
    <div class="target chosen" data-chosen={target.id} data-known={known}>
      {known ? <TargetLine target={target} /> : <bdi>{target.number}</bdi>}
      <button type="button" class="button quiet" aria-pressed={favourite} onClick={() => { setFavourite(target.id, !favourite); }}>
        {t('target-favourite')}
      </button>
    </div>
  );
}
