# The texts of the page in English: the complete set. Every other language has the same messages. What stands in braces is
# filled in: $caller is a number or a name, $seconds and $count are numbers, $state is a state's text, $dn is a number.

app-name = UC Connector
app-skip = Skip to the main part
app-starting = Connecting to the host…

signIn-title = Sign in
signIn-lead = Your contact centre will ask you here before it sends you a call.
signIn-user = User name
signIn-password = Password
signIn-show = Show password
signIn-submit = Sign in
signIn-busy = Signing in…
signIn-refused = User name or password is not right. Check both and try again.
signIn-tooMany =
    { $seconds ->
        [one] Too many attempts. Try again in { $seconds } second.
       *[other] Too many attempts. Try again in { $seconds } seconds.
    }
# Where the seconds are not known.
signIn-later = Too many attempts. Try again in half a minute.
signIn-unreachable = The host does not answer. Check your network and try again.
signIn-detail = The host refuses to sign you in: { $detail }
signIn-missing = Enter your user name and your password.
signOut = Sign out
signOut-failed = You are still signed in: the host did not answer. Try again.

# Also where somebody else has signed in with this browser.
signedOut-asked = You are signed out.
signedOut-expired = You were signed in for as long as this site allows. Sign in again.
signedOut-tooMany = You signed in on more devices than allowed, so this one was signed out.
signedOut-account = Your account has changed. Sign in again, or ask your administrator.
signedOut-gone = You were signed out: your session has ended. Sign in again.

state-label = Your state
state-unknown = Unknown
# The worker has asked for this state, and it is not so yet.
state-pending = Asked for: { $state }
# It was asked for, and the connection was lost before anything came of it. $what is a state, or what a button says.
asked-unsure = Not known whether this was asked for: { $what }. Look, and choose it again if it was not.
state-menu = Change your state
state-none = Your state follows your UC client.
# At the telephone switch, as an agent; signing in and out is at this page.
menu-logIn = Log in as agent
menu-logOut = Log out as agent

tab-list = Your desk
tab-channels = Channels
# Previews of today that have ended.
tab-past = Earlier
tab-settings = Alerts
channels-empty = No channel is assigned to you. Ask your administrator.
channels-dn = Number
channels-switch = Switch
channels-state = State
channels-marked = This number is no longer assigned to you by configuration

work-title = Previews and calls
work-empty = Nothing is waiting for you.
work-emptyHint = When the contact centre wants to send you a call, a preview opens here first.
work-loggedOut = You are logged out: no call reaches you.
work-loggedOutChoose = Choose a state in the menu above to become available.
work-loggedOutPlatform = Be available in your UC client: your state here follows it.
work-chooseState = Choose a state

previews-title = Call previews
preview-title = Call preview
preview-titleChat = Chat preview
preview-from = Call from { $caller }
preview-broadcast = Several colleagues are asked; the first to accept gets the call.
preview-broadcastChat = Several colleagues are asked; the first to accept gets the chat.
preview-dn = to your number { $dn }
preview-accept = Accept
preview-decline = Decline
preview-accepting = Accepting…
preview-declining = Declining…
preview-acceptUnheard = Not confirmed: your Accept is sent again when the connection is back.
preview-declineUnheard = Not confirmed: your Decline is sent again when the connection is back.
preview-silence = Silence
preview-notes = Notes of the agent
# Stands in a small ring.
preview-left = { $seconds } s
preview-leftLong =
    { $seconds ->
        [one] { $seconds } second left to answer
       *[other] { $seconds } seconds left to answer
    }
preview-limit =
    { $seconds ->
        [one] You have { $seconds } second to answer.
       *[other] You have { $seconds } seconds to answer.
    }
preview-data = Business data
# Stands also in the middle of sentences, in the place of a name.
caller-unknown = an unknown caller

end-unknown = The preview for { $caller } ended while the connection was lost.
end-accepted = Accepted: { $caller } will be put through to you.
end-rejected = Declined: { $caller }.
end-takenByAnother = A colleague took the call of { $caller }.
end-timedOut = Time is up: the preview for { $caller } has closed.
end-cancelled = The contact centre withdrew the preview for { $caller }.
end-callerGone = { $caller } hung up.
# The same of a chat.
end-acceptedChat = Accepted: the chat with { $caller } opens here.
end-takenByAnotherChat = A colleague took the chat with { $caller }.
end-callerGoneChat = { $caller } has left the chat.
end-undeliverableChat = No number of yours is left for the chat with { $caller }.
# In a browser notification, after Accept or Decline was pressed there too late.
notify-over = Too late: this preview has ended.
notify-away = Not answered: none of your pages is connected. Open the page.
past-empty = No preview has ended today.
# Read out with the tab's name.
past-missed = Missed: { $count }
# How a preview ended, in a list.
past-accepted = Accepted
past-rejected = Declined
past-takenByAnother = Taken by a colleague
past-timedOut = Missed
past-cancelled = Withdrawn
past-callerGone = Caller hung up
# The connection was lost: the host has not said how it ended.
past-unknown = End unknown

# What a screen reader says.
said-preview =
    { $seconds ->
        [one] Call from { $caller }. You have { $seconds } second to answer.
       *[other] Call from { $caller }. You have { $seconds } seconds to answer.
    }
said-ringing = Call from { $caller } rings.
said-dialing = Dialling { $caller }.
said-established = Connected with { $caller }.
said-held = Call with { $caller } is on hold.
said-retrieved = Call with { $caller } is taken back.
said-ended = Call with { $caller } has ended.
said-state = Your state: { $state }
# $what names what changed, such as: Order, Customer
said-data = Business data of the call with { $caller } changed: { $what }

call-title = Call with { $caller }
call-ringing = Ringing
call-dialing = Dialling
call-established = Talking
call-held = On hold
call-duration = Duration of this state
call-actions = Call actions
call-data = Business data
# Heading of data that the site has given no place of its own.
data-others = Other data
# $label is what the site calls a piece of data, such as Order.
data-edit = Change { $label }
data-add = Add { $label }
data-save = Save
data-remove = Remove
# A change that was sent, and is not so yet.
data-waiting = Waiting for the contact centre to confirm…
data-meanwhile = Changed meanwhile. It is now: { $value }
data-gone = Removed meanwhile. Save to add it again.
data-leftOut = Entries not shown: { $number }
data-cut = Characters not shown: { $number }
# What was typed follows in a line of its own.
data-lost = Not saved, because the call has ended: { $what }
# The same of a form that was open: $what is what its button says.
typed-lost = Not sent, because the call has ended: { $what }
press-lost = Did not come about, because the call has ended: { $what }
button-answer = Answer
button-release = Hang up
button-hold = Hold
button-retrieve = Take back
button-transfer = Transfer
transfer-to = Transfer to number
transfer-go = Transfer now
# The network has taken the call; an answer may never be told.
call-networkReached = Calling
call-busy = Busy
# The second call of a pair: somebody is asked while the caller waits.
call-consult = Asking { $caller }
# A list of numbers follows.
call-parties = In this call:
call-muted = You are muted
call-more = More actions
call-less = Fewer actions
call-unsupported = Your telephone system does not offer this
# Stands beside the state of the worker.
on-call = On a call
said-busy = { $caller } is busy.
said-unmuted = You can be heard again.
button-completeTransfer = Complete transfer
# The caller, who is consulted and the worker talk to each other from then on.
button-completeConference = Bring all together
# Who waits and who talks change places.
button-alternate = Switch calls
button-reconnect = Back to the caller
button-mute = Mute
button-unmute = Unmute
button-digits = Keypad
button-conference = Add someone
button-redirect = Send elsewhere
button-releaseConsult = End consultation
button-releaseCaller = Hang up on { $caller }
number-missing = Enter the number first.
number-askFirst = Ask them first
target-list = Search results
# Below the field for whom to call.
target-hint = Number, or the beginning of a name, group or department
# What somebody or something to call is.
target-worker = Colleague
target-agent = Agent
target-queue = Queue
target-routePoint = Route point
target-agentGroup = Agent group
target-external = External
# Stands for the value of a statistic.
target-unknown = not known
target-none = Nobody found.
target-count = Found: { $number }.
target-more = There are more: type more letters.
target-choose = Choose somebody from the list, or enter a number.
target-favourite = Favourite
note-label = Note that goes with the call
conference-to = Number to add
conference-go = Add now
redirect-to = Send the call to number
redirect-go = Send now
digits-sent = Digits sent
dial-open = New call
dial-number = Number to call
dial-from = From your number
dial-go = Call
ended-transferred = Transferred: { $caller }
ended-conferenced = In a conference: { $caller }
ended-redirected = Sent elsewhere: { $caller }
ended-busy = Busy: { $caller }
ended-noAnswer = No answer: { $caller }
ended-abandoned = { $caller } hung up before you answered.
ended-unreachable = { $caller } cannot be reached.
ended-failed = The call with { $caller } failed.
help = Help
# $part is the name of a part of the page, such as tab-channels.
help-on = Help: { $part }
help-newTab = opens in a new tab
data-more = Show { $count } more
more = Show more
less = Show less
cancel = Cancel
close = Close
dismiss = Dismiss this message

