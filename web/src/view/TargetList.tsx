import type { Target } from '../frames';
import { t } from '../text/language';
import { TargetLine } from './TargetLine';

interface Props {
  /** Its id; those of the lines begin with it. */
  id: string;
  targets: readonly Target[];
  /** Which of them the arrows have come to; -1: none. */
  place: number;
  shown: boolean;
  choose: (target: Target) => void;
}

/** Whom the host has found, under the field that has the focus. */
export function TargetList({ id, targets, place, shown, choose }: Props) {
  return (
    <ul id={id} role="listbox" class="targets" aria-label={t('target-list')} hidden={!shown || targets.length === 0}>
      {shown &&
        targets.map((target, index) => (
          <li
            key={target.id}
            id={`${id}-${index}`}
            role="option"
            class="target"
            aria-selected={index === place}
            data-target={target.id}
            ref={(line) => {
              if (index === place) line?.scrollIntoView({ block: 'nearest' });
            }}
            onMouseDown={(event) => {
              // The field keeps the focus.
              event.preventDefault();
            }}
            onClick={() => {
              choose(target);
            }}
          >
            <TargetLine target={target} />
          </li>
        ))}
    </ul>
  );
}
