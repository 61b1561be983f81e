### Messages of the portal, in English. Same keys and same places as the French file; a test compares them.

## Frame
skip-link = Skip to content
lang-label = Language
lang-name = English
sign-out = Sign out
last-sign-in = Last sign-in on: { $when } (Paris time)
first-sign-in = First sign-in
paris-time = { $when } (Paris time)
footer-help-title = A question, a difficulty?
footer-help-text = The help desk will never ask for your voting code or your password.
footer-check-label = Check the vote
footer-check-title = Check
footer-about-label = Legal information
footer-about-title = About
footer-legal = Organising authority: { $organiser }. Portal built on Isoloir, free and verifiable software.
contact-free-call = (no surcharge)
contact-none = How to reach it is printed on your voting notice.
nav-box = Public ballot box
nav-results = Results
nav-source = Source code
nav-privacy = Personal data
nav-legal = Legal notice
back-home = Back to home
back-home-short = Back
new-tab = (new tab)
field-required = { ": " }required field
list-separator = { ", " }

## Time
unit-days = Day(s)
unit-hours = Hour(s)
unit-minutes = Minute(s)
overseas-title = And where you are, overseas?
zone-antilles = Guadeloupe, Martinique, Saint-Barthélemy, Saint-Martin
zone-guyane = French Guiana
zone-reunion = La Réunion
zone-mayotte = Mayotte
zone-miquelon = Saint-Pierre-et-Miquelon
zone-caledonie = New Caledonia (Nouvelle-Calédonie)
zone-polynesie = French Polynesia (Tahiti)
zone-wallis = Wallis and Futuna
zone-taaf = Kerguelen Islands

## Home
home-title = Home
home-heading = Welcome to your election portal
home-elections = My elections
home-candidates-title = Elections and candidates
home-candidates-text = The elections in which you may vote, and their lists.
home-candidates-text-count = { $n ->
    [0] You are on no electoral roll for the moment.
    [one] The election in which you may vote, and its lists.
   *[other] The { $count } elections in which you may vote, and their lists.
}
home-complaint-title = File a complaint
home-complaint-text = { $days ->
    [one] A mistake on the roll? An answer with reasons within one day.
   *[other] A mistake on the roll? An answer with reasons within { $days } days.
}
home-box-text = Find your encrypted ballot by its tracking number.
home-practical = Practical information
home-tutorials = Tutorials
home-tutorial-account = Voter’s path: activate your account
home-tutorial-vote = Voting: from the code to the receipt
home-tutorial-code = Reissue: I do not have my code
home-help = Help
home-faq = Frequent questions
home-assistance = Reach the help desk
home-verify = Check the vote yourself
home-account = My account
home-me-title = My personal details
home-me-text = Identity, staff number, address we write to.
home-sign-in-title = Sign in
home-sign-in-text = With your work e-mail address or staff number, and your election password.
home-results-text = Turnout, votes and seats, as soon as they are declared.
booth-label = Vote
booth-before-title = Voting opens soon
booth-before-text = Read the candidate lists now and check that you are on the roll. Keep your voting notice at hand.
booth-before-action = See the candidates
booth-open-title = Vote now
booth-open-text = { $n ->
    [one] One election awaits you. Have the code on your voting notice ready: it takes about three minutes.
   *[other] { $count } elections await you. Have the code on your voting notice ready: it takes about three minutes.
}
booth-open-text-left = { $n ->
    [one] One election is left. Have the code on your voting notice ready.
   *[other] There are { $count } elections left. Have the code on your voting notice ready.
}
booth-open-text-anonymous = Sign in, then have the code on your voting notice ready: it takes about three minutes.
booth-open-action = Vote now
booth-all-cast-title = You have voted
booth-all-cast-text = All your ballots are in the box. You can find them there by their tracking numbers.
booth-all-cast-action = Find my ballot
booth-grace-title = Voting has just closed
booth-grace-text = If you were signed in before closing, you may finish until { $until } (Paris time). Do not sign out.
booth-grace-action = Finish voting
booth-closed-title = Voting is closed
booth-closed-text = The election board is counting in public. Results will appear here as soon as they are declared.
booth-closed-action = Follow the results
booth-tallied-title = The results are published
booth-tallied-text = Anyone can read them, take the whole box and redo the calculation.
booth-tallied-action = See the results
countdown-opening = Voting opens in
countdown-closing = Voting closes in
countdown-closed = Voting closed
opening-sentence = Open from <strong>{ $opens }</strong> to <strong>{ $closes }</strong> (Paris time)
closing-sentence = Voters signed in before the closing could finish until { $freezes } (Paris time).