link-lost = The connection to the host is lost. Reconnecting…
link-lostHint = Your state is unknown here until it is back. Your calls go on.
link-unsteady = The connection to the host breaks off again and again. Check your network, or ask your administrator.
link-back = Connected again.
link-takeover = The service is moving to another server. This page goes on by itself in a moment.
link-outdated = This page is older than the host. Load it again to go on.
link-pageless = This account belongs to no worker, so it has no page. Sign out, then sign in as a worker.
link-tooMany = You have too many of these pages open. Close one, and this one goes on by itself.
link-reload = Load again
problem-title = That did not work

alert-bar = How this page reaches you
alert-soundTitle = Sound
alert-blocked = Your browser blocks the sound until you click on this page or press a key.
alert-test = Test sound
alert-soundOn = Sound is ready
# What rings: each has a choice of sounds.
alert-sound = Preview of a call
alert-soundChatPreview = Preview of a chat
alert-soundCall = Ringing call
alert-soundChat = New chat or message
# The site’s sound, or the built-in one.
alert-soundUsual = Usual sound
alert-soundNumber = Sound { $number }
alert-soundNone = No sound
alert-volume = Volume
alert-volumeNone = The volume is 0 %: you hear nothing.
alert-output = Play on
alert-outputDefault = Default device
# The device that was chosen and is not there now.
alert-outputAbsent = Not connected
alert-outputAsk = Choose a device
alert-outputLost = The chosen device is gone: the sound plays on the default device.
alert-notifications = Notifications
alert-notificationsAsk = Turn on notifications
alert-notificationsOn = Notifications are on: a preview shows even when this page is not in front.
alert-notificationsOff = Your browser refuses notifications for this page. You can allow them in its site settings.
alert-notificationsNone = This browser shows no notifications here. The title of the page flashes instead.
alert-later = Not now
# Stands above the button that opens this window.
onTop-hint = A small window shows previews above your other windows.
onTop-open = Keep previews on top
onTop-close = Close the small window
alert-keys = Use keyboard shortcuts
alert-language = Language
alert-languageOwn = As set by your administrator
alert-forgetful = This browser does not remember your choices: they hold until you close this page.
alert-flashCall = Call from { $caller }

keys-title = Keyboard shortcuts
keys-open = Keyboard shortcuts
keys-accept = Accept the preview in focus
keys-decline = Decline the preview in focus
keys-preview = Go to the oldest preview
keys-state = Open the state menu
keys-sheet = Show this sheet
keys-silence = Silence the sound
keys-change = Change
keys-press = Press the new keys, or Escape to keep the old ones.
keys-changed = New keys: { $keys }
keys-unfit = Take Alt with a letter, Ctrl+Alt or Alt+Shift with a letter or digit, or F2, F4, F8 or F9.
keys-browser = The browser keeps { $keys } for itself. Take other keys.
# $action is one of the texts above, such as keys-accept.
keys-taken = { $keys } is taken already: { $action }
# Gives up the worker's own keys.
keys-site = Back to the site’s keys

