/** What a preview is about, by the name of its media type. Pure. */

/** As T-Servers and SIP Servers name text messages. */
export const isText = (mediaType: string): boolean => /chat|^im$|^sms$/i.test(mediaType);

/** The text above a preview. */
export const titleOf = (mediaType: string): 'alert-flashChat' | 'preview-from' => (isText(mediaType) ? 'alert-flashChat' : 'preview-from');
