/** Texts in whole letters. JavaScript counts, cuts and pastes halves of them, which nobody can read and no frame can hold. Pure. */

/** Without halves of letters: a pair is a letter. */
export const whole = (text: string): string => text.replace(/([\ud800-\udbff][\udc00-\udfff])|[\ud800-\udfff]/g, '$1');

/** So many of its first letters. */
export const first = (text: string, most: number): string => Array.from(whole(text)).slice(0, most).join('');