## Sign-in
sign-in-title = Sign in
sign-in-heading = Sign in to the election portal
sign-in-lede = The portal recognises you; your voting code is asked for only when you vote.
sign-in-identifier = Work e-mail address or staff number
sign-in-identifier-hint = The address at which you received the activation link; without a mailbox, the staff number of your letter.
sign-in-identifier-empty = Type your work e-mail address or your staff number.
sign-in-password = Election password
sign-in-password-empty = Type your election password.
sign-in-action = Sign in
sign-in-new-title = First visit?
sign-in-new-text = Your account is activated by the one-use link sent to your work mailbox. You choose your password there.
sign-in-new-link = Activate my account, step by step
sign-in-incomplete-title = Something is missing
sign-in-incomplete-link = Fill in the marked field
sign-in-refused-title = You are not signed in
sign-in-refused-link = Try again
sign-in-needed-title = Sign in to go on
sign-in-needed-text = You will then come back to the page you asked for.
sign-in-ended-title = You have been signed out
sign-in-ended-text = Your session has ended. Ballots already cast are stored; nothing else was sent.
signed-out-title = You are signed out
signed-out-text = Ballots already cast remain stored.

## Activation
stepper-activation = Steps of the activation
step-password = Password
step-activated = Account active
step-done = (done)
activation-title = Account activation
activation-heading = Choose your election password
activation-lede = Good day { $name }. This password protects your portal; it is not your voting code.
activation-password = Election password
activation-password-hint = A phrase of four words is easier to remember than one complicated word.
activation-confirmation = Election password, once more
activation-action = Activate my account
activation-aside-title = And the voting code?
activation-aside-text = It is on your voting notice, handed over separately. Never type it here: the portal has no need of it and must not know it.
rule-length = Between 12 and 256 characters
rule-lower = At least one lower-case letter without accent
rule-upper = At least one upper-case letter without accent
rule-digit = At least one digit
rule-special = At least one special character, for instance ! ? - _ +
rule-known = Neither too common nor made from your name or address
rule-met = { ": " }met
rule-missing = { ": " }missing
missing-length = 12 to 256 characters
missing-lower = a lower-case letter without accent
missing-upper = an upper-case letter without accent
missing-digit = a digit
missing-special = a special character
missing-known = a less predictable password
password-empty-title = The password is empty
password-empty = Choose a password.
password-broken-title = The password does not do yet
password-broken = Still needed: { $missing }.
password-different-title = The two passwords differ
password-different = The second password is not the same as the first. Type the same one twice.
password-nothing-stored = Nothing was stored and your link remains valid.
password-fix-link = Correct it
activated-title = Your account is active
activated-opening = Voting opens on { $opens } (Paris time).
activated-notice-title = All is ready
activated-notice-text = Your voting code is on your notice, handed over separately. No notice when voting opens? Write to the help desk.
dead-link-title = This link no longer works
dead-link-notice = The link is unknown, already used or too old

## Elections
elections-title = My elections
elections-lede = { $n ->
    [0] You are on no electoral roll for the moment.
    [one] You vote in one election. Here are its candidate lists.
   *[other] You vote in { $count } elections. Here are their candidate lists.
}
elections-none-title = No election
elections-none-text = If you believe you should vote, say so.
n-seats = { $n ->
    [one] { $n } seat
   *[other] { $n } seats
}
n-lists = { $n ->
    [one] { $n } list
   *[other] { $n } lists
}
n-candidates = { $n ->
    [one] { $n } candidate
   *[other] { $n } candidates
}
poll-cast = Ballot cast
poll-not-open = Not open yet
poll-closed = Voting closed
poll-to-vote = To vote
poll-vote = Vote
lists-order-note = Lists are in the order drawn by lot, all in a frame of the same size.
account-lede = What the portal knows about you.
account-name = Name
account-number = Staff number
account-email = E-mail address
account-no-email = None: we write to you on paper
account-last = Previous sign-in
account-wrong-title = A mistake?
account-wrong-text = These details come from the electoral roll drawn up by your employer.