# Chats: text messages with agents. $party is a name or a number.
chat-list = Chats
# The name follows.
chat-with = Chat with
chat-unread = Unread messages: { $number }
chat-actions = What can be done in this chat
chat-transcript = Conversation
chat-you = You
chat-joined = { $party } takes part
chat-left = { $party } has left
chat-typing = { $party } is writing…
chat-write = Your message
chat-send = Send
chat-hint = Enter sends, Shift+Enter begins a new line.
chat-tooLong = This message is too long. Send it in parts.
chat-waiting = Being sent…
chat-refused = Not sent.
chat-again = Send again
chat-drop = Discard
# What was typed follows in a line of its own.
chat-lost = Not sent, because the chat is over:
chat-delivered = Delivered
chat-read = Read
chat-leave = Leave chat
chat-leaving = Leaving…
# Of a chat that is over: its conversation goes.
chat-done = Close chat
chat-save = Save as text
chat-overLeft = You have left this chat.
chat-overClosed = This chat has ended.
chat-overLost = The contact centre no longer knows this chat.
chat-overDn = This number is no longer yours, so the chat has ended.
# $time is a time of day.
chat-stays = You can read and save it here until { $time }.
chat-dropped = Earlier messages that are no longer here: { $number }
chat-missing = Messages that got lost: { $number }
chat-earlier = Show earlier messages: { $number }
chat-escalate = Ask to talk to the customer
chat-asked = You have asked to talk to the customer.
chat-accepted = The call is put through to you.
chat-notAccepted = You cannot talk to the customer now.
# A button with the name of the caller follows.
chat-call = Call for this chat:
said-chat = Chat with { $party }
said-chatLine = { $party } writes: { $text }
alert-flashChat = Message from { $caller }
# Stands below the caller, in the place of preview-dn.
preview-redirect = to the outside number { $number }
outside-title = Accepted calls
outside-on = Calls you accept go to the outside number { $number }.
outside-off = Calls you accept come to your own number.
outside-locked = Your administrator has set where your calls go.
outside-number = Outside number
# A button: calls go to the number above it.
outside-go = Send calls there
outside-stop = Back to my own number
refused-numberEmpty = Enter a number.
refused-numberNone = This is no telephone number. Use digits, with + before the country code.
refused-numberShort = This number is too short.
refused-numberLong = This number is too long.
refused-numberOutside = Calls may not be sent to this number here. Ask your administrator which numbers are allowed.
refused-numberForbidden = Calls may not be sent to numbers that begin like this one.
refused-redirectNone = Calls cannot be sent to outside numbers here.
refused-previewRedirected = Where the call goes has changed. Look at the preview and accept it again.

# The worker let several previews in a row time out.
missed-title = Previews missed in a row: { $count }. No more calls come to you now.
missed-back = I am back

# A window that looks whether sound, notifications and connection work in this browser.
check-title = Can this page reach you?
check-hint = Check once whether this page can reach you.
check-open = Check now
check-connection = Connection
check-connected = Connected to the host.
# After the sound was played.
check-heard = Did you hear the sound?
check-yes = Yes
check-no = No
check-silent = Turn up the volume here and on your computer, or choose another device under Alerts.
# Sound, notifications and connection work.
check-done = Everything works: this page can reach you.

