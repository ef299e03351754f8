/** Why a chat is over, as a text. */

export const overs = { left: 'chat-overLeft', closed: 'chat-overClosed', lost: 'chat-overLost', dnGone: 'chat-overDn' } as const;
