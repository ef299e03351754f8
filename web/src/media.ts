/** What a preview is about, by the name of its media type. Pure. */

/** As T-Servers and SIP Servers name text messages. */
export const isText = (mediaType: string): boolean => /chat|^im$|^sms$/i.test(mediaType);

/** The text above a preview. */
export const titleOf = (mediaType: string): 'alert-flashChat' | 'preview-from' => (isText(mediaType) ? 'alert-flashChat' : 'preview-from');

/** The words above that. */
export const kindOf = (mediaType: string): 'preview-titleChat' | 'preview-title' => (isText(mediaType) ? 'preview-titleChat' : 'preview-title');

/** That others are asked, too. */
export const broadcastOf = (mediaType: string): 'preview-broadcastChat' | 'preview-broadcast' => (isText(mediaType) ? 'preview-broadcastChat' : 'preview-broadcast');

const chatEnds = { accepted: 'end-acceptedChat', takenByAnother: 'end-takenByAnotherChat', callerGone: 'end-callerGoneChat', undeliverable: 'end-undeliverableChat' } as const;
type ChatEnds = Readonly<Partial<Record<string, (typeof chatEnds)[keyof typeof chatEnds]>>>;

/** How a preview ended, where that is said otherwise of a chat. */
export const chatEnd = (mediaType: string, end: string): ChatEnds[string] => (isText(mediaType) ? (chatEnds as ChatEnds)[end] : undefined);