## Booth
stepper-vote = Steps of the vote
step-code = Voting code
step-choice = Choice
step-check = Check
step-receipt = Receipt
noscript-title = This page needs JavaScript
noscript-text = Your ballot is encrypted on your own device before anything is sent, so that nobody else can read it. Your browser needs JavaScript to do so. Switch it on and reload the page, or vote from another device.
code-title = Type your voting code
code-lede = { $n ->
    [one] The code on your notice opens your voting space.
   *[other] The code on your notice opens your voting space. You can vote in your { $count } elections in one go.
}
code-label = Voting code
code-hint = 16 characters, letters and digits, printed on your notice. Case, spaces and dashes do not matter.
code-action = Continue
code-lost = Get a new voting code
code-error-title = Your voting space is not open
code-error-link = Correct the voting code
code-where-title = Where is my code?
code-where-figure = Drawing of a voting notice: the code is printed in the middle, in four groups of four characters.
code-where-text = On the voting notice handed over against signature or received by post. The code contains neither I, nor L, nor O, nor U: a ring is a zero, a stroke is a 1.
code-stays = Your code does not leave this device: it unlocks your ballot, right here.
booth-elections-lede = { $n ->
    [one] You vote in one election. A ballot cast is final.
   *[other] You vote in { $count } elections. Take them in any order; each ballot cast is final.
}
n-cast-of = { $cast ->
    [one] { $cast } ballot cast out of { $total }
   *[other] { $cast } ballots cast out of { $total }
}
until = Until { $when } (Paris time)
pause-title = You can stop and come back
pause-text = Ballots already cast remain stored. For the others, type your voting code again before { $when } (Paris time).
back-elections = Back to my elections
election-rank = Election { $n } of { $total }
choice-lede = { $n ->
    [one] { $n } seat to fill. Choose a whole list or the blank ballot.
   *[other] { $n } seats to fill. Choose a whole list or the blank ballot.
}
choice-legend = My choice
choice-action = Check my choice
choice-leave = Go back without voting
choice-nothing-stored = Nothing is stored at this step: you can still change your mind.
choice-candidates = See the candidates
blank-name = Blank ballot
blank-text = Counted apart, without choosing a list
blank-help = How blank votes are counted
confirm-title = Check before you cast
confirm-summary-label = Summary of my ballot
confirm-overline = Your choice
confirm-final = Once cast, this choice <strong>can no longer be changed</strong> and nobody can read it again, including you.
confirm-action = Cast my ballot
confirm-change = Change my choice
confirm-aside-title = Tracking number
confirm-aside-text = Your ballot is encrypted here, on your device, which computes its tracking number:
confirm-aside-note = Note its beginning if you like: the receipt must show the same.
sending-title = Casting your ballot
sending-text = The server checks your encrypted ballot and stores it. Keep this page open.
receipt-heading = Your ballot is in the box
receipt-lede = It is encrypted, stored, and the poll book is marked. It can no longer be changed nor read.
receipt-title = Voting receipt
receipt-election = Election
receipt-mark = Poll book
receipt-mark-value = Marked
receipt-signature = Server’s signature
receipt-signature-value = Checked on your device
tracker-title = Tracking number
receipt-note = Computed by your device before sending. It lets you find your encrypted ballot in the public box. This receipt contains neither your name, nor your choice, nor the time.
receipt-proof = Details of the proof
receipt-event = Event of the box
receipt-signature-bytes = Signature (Ed25519)
receipt-save = Save the receipt
receipt-print = Print
receipt-find = Find it in the box
next-title = What now?
next-more-text = Other elections await you.
next-more-action = Continue voting
next-done-text = You have voted in all your elections. On a shared device, remember to sign out.
interrupted-title = The connection was lost
interrupted-notice = Your ballot has no receipt
interrupted-retry = Send my ballot again
interrupted-later = Come back later
shut-cast-notice = Nothing else to do
shut-notice-title = The booth is closed
shut-none-title = No election for you
shut-none-text = You are on no electoral roll. If you believe you should vote, tell the help desk.
shut-before-title = Voting is not open yet
shut-before-text = It opens on { $opens } (Paris time). Until then, you can read the candidate lists.
shut-not-ready-title = The box is not ready
shut-not-ready-text = The election board has not put this box into service yet. Nothing is lost: come back a little later.
shut-grace-title = Voting has just closed
shut-grace-text = Voting closed on { $closes } (Paris time). Only voters signed in before that hour may still finish.
shut-closed-title = Voting is closed
shut-closed-text = It closed on { $closes } (Paris time).
msg-code-empty = Type the 16 characters printed on your notice.
msg-code-short = The code is incomplete: { $missing } of 16 are missing. Compare it with your notice.
msg-code-long = The code is too long: it has 16 characters, in four groups of four.
msg-code-symbol = The character “{ $symbol }” in group { $group } is in no code. Compare that group with your notice.
msg-code-checksum = There is a typing error. Compare the code with your notice, group by group. Nothing was sent.
msg-code-wrong = This code is not the one on your notice. Attempts left: { $left }.
msg-code-locked = Too many attempts: wait { $seconds } seconds, then try again. Your code remains valid.
msg-ticket-failed = The portal did not answer. Nothing was sent; try again shortly.
msg-registrar-down = The registrar of codes does not answer. Nothing is lost and your code remains valid; try again shortly.
msg-session-ended = You have been signed out. Nothing was cast. Sign in, then type your code again.
msg-receipt-invalid = The receipt that came back is not signed by the voting server. Do not take it for a proof: tell the help desk.
msg-stored = We have just checked: your ballot is in the box. Send it again as it is to get its receipt; it counts only once.
msg-not-stored = We have just checked: neither ballot nor mark. You can send it again as it is; it counts only once.
msg-unknown = The server does not answer: we do not know yet whether your ballot is in the box. Send it again as it is; it counts only once.
msg-encrypting = Encrypting your ballot on your device…
msg-choice-missing = Choose a list or the blank ballot.
msg-cast-count = Ballots cast: { $cast } of { $total }
msg-ready = Your ballot is encrypted. Nothing has been sent yet.
msg-unlocking = Checking your code…
msg-device-unsupported = This browser cannot encrypt a ballot. Nothing was sent; try a more recent browser.
msg-unlock-invalid = The registrar of codes answered, but its answer is not valid. Nothing was sent to the box; tell the help desk.
msg-election-mismatch = The election received is not the one that this page announces. Nothing was sent; tell the help desk.
msg-election-unavailable = The election could not be loaded. Nothing was sent; check your connection and try again.
msg-credential-missing = The registrar of codes did not open this election for you. Nothing was sent; tell the help desk.
msg-receipt-unverified-title = Receipt not verified

## Box
box-list-lede = One box for each election. Anyone can look up an encrypted ballot in it; nobody can read a vote in it.
box-list-empty = No election is published yet.
box-open = Open
box-all = All boxes
phase-preparation = in preparation
phase-open = voting open
phase-grace = end of voting
phase-closed = voting closed
phase-tallied = counted
box-title = Public ballot box, { $title }
box-lede = The ballots, encrypted, as the election board will count them. Anyone can check them; nobody can read them.
box-search-label = Search for a ballot
box-search-title = Find my ballot
box-search-hint = 43 characters, on your receipt. Upper and lower case matter.
box-search-action = Search
box-search-note = The search says nothing about you or your choice. While voting is open it is all there is: the list and the number of ballots appear at closing.
box-search-note-public = The search says nothing about you or your choice.
box-found = Ballot present
box-found-rank = Ballot present, rank { $rank }
box-found-text = It is in the box, unchanged since it was cast. Its fingerprint is this number:
box-absent = No ballot has this number
box-absent-text = Check upper and lower case: they matter. If your receipt is signed and the number is still not found, your receipt is proof.
box-absent-link = Report it to the election board
box-not-a-tracker = This is not a tracking number
box-not-a-tracker-text = { $n ->
    [one] A tracking number has 43 characters: letters, digits, + and /. You typed { $n }. Nothing was searched.
   *[other] A tracking number has 43 characters: letters, digits, + and /. You typed { $n }. Nothing was searched.
}
box-verify-title = Check the whole box
box-verify-text = { $n ->
    [0] The box is empty.
    [one] The box holds one ballot. The archive has all it takes to check it.
   *[other] The box holds { $n } ballots. The archive has all it takes to check it.
}
box-download = Download the box (.bel)
box-verify-how = Two tools check it, ours and one that we did not write:
box-sidecar-text = For a large box: a sidecar, which needs no trust and can only save time.
box-sidecar = Download the sidecar (.sidecar)
box-verify-independent = The archive follows the public format of the Belenios protocol.
box-verify-link = How to
box-not-public = The whole box appears when voting closes.
box-not-public-why = Until then, the number of voters is shown to board members only (article R. 211-542 of the Code général de la fonction publique). Keep the signed head below: the published box must contain it.
head-title = Signed head of the box
head-text = Each ballot is chained to the one before. This fingerprint fixes the whole box at this moment, and the server has signed it: removing or changing a ballot would show.
head-election = Election
head-event = Latest event (SHA-256)
head-signature = Signature (Ed25519)
box-trackers-title = { $n ->
    [0] No ballot
    [one] One ballot
   *[other] { $n } ballots
}
box-trackers-label = Tracking numbers, in the order of the box
box-rank = Rank
box-empty = The box is empty.
box-next-page = Next page

