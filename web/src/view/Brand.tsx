import { t } from '../text/language';

/** Mark and name of the product. */
export function Brand() {
  return (
    <span class="brand">
      <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="8" class="brand-ground" />
        <path
          class="brand-figure"
          d="M8 12.5C8 9.5 10.5 8 16 8s8 1.500 8 4.500v4c0 3-2.500 4.500-8 4.500l-5 4v-4.500C9 19.800 8 18.500 8 16.500z"
        />
        <circle cx="16" cy="14.5" r="2.5" class="brand-ground" />
      </svg>
      <span>{t('app-name')}</span>
    </span>
  );
}
