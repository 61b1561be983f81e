# content

home-rolls-text = Check that you are on the roll of each of your elections.
search-action = Search
foreword-title = A word from the organising authority
faq-lede = What voters ask most often.
faq-search = Search the questions
faq-found = { $n ->
    [0] No answer found.
    [one] { $n } answer found.
   *[other] { $n } answers found.
}
faq-all = All questions
faq-none-title = Nothing matches these words
faq-none-text = Try a shorter word, or <a href="/assistance">ask the help desk</a>.
faq-link = Link to this answer
rolls-title = Electoral rolls
rolls-lede = You may read the rolls of the elections in which you are registered, and no other. A line holds a family name and a given name, nothing more.
n-registered = { $n ->
    [one] { $n } person registered
   *[other] { $n } persons registered
}
roll-you-are-on = You are registered
roll-open = Read the roll
roll-before = Published from { $when } (Paris time).
roll-after = Publication ended on { $when } (Paris time).
roll-title = Electoral roll
roll-wrong-text = Somebody is missing, should not be there, or something is wrong: say so while the time lasts.
roll-search = Search for a name
roll-search-hint = The first letters of the family name are enough; accents and capitals do not count.
roll-none-title = Nobody of this name
roll-none-text = No name on this roll begins like this. Check the spelling, or search with fewer letters.
roll-from-start = Back to the beginning of the roll
roll-pages = Pages of the roll
roll-next = Next fifty names
roll-last-name = Family name
roll-first-name = Given name
candidates-title = Candidate lists
candidates-lede = The lists of each election, in the order drawn by lot, with their manifestos.
candidates-open = Candidate lists
candidates-none-title = No list published
candidates-none-text = Candidate lists appear here as soon as they are published.
candidates-hidden-title = Candidate lists for voters only
candidates-hidden-text = Sign in to read the lists of your elections, or come back on the day of publication.
draw-on = Lists in the order drawn by lot on { $when }, all in boxes of the same size.
draw-plain = Lists in the order drawn by lot, all in boxes of the same size.
manifesto = Manifesto (PDF)
manifesto-size = { $pages ->
    [one] { $pages } page, { $size } kB
   *[other] { $pages } pages, { $size } kB
}
manifesto-kiosk = Nothing is downloaded on a shared machine: manifestos are read on the boards of the premises, or from your own device.
manifesto-none = No manifesto supplied
list-candidates = Candidates
file-size = { $size } kB
closing-grace = Voters signed in before the closing may finish until { $freezes } (Paris time).
personal-held-title = What is held
personal-no-email = None: you receive your messages on paper.
personal-correct = Have something corrected
personal-origin-title = Where it comes from
personal-source = Origin: { $source }.
personal-dated = File taken on { $when }.
personal-imported = { $title }: roll stored on this portal on { $when } (Paris time)
personal-use-title = What it is for, who sees it, how long
personal-col-what = Data
personal-col-use = Used to
personal-col-who = Who sees it
personal-col-time = How long
personal-row-identity = Names, staff number, elections
personal-row-identity-use = draw up the roll and recognise you
personal-row-identity-who = the organiser and the help desk; names alone for voters of the same election
personal-row-contact = E-mail address
personal-row-contact-use = send you the activation link and notices of the vote
personal-row-contact-who = the organiser and the help desk
personal-row-mark = Mark in the poll book
personal-row-mark-use = make sure of one ballot per person and election
personal-row-mark-who = the board
personal-row-password = Hash of the password, sessions
personal-row-password-use = protect your account
personal-row-password-who = nobody
personal-row-two-years = two years under seal after the election, unless there is a dispute
personal-row-end = until the consultation ends
personal-rights-text = You may ask for access to your data, for its correction, for its use to be limited, or object to it. You may complain to the CNIL at any time.
personal-dpo = Data protection officer:
