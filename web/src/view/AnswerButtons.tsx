import { answer } from '../actions';
import { answers } from '../store';
import { t } from '../text/language';
import { Action } from './Action';

/** Accept and Decline of a preview, wherever it is shown. */
export function AnswerButtons({ id, usable }: { id: number; usable: boolean }) {
  const given = answers.value.get(id);
  return (
    <div class="actions">
      <Action kind="accept" enabled={usable} keys="accept" act={() => { answer(id, true); }}>
        {given === true ? t('preview-accepting') : t('preview-accept')}
      </Action>
      <Action kind="decline" enabled={usable} keys="decline" act={() => { answer(id, false); }}>
        {given === false ? t('preview-declining') : t('preview-decline')}
      </Action>
    </div>
  );
}