## Results
results-list-lede = Turnout, votes and seats, with the calculation behind them.
results-open = Read
results-all = All results
results-pending-title = Results to come
results-pending-notice = The count is not finished
results-pending-text = The election board opens the box in public after closing. This page will show the results as soon as they are declared.
results-title = Results, { $title }
results-votes = Votes
round-settled = { $words } Source: { $source }.
undecided-no-vote = No vote went to any list: there is no quotient, and no seat is allocated.
undecided-draw = { $n ->
    [one] One seat is still to be drawn by lot, all else being equal, between these lists: { $lists }. The board draws and records it.
   *[other] { $count } seats are still to be drawn by lot, all else being equal, between these lists: { $lists }. The board draws and records it.
}
undecided-figure = { $n ->
    [one] One seat awaits a detail that settling the tie requires, between these lists: { $lists }.
   *[other] { $count } seats await a detail that settling the tie requires, between these lists: { $lists }.
}
undecided-open = { $n ->
    [one] One seat is not settled between these lists: { $lists }.
   *[other] { $count } seats are not settled between these lists: { $lists }.
}
results-undecided = A seat awaits a decision
undecided-quorum = The quorum is not reached: { $n ->
    [one] { $n } valid vote
   *[other] { $n } valid votes
} for { $needed } needed. Nobody is elected in this round; a second one follows.
undecided-titular = Substitutes are elected by a ballot of their own: their seats are allocated once the titular members are known.
withheld-title = Too few voters to publish votes
withheld-text = With so few ballots, the votes of each list would tell how some voted. This site shows turnout, seats and the elected; the votes are in the minutes, which the board keeps.
designation-days = { $n ->
    [one] Each organisation has { $n } day to name its members.
   *[other] Each organisation has { $n } days to name its members.
}
elected-title = The elected
elected-women = { $n ->
    [one] { $n } woman among { $total } elected, { $percent }.
   *[other] { $n } women among { $total } elected, { $percent }.
}
elected-represented = Women are { $percent } of those represented (on { $day }).
elected-substitutes = Substitutes: { $names }.
draw-title = The drawing of lots
draw-text = Averages, votes and candidates were equal: the board drew lots and recorded the draw in the minutes.
draw-winners = Seat given to
draw-date = Date
draw-place = Place
draw-present = Present
draw-method = Method
audience-title = Votes of common lists
audience-declared = Shared by the key declared when the list was filed.
audience-equal = Shared equally: no key was declared.
audience-votes = { $votes } votes
open-data-title = The data
open-data-text = Free to reuse. The JSON file holds the whole calculation; “isoloir-verify --results” does it again from the box.
open-data-json = Results and calculation (JSON)
open-data-csv = Results (CSV, for a spreadsheet)
open-data-all = All results (CSV)
redo-verified = Before it was known, the whole archive was verified with this result: { $n } checks passed, on { $when }. Make them again on your machine:
redo-withheld = The box cannot be downloaded: with so few ballots, their sum would tell how some voted. The board keeps the archive, which a judge can have counted again.
stat-turnout = turnout (voters ÷ registered)
stat-registered = { $n ->
    [one] registered
   *[other] registered
}
stat-voters = { $n ->
    [one] voter
   *[other] voters
}
stat-blank = { $n ->
    [one] blank ballot
   *[other] blank ballots
}
stat-expressed = { $n ->
    [one] vote for a list
   *[other] votes for lists
}
n-seats-title = { $n ->
    [one] One seat
   *[other] { $count } seats
}
n-votes = { $n ->
    [one] { $n } vote
   *[other] { $n } votes
}
list-seats = { $n ->
    [one] { $list }: { $n } seat
   *[other] { $list }: { $n } seats
}
seats-legend = Solid line: seat won at the quotient. Dashed line: seat won at the highest average.
why-title = Why these seats?
quotient-title = The electoral quotient
quotient-text = The votes for lists are divided by the number of seats.
quotient-formula = { $expressed } ÷ { $seats } { $sign } { $quotient } votes per seat
at-quotient-title = { $n ->
    [0] No seat at the quotient
    [one] One seat at the quotient
   *[other] { $count } seats at the quotient
}
at-quotient-text = Each list receives as many seats as its votes contain the quotient.
at-average-title = { $n ->
    [one] One seat at the highest average
   *[other] { $count } seats at the highest average
}
at-average-text = For each seat left, the votes of each list are divided by its seats so far plus one. The highest average takes the seat.
law-source = Source: { $source }.
quotient-table = Seats won at the quotient
col-list = List
col-votes = Votes
col-over-quotient = Votes ÷ { $quotient }
col-seats = Seats
col-total = Total
col-division = Votes ÷ (seats + 1)
col-average = Average
col-award = Award
col-seat = Seat
round-caption = Seat no. { $n }
round-label = Averages, seat no. { $n }
redo-title = Redo the calculation yourself
redo-text = The published box contains the encrypted ballots and the proof of their decryption: it suffices to compute everything again, without us.
redo-box = Box and proofs

