console-tab-mailings = Mailings
mailing-title = Mailings to voters
mailing-lede = A mailing is written, read as voters will receive it, tried on oneself, then started. It leaves at the pace that was chosen, and can be held.
mailing-new = Write a mailing
mailing-kind-activation = Activation of accounts
mailing-kind-reminder = Reminder to vote
mailing-kind-opening = The vote opens
mailing-kind-closing = The vote closes
mailing-to-not-activated = To persons on the rolls who have not activated their account yet. Each receives a link of their own; one received before no longer works.
mailing-to-all = To everyone on the rolls that are chosen, whether they have voted or not.
mailing-written = Mailings written
mailing-none = No mailing is written yet.
mailing-what = Mailing
mailing-status = State
mailing-status-draft = Being prepared
mailing-status-started = Started
mailing-status-paused = Held
mailing-status-stopped = Stopped
mailing-status-done = Over
mailing-starts = From
mailing-created = Written
mailing-started = Started by
mailing-ended = Ended
mailing-queued = Messages prepared
mailing-waiting = Waiting to leave
mailing-sent = Handed to the relay
mailing-failed = Refused
mailing-expired = Withdrawn or too old
mailing-rolls = Electoral rolls
mailing-slots = Fields
mailing-slots-text = A field is written between braces and takes its value when the message leaves. There are no others than these. The person’s name is in the greeting.
mailing-slot-consultation = the title of the consultation
mailing-slot-organiser = the organiser
mailing-slot-opening = the day and hour at which the vote opens
mailing-slot-closing = the day and hour at which the vote closes
mailing-slot-portal = the address of the portal, alone in its paragraph
mailing-slot-link = each person’s activation link, alone in its paragraph
mailing-french = In French
mailing-english = In English
mailing-subject = Subject
mailing-body = Text
mailing-body-hint = Paragraphs with an empty line between them. The greeting, the warning about codes and the signature are added by themselves.
mailing-pace = Messages in a minute, at most
mailing-pace-hint = From 1 to { $most }, shared among all servers.
mailing-keep = Keep without sending
mailing-state = Where the mailing stands
mailing-reached = Persons concerned now
mailing-without = Without a mailbox, to be told in another way
mailing-figures = Messages
mailing-figures-at = Figures of { $when }.
mailing-refresh = Refresh the figures
mailing-decision = Decision
mailing-go-start = Start…
mailing-correct = Correct
mailing-try = Send me a trial
mailing-pause = Hold
mailing-resume = Go on
mailing-stop = Stop for good
mailing-drop = Drop this draft
mailing-stop-text = A mailing that is held goes on from where it is. Of one that is stopped, what has not left does not leave any more.
mailing-preview = Preview
mailing-preview-text = As the first person concerned receives it. The activation link of the preview opens nothing.
mailing-preview-both = To persons who have not chosen a language
mailing-confirm-title = Start this mailing
mailing-confirm-many = { $n ->
    [one] One person will receive this message.
   *[other] { $n } persons will receive this message.
 }
mailing-confirm-without = { $n ->
    [one] One person of these rolls has no mailbox and will receive nothing.
   *[other] { $n } persons of these rolls have no mailbox and will receive nothing.
 }
mailing-confirm-lasts = At this pace the mailing takes about { $minutes } min.
mailing-when = Leave from
mailing-when-hint = In the time of Paris. Leave it empty to start at once.
mailing-start = { $n ->
    [one] Send to one person
   *[other] Send to { $n } persons
 }
mailing-not-now = Not now
mailing-done-planned = The mailing is kept. Nothing has left.
mailing-done-corrected = The mailing is corrected. Nothing has left.
mailing-done-tried = The trial is on its way to your mailbox
mailing-done-started = The mailing is started
mailing-done-paused = The mailing is held
mailing-done-resumed = The mailing goes on
mailing-done-stopped = The mailing is stopped
