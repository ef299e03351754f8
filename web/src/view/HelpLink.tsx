import { session } from '../store';
import { t } from '../text/language';

/** Parts of the page that the site's help has a place for: `#channels` and so on, below its address. */
export type HelpPart = 'work' | 'channels' | 'past' | 'settings' | 'keys';

/** Leads to what the site's help says of a part of the page (requirements F15); none where the site has no help. */
export function HelpLink({ part, name }: { part: HelpPart; name: string }) {
  const help = session.value?.helpUrl;
  if (help === undefined) return null;
  const url = new URL(help);
  // An address that has a place already is a program's of its own.
  if (url.hash === '') url.hash = part;
  const text = t('help-on', { part: name });
  return (
    <a class="button quiet square help-link" href={url.href} target="_blank" rel="noopener noreferrer" title={text} data-help={part}>
      <span aria-hidden="true">?</span>
      <span class="hidden-text">
        {text} ({t('help-newTab')})
      </span>
    </a>
  );
}