## Help
help-title = Online help
help-lede = Voting takes a few minutes. Here is the way, and what to do when it is blocked.
help-activate-title = Activate my account
help-activate-1 = Open the message in your work mailbox and follow its one-use link.
help-activate-2 = Choose your election password: at least 12 characters, with lower case, upper case, a digit and a special character.
help-activate-3 = Sign in with your work address and this password.
help-activate-note = The link is lost or too old? The help desk has another one sent; the previous one then stops working.
help-vote-title = Vote, from the code to the receipt
help-vote-1 = Sign in, then choose <strong>Vote now</strong>.
help-vote-2 = Type the 16-character code on your voting notice. It stays on your device.
help-vote-3 = For each election, choose a list or the blank ballot, then check your choice.
help-vote-4 = Your device encrypts the ballot and shows its tracking number. Choose <strong>Cast my ballot</strong>.
help-vote-5 = Keep the receipt: it shows the same tracking number and the server’s signature.
help-vote-note = You can stop between two elections and come back with your code.
help-code-title = I do not have my voting code
help-code-1 = Look for your notice: it was handed over against signature at work, or sent by post.
help-code-2 = Opened but hard to read? The help desk helps you tell characters apart without ever asking for them.
help-code-3 = Lost or never received? <a href="/reassort">Ask for a new code</a>: a one-use link gives you one, and the old code is void. The help desk tells you what to do if no path suits you.
help-code-note = A new code does not give a second vote: the old one stops working, and a ballot already cast remains the only valid one.
help-verify-title = Check the vote yourself
help-verify-1 = Your ballot: look up its tracking number in the <a href="/urne">public ballot box</a>, during and after the vote.
help-verify-2 = The box: after closing, download the <code>.bel</code> archive and check it with <code>isoloir-verify FILE.bel</code>.
help-verify-3 = Without us: the same archive is checked by <code>belenios-tool election verify</code>, free software that we did not write.
help-verify-note = These tools redo everything: signatures, proofs, chain of the box, decryption, count.
help-complaint-title = File a complaint
help-complaint-1 = A mistake on the electoral roll is reported to the organising authority, with your name, staff number and the election concerned.
help-complaint-2 = Write to the help desk, which passes it on, or hand in a written request at work.
help-contact-text = It helps you sign in, find your code, understand a message.
help-contact-never = It will <strong>never</strong> ask for your password or voting code, and cannot vote for you.
faq-title = Frequent questions
faq-blank-q = How are blank votes counted?
faq-blank-a = Apart. They count for turnout, not among the votes that share out the seats. Encrypted, a blank ballot looks like any other.
faq-final-q = Can I change my mind after casting?
faq-final-a = No. The law wants a final vote: one ballot for each person and election. Until you cast, you may change freely.
faq-secret-q = Who can read my ballot?
faq-secret-a = Nobody alone. It is encrypted on your device; only the sum of the ballots is decrypted, by the president or the secretary of the board <strong>and</strong> two delegates of the lists together.
faq-lost-q = The connection was lost: have I voted?
faq-lost-a = The page tells you the truth: in the box, not in the box, or not known yet. Sending the same ballot again does no harm; it counts only once.
faq-closing-q = What happens at closing time?
faq-closing-a = If you were signed in before, you have 30 more minutes to finish. Signing out during that time is final.
faq-device-q = Can I vote on my telephone?
faq-device-a = Yes, with a recent browser that allows JavaScript. There is nothing to install.

