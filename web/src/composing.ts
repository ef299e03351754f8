/** Whether a key belongs to an input method, with which Japanese, Chinese or Korean is written: it is none of the page's then. */

/** What a key that an input method takes is called. */
const TAKEN = 229;

type Pressed = Pick<KeyboardEvent, 'isComposing'> & { readonly keyCode: number };

/** Safari ends what is composed before it tells of the Enter that ended it, and says so by this number alone. */
export const composes = ({ isComposing, keyCode }: Pressed): boolean => isComposing || keyCode === TAKEN;