# What a worker says of a call or preview when it is over: a code of the site's, and a note.
outcome-code = Outcome
outcome-choose = Choose…
outcome-note = Note
outcome-left = Letters left: { $number }
# A button; the next one closes the question without an answer.
outcome-save = Save outcome
outcome-skip = No outcome
# A button on the card of a call that goes on.
outcome-open = Note the outcome
outcome-close = Close outcome
# Heading over the choice of an outcome after a call, a declined and a missed preview.
outcome-of-call = What came of the call with { $caller }?
outcome-of-declined = Why did you decline { $caller }?
outcome-of-missed = Why did you miss { $caller }?
outcome-saved = Outcome saved: { $caller }
# It went to the reports alone, as the contact centre no longer knew the call.
outcome-reported = Outcome saved for reports: { $caller }
# The worker said nothing in time.
outcome-late = No outcome was saved: { $caller }
# The worker had written something, and the host no longer asks.
outcome-lost = The outcome you wrote was not saved: { $caller }
# It was sent, and the connection was lost before the host answered.
outcome-unsure = Whether the outcome you wrote was saved is not known: { $caller }
refused-outcomeClosed = This is settled already. Nothing was saved twice.
refused-outcomeWaits = The outcome is being saved already.
refused-outcomeUnreachable = The contact centre cannot be reached now. Save the outcome again in a moment.
refused-outcomeNoCode = This outcome cannot be chosen here. Choose another.
refused-outcomeNoNote = The note is too long, or has characters that cannot be kept.
refused-outcomeEmpty = Choose an outcome or write a note.
# $words is what the contact centre answered.
refused-outcomeRefused = The contact centre did not save the outcome. You can save it again. It says: { $words }
refused-outcomeOtherwise = The contact centre saved something else. Save the outcome again.

# Why something is not as the worker wanted it. $words is what the contact centre, or somebody else, said.
refused-notYours = This is not yours any more.
refused-callOver = This call has ended.
refused-callNotNow = This cannot be done with the call as it is now.
refused-callMoved = The call has changed meanwhile. Nothing was done.
refused-callNoDial = No call can be made from this number now.
refused-callNumber = Enter the number, at most 64 characters.
refused-callDigits = Only 0 to 9, * and # can be sent, 32 at a time.
refused-callRefused = The contact centre refused this. It says: { $words }
refused-callUnanswered = The contact centre did not answer. Try again.
refused-callUnsupported = The contact centre does not offer this. It says: { $words }
refused-noteNotNow = No note can go with this call. Remove the note.
refused-dataThere = It is there by now, with the value: { $words }. Nothing was done.
refused-dataGone = It is gone by now. Nothing was done.
refused-dataMoved = Its value by now: { $words }. Nothing was done.
refused-dataNotNow = This cannot be changed here now.
refused-textLong = This text is too long. Shorten it.
refused-textControl = This text has characters that cannot be sent. Write it anew.
refused-textEmpty = There is nothing to send.
refused-chatOver = This chat is over.
refused-chatFull = Too many lines wait to be sent. Send this one when they have left.
refused-reload = Page and service do not fit together. Reload the page.
refused-statePlatform = Your UC client decides your state while it is connected.
refused-stateWaits = The contact centre cannot be reached now. Your choice takes effect when it is back.
refused-stateWaitsAgent = Agent { $words } is logged in at your number. Your choice takes effect when they have left.
refused-stateUnoffered = States cannot be chosen here now.
refused-stateLost = Your choice could not be passed on. Choose again.
refused-stateRefused = Your choice does not come about. The contact centre says: { $words }
refused-previewClosed = This preview is closed already.
refused-redirectLocked = Your administrator has set where your calls go.
refused-redirectNotKept = This counts from now on, but could not be saved: a restart of the service may forget it. Tell your administrator.
refused-lineDecided = The contact centre answered { $words }, not what was asked for. It stays so.
refused-lineAsksAgain = The contact centre answered { $words }, not what was asked for. It is asked again.
refused-lineNoState = The contact centre does not tell the state of this number.
refused-lineAgent = Agent { $words } is logged in at this number.
refused-lineSays = The contact centre says: { $words }
end-undeliverable = No number of yours is left for the call from { $caller }.
past-undeliverable = No number left
# States of which the site says nothing.
predef-loggedOut = Logged out
predef-outOfService = Out of service
predef-ready = Ready
predef-partReady = Partly ready
predef-notReady = Not ready
predef-notReadyFor = Not ready: { $words }
predef-afterCallWork = After call work
predef-otherAgent = Agent { $words } is logged in here