## What must be published
a11y-title = Accessibility
a11y-lede = { $organiser } wants everyone to be able to vote alone. Here is where this portal stands.
a11y-no-audit-text = No audit against the French accessibility standard (RGAA) has taken place yet: this portal therefore cannot call itself conforming.
a11y-full = Accessibility: fully conforming
a11y-partial = Accessibility: partially conforming
a11y-none = Accessibility: not conforming
a11y-audit-text = RGAA audit by { $auditor }, { $date }: { $met } criteria met out of { $applicable } that apply.
a11y-not-met-title = What does not comply
a11y-exempt-title = Exemptions for disproportionate burden
a11y-criterion = Criterion { $number }: { $note }
a11y-method-title = How the audit was done
a11y-sample = Pages checked:
a11y-automatic-title = Automatic checks
a11y-automatic-text = On { $date }, { $engine } in { $browser } checked { $rules } rules (WCAG 2.2 AA and best practice), of which { $rgaa } belong to the RGAA, on { $pages } pages and states, in the light theme on a 360 pixel screen and in the dark theme on a 1,280 pixel screen. Defects found: { $violations }.
a11y-automatic-pages = Pages and states checked
a11y-done-title = What is done
a11y-done-1 = Every page can be read and used by keyboard, and from 320 pixels of width.
a11y-done-2 = States are told by a sign and words before a colour.
a11y-done-3 = Each field has a label, a hint and an error tied to it.
a11y-done-4 = Light, dark and high-contrast preferences of the system are followed.
a11y-known-title = What we know to be imperfect
a11y-known-1 = The booth requires JavaScript: encryption on the device is not possible otherwise.
a11y-known-2 = Checks so far are mostly automatic; they cover only a part of the criteria.
a11y-contact-title = A difficulty?
a11y-contact-text = Tell us the page, what you wanted to do and your equipment: we will offer another way.
a11y-appeal-title = Appeal
a11y-appeal-text = Without a satisfactory answer, you may turn to the <strong>Défenseur des droits</strong> (online form, delegates in each département, or free post: Défenseur des droits, Libre réponse 71120, 75342 Paris CEDEX 07).
privacy-lede = Controller: { $organiser }.
privacy-what-title = What the portal processes
privacy-what-text = Your name, staff number, work address and the elections in which you are registered, taken from the electoral roll; the hash of your password; the fact that you have voted.
privacy-apart-title = What it cannot know
privacy-apart-text = Your choice: it is encrypted on your device. Your voting code: it is never sent. The poll book and the ballot box are two separate files without a link; the box contains neither name nor time.
privacy-cookies-title = Cookies
privacy-cookies-text = Two, strictly necessary: one keeps your session, the other remembers the chosen language. No audience measurement, nothing from another site.
privacy-long-title = How long
privacy-long-text = Files are kept under seal for two years after the election, then destroyed, unless there is a dispute.
privacy-rights-title = Your rights
privacy-rights-text = Access, rectification, restriction, objection: write to the help desk, which passes it on to the data protection officer. You may also turn to the CNIL.
legal-publisher-title = Publisher
legal-host-title = Host
legal-host-none = Not stated yet by the organising authority.
legal-software-title = Software
legal-software-text = Isoloir, free software under the European Union Public Licence (EUPL 1.2).

