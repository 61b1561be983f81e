## A new voting code: the request (S05 to S07)

stepper-ask = Steps to a new code
step-ask-path = Path
step-ask-identity = Identity
step-ask-link = Link
step-ask-code = New code
ask-choice-title = Choose how to get a new voting code
ask-choice-lede = You are about to get a new code. The old one will stop working at once; a vote already cast stays valid.
ask-back-code = Back to the voting code
ask-before-title = New codes are not issued yet
ask-before-text = You can ask for a new code from { $when } (Paris time).
ask-over-title = New codes are no longer issued
ask-over-text = Requests for a new code ended on { $when } (Paris time).
ask-none-title = New codes are not issued online
ask-none-text = For this consultation, a lost code is replaced by the help desk, which will tell you where to go.
ask-shut-code = If you have your notice, the code printed on it stays valid.
ask-challenge-title = Challenge question
ask-challenge-text = Answer the question that you chose when you activated your account.
ask-challenge-text-numen = Answer the question that you chose when you activated your account, then give your NUMEN.
ask-challenge-text-digits = Answer the question that you chose when you activated your account, then give the first ten digits of your social-security number.
ask-challenge-text-either = Answer the question that you chose when you activated your account, then give your NUMEN or the first ten digits of your social-security number.
ask-challenge-needs = You need: your secret answer, and a mobile telephone or a personal mailbox. About 3 minutes.
ask-challenge-action = Answer the challenge question
ask-provider-text = Identify yourself with an account that you already use. A message will be sent to the address of that account.
ask-provider-needs = You need: an account linked to { $name } and access to its mailbox. About 5 minutes.
ask-until = Requests are taken until { $when } (Paris time).
ask-neither-title = Does none of these suit you?
ask-help-title = Help
ask-neither-text = The <a href="/assistance">help desk</a> tells you where to go with an identity document. It does not know your code and will never ask for it.
ask-back-choice = Choose another path
ask-title = Request for a new voting code
ask-lede = Two proofs of your identity, then a one-use link.
ask-not-sent = No link was sent
ask-to-correct = { $n ->
    [one] One field is to be corrected
   *[other] { $n } fields are to be corrected
}
ask-kept = The channel and what you typed for it are kept. For safety, the secret answer and the identifier are typed again.
ask-no-question-title = Your account has no challenge question
ask-no-question-text = Choose one in <a href="/mon-compte/question">Sign-in and security</a>, then come back.
ask-question = Your challenge question:
ask-answer = Your secret answer
ask-answer-hint = Accents and capitals do not matter.
ask-answer-empty = Type your secret answer.
ask-numen = NUMEN
ask-numen-hint = 13 characters, on your letter of appointment or in your personal space.
ask-digits = First 10 digits of the social-security number
ask-digits-hint = Example: 2 84 05 75 119.
ask-either = NUMEN or first 10 digits of the social-security number
ask-either-hint = The NUMEN has 13 characters. Example of a number: 2 84 05 75 119.
ask-where = Where should the link go?
ask-sms = By SMS, to my personal telephone
ask-sms-note = Usually arrives within a minute
ask-mail = By e-mail, to my personal mailbox
ask-mail-note = Another one than that which identifies you on the portal
ask-phone = Number of your personal mobile telephone
ask-phone-hint = Used for this message alone: it is not kept. From overseas, begin with the territory’s code, for instance +262.
ask-address = Personal e-mail address
ask-address-hint = Used for this message alone: it is not kept.
ask-action = Receive the link
ask-back = Back
ask-aside-title = Good to know
ask-attention = Attention:
ask-attention-text = choose a personal address other than the one that received the link which activated your account: one mailbox broken into must not be enough to vote in your place.
ask-info = Information:
ask-info-text = the address or number typed here is not recorded by the voting server. The registrar keeps it encrypted until the message has arrived, then erases it.
ask-link-hours = { $n ->
    [one] The link is good for an hour and serves once.
   *[other] The link is good for { $n } hours and serves once.
}
ask-attempts = After five failed attempts, the wait grows longer and longer, up to a quarter of an hour.
ask-follow-queued = The link is about to leave
ask-follow-sent = The link has left
ask-follow-delivered = The link has arrived
ask-follow-failed = The link has not arrived
ask-state-queued = Being prepared
ask-state-held = Waiting at the operator
ask-state-sent = Sent
ask-state-delivered = Delivered
ask-state-failed = Failed
ask-state-expired = Too old, not sent
ask-by-sms = By SMS, to the number given
ask-by-mail = By e-mail, to the address given
ask-next-sms = Open the link of the SMS, on your telephone or by copying it here. Take something to note the code before you open it.
ask-next-mail = Open the link of the e-mail. If it is not there, look among the junk. Take something to note the code before you open it.
ask-try-mail = The SMS failed: try e-mail. Your present code stays valid.
ask-try-sms = The e-mail failed: try SMS. Your present code stays valid.
ask-try-again = Check the number or the address, then begin again. Your present code stays valid.
ask-lost-title = The message could not be delivered
ask-not-sent-again = The link was not sent again
ask-now-title = What now?
ask-channel = Sent
ask-delivery = Delivery
ask-valid-until = Link good until
ask-nothing-came = Nothing after ten minutes?
ask-other-channel = Choose the other channel
ask-refresh = Refresh
ask-resend = Send the same link again
ask-told = For safety, a notice of the request also goes to your account’s address. It holds neither that link nor a code.
ask-no-link-title = No link is pending
ask-no-link-text = You asked for no new code, or the link was used, or it is too old.
ask-again-from-start = Ask for a new code
ask-down-title = The state is unavailable for the moment
ask-down-notice = The registrar does not answer