## Demonstration
demo-banner-label = Demonstration
demo-banner-title = Demonstration.
demo-banner-text = People, lists and elections are invented; no vote has any effect.
demo-banner-link = Accounts and messages
demo-title = Demonstration
demo-lede = All it takes to try: invented voters, their messages, and what comes next.
demo-notice-title = This is not an election
demo-notice-text = This page exists in the demonstration only. A real portal knows no voting code and shows no message.
demo-accounts = Sample accounts
demo-to-activate = to be activated by the link received
demo-in-terminal = shown in the terminal
demo-board = Play the board by yourself
demo-board-text = Five minutes, before anybody votes. Open a private window for each member: the president and two delegates are enough.
demo-board-1 = President: “Seal and watch”, then “Play a rehearsal”. Made-up voters vote in boxes apart.
demo-board-2 = President, then two delegates: “Count”. Give the key file; the passphrase stays empty, these files have none.
demo-board-3 = President: “Propose the seal”. Everybody compares the twelve words, then signs.
demo-board-4 = Vote with a sample account, then go back to the watch: “Check now”. Box and poll book agree.
demo-board-5 = President: propose to close an election now, which is allowed here only. Three signatures, and the box is frozen.
demo-board-6 = Count as in step 2, then open “Papers”: minutes to have signed, poll book.
demo-board-keys = The key files, which every member keeps to themselves in a real election:
demo-board-open = Open the board’s pages
demo-commands = Close and count
inbox-title = Demonstration inbox
inbox-lede = The messages that a real portal would send. Here, none leaves.
inbox-open = Open the inbox
inbox-empty = No message for the moment.
inbox-registrar = Messages of the registrar, which sends its own
inbox-sms = Text message
inbox-to = To { $to }, on { $when } (Paris time)

## Errors
error-what = What happened
error-safe = A ballot already cast stays in the box; a ballot without a receipt can be sent again, it counts only once.
error-number = Error { $number }
error-400-title = Request not understood
error-400-text = The portal did not understand this request. Go back and try again.
error-403-title = Reserved page
error-403-text = You have no access to this page, or the request came from another site.
error-404-title = Page not found
error-404-text = There is no page at this address. It may have been copied wrongly.
error-405-title = Page not found
error-405-text = This address does not open that way. Start again from the home page.
error-409-title = Not possible now
error-409-text = The state of the vote does not allow this.
error-413-title = Too large
error-413-text = The portal refused this request because it is too large. Nothing was stored.
error-429-title = Too many requests
error-429-text = Wait a moment before trying again.
error-500-title = Error of the portal
error-500-text = The portal could not answer. The incident is logged; it is not your doing.
error-503-title = Service unavailable for the moment
error-503-text = The portal cannot answer at this moment. Try again in a minute.
