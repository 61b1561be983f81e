//! Accounts: what activates them, passwords, challenge questions, forgotten passwords. Secrets are stored as hashes only.

use futures_util::TryStreamExt as _;
use futures_util::stream::TryChunksError;
use isoloir_domain::journal::Entry;
use isoloir_domain::{ConsultationId, Identifier, Language, Message, SessionId, Voter, VoterId};
use jiff::Timestamp;

use crate::outbox::NewMessage;
use crate::roll::VoterRow;
use crate::value::{instant, millis, parse};
use crate::{Store, StoreError};

statements! {
    VOID_LINKS = "DELETE FROM activation WHERE voter = $1";
    VOID_CODE = "DELETE FROM activation_code WHERE voter = $1";
    INSERT_LINK = "INSERT INTO activation (hash, voter, expires) VALUES ($1, $2, $3)";
    INSERT_CODE = "INSERT INTO activation_code (hash, voter, expires) VALUES ($1, $2, $3)";
    LINK = "SELECT v.id, v.number, v.last_name, v.first_name, v.email, v.language, a.password
        FROM activation a JOIN voter v ON v.id = a.voter WHERE a.hash = $1 AND a.expires > $2";
    CHOOSE_PASSWORD = "UPDATE activation SET password = $3 WHERE hash = $1 AND expires > $2";
    USE_LINK = "DELETE FROM activation WHERE hash = $1 AND expires > $2 AND password = $3 RETURNING voter";
    CODE = "SELECT voter FROM activation_code WHERE hash = $1 AND expires > $2";
    ACTIVATE = "INSERT INTO account (voter, password, activated, question_fr, question_en, answer) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (voter) DO UPDATE SET password = excluded.password, activated = excluded.activated,
        question_fr = excluded.question_fr, question_en = excluded.question_en, answer = excluded.answer";
    SET_LANGUAGE = "UPDATE voter SET language = $2 WHERE id = $1";
    SET_PASSWORD = "UPDATE account SET password = $2 WHERE voter = $1";
    SET_CHALLENGE = "UPDATE account SET question_fr = $2, question_en = $3, answer = $4 WHERE voter = $1";
    SUSPEND = "UPDATE account SET suspended = $2 WHERE voter = $1 AND suspended IS NULL";
    RESTORE = "UPDATE account SET suspended = NULL WHERE voter = $1 AND suspended IS NOT NULL";
    END_SESSIONS = "DELETE FROM session WHERE voter = $1";
    END_OTHER_SESSIONS = "DELETE FROM session WHERE voter = $1 AND id <> $2";
    CLEAR_FAILURE = "DELETE FROM sign_in_failure WHERE address = $1";
    ACCOUNT_BY_EMAIL = "SELECT v.id, v.number, v.last_name, v.first_name, v.email, v.language,
        a.password, a.last_sign_in, a.question_fr, a.question_en, a.answer
        FROM voter v JOIN account a ON a.voter = v.id WHERE v.email = $1 AND a.suspended IS NULL";
    ACCOUNT_BY_NUMBER = "SELECT v.id, v.number, v.last_name, v.first_name, v.email, v.language,
        a.password, a.last_sign_in, a.question_fr, a.question_en, a.answer
        FROM voter v JOIN account a ON a.voter = v.id WHERE v.number = $1 AND a.suspended IS NULL";
    ACCOUNT = "SELECT v.id, v.number, v.last_name, v.first_name, v.email, v.language,
        a.password, a.last_sign_in, a.question_fr, a.question_en, a.answer
        FROM voter v JOIN account a ON a.voter = v.id WHERE v.id = $1 AND a.suspended IS NULL";
    LOCK_ACCOUNT = "UPDATE account SET suspended = suspended WHERE voter = $1";
    DROP_OLD_RESETS = "DELETE FROM password_reset WHERE voter = $1 AND expires <= $2";
    RESETS = "SELECT asked FROM password_reset WHERE voter = $1";
    INSERT_RESET = "INSERT INTO password_reset (hash, voter, asked, expires) VALUES ($1, $2, $3, $4)";
    RESET = "SELECT r.voter FROM password_reset r JOIN account a ON a.voter = r.voter
        WHERE r.hash = $1 AND r.expires > $2 AND a.suspended IS NULL";
    USE_RESET = "DELETE FROM password_reset WHERE hash = $1 AND expires > $2 RETURNING voter";
    VOID_RESET = "DELETE FROM password_reset WHERE voter = $1";
    VOTERS_WITHOUT_ACCOUNT = "SELECT DISTINCT v.id, v.number, v.last_name, v.first_name, v.email, v.language FROM voter v
        JOIN roll_entry r ON r.voter = v.id JOIN election e ON e.id = r.election
        LEFT JOIN account a ON a.voter = v.id
        WHERE e.consultation = $1 AND a.voter IS NULL ORDER BY v.id";
    VOTERS_WITHOUT_MAILBOX = "SELECT DISTINCT v.id, v.number, v.last_name, v.first_name, v.email, v.language FROM voter v
        JOIN roll_entry r ON r.voter = v.id JOIN election e ON e.id = r.election
        LEFT JOIN account a ON a.voter = v.id
        WHERE e.consultation = $1 AND a.voter IS NULL AND v.email IS NULL ORDER BY v.last_name, v.first_name, v.number";
}

/// Voters who are invited at a time.
const PART: usize = 5_000;
/// Begins the statement that stores many links.
pub(crate) const INSERT_LINKS: &str = "INSERT INTO activation (hash, voter, expires) ";

/// A one-use link: hash of its token, whom it activates, until when, and the mail that carries it.
pub struct NewLink {
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// Whom it activates.
    pub voter: VoterId,
    /// Until when.
    pub expires: Timestamp,
    /// The mail, when there is one.
    pub mail: Option<NewMessage>,
}

/// The code of an activation letter.
pub struct NewCode {
    /// SHA-256 over staff number and code.
    pub hash: [u8; 32],
    /// Whom it activates.
    pub voter: VoterId,
    /// Until when.
    pub expires: Timestamp,
}

/// An activation under way.
pub struct Activation {
    /// Whom the link activates.
    pub voter: Voter,
    /// Hash of the password, once it is chosen.
    pub password: Option<String>,
}

#[derive(sqlx::FromRow)]
struct ActivationRow {
    #[sqlx(flatten)]
    voter: VoterRow,
    password: Option<String>,
}

/// A challenge as an account keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// The question, as it was chosen.
    pub question: Message,
    /// Argon2 hash of the answer's normal form.
    pub answer: String,
}

/// An account that is open.
pub struct Account {
    /// The voter.
    pub voter: Voter,
    /// Argon2 hash in its textual form.
    pub password: String,
    /// Sign-in before this one.
    pub last_sign_in: Option<Timestamp>,
    /// The challenge, unless the account was activated for a rehearsal.
    pub challenge: Option<Challenge>,
}

#[derive(sqlx::FromRow)]
struct AccountRow {
    #[sqlx(flatten)]
    voter: VoterRow,
    password: String,
    last_sign_in: Option<i64>,
    question_fr: Option<String>,
    question_en: Option<String>,
    answer: Option<String>,
}

impl AccountRow {
    fn read(self) -> Result<Account, StoreError> {
        let challenge = match (self.question_fr, self.question_en, self.answer) {
            (Some(fr), Some(en), Some(answer)) => Some(Challenge {
                question: Message::new(fr, en),
                answer,
            }),
            _ => None,
        };
        Ok(Account {
            voter: self.voter.read()?,
            password: self.password,
            last_sign_in: self.last_sign_in.map(instant).transpose()?,
            challenge,
        })
    }
}

/// How an activation ends.
pub struct Activated<'a> {
    /// SHA-256 of the link's token.
    pub hash: &'a [u8; 32],
    /// Hash of the password chosen in the first step, as the last step saw it.
    pub password: &'a str,
    /// Question and hash of the answer.
    pub challenge: &'a Challenge,
    /// Language of the pages in which it was done.
    pub language: Language,
    /// The mail that tells the voter.
    pub mail: Option<NewMessage>,
}

/// A link for a forgotten password.
pub struct NewReset {
    /// Whose.
    pub voter: VoterId,
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// When it was asked for.
    pub asked: Timestamp,
    /// Until when it is good.
    pub expires: Timestamp,
    /// None is stored when one was asked for after this instant.
    pub not_since: Timestamp,
    /// None is stored when so many are good.
    pub most: usize,
    /// The mail that carries it, and one that tells another mailbox of it.
    pub mails: Vec<NewMessage>,
}

/// A new password by such a link.
pub struct Reset<'a> {
    /// SHA-256 of the link's token.
    pub hash: &'a [u8; 32],
    /// Hash of the new password.
    pub password: &'a str,
    /// Failures to forget: whoever holds the mailbox starts afresh.
    pub failures: &'a [[u8; 32]],
    /// The mail that tells the voter.
    pub mail: Option<NewMessage>,
}

/// Voids the links and codes of voters and begins with `$insert` to store others: tuples of hash, voter and end.
macro_rules! replace_tokens {
    ($tx:ident, $insert:expr, $tokens:expr) => {{
        let tokens: Vec<(&[u8; 32], isoloir_domain::VoterId, jiff::Timestamp)> = $tokens;
        let voters: Vec<isoloir_domain::VoterId> = tokens.iter().map(|(_, voter, _)| *voter).collect();
        to_voters!($tx, "DELETE FROM activation WHERE voter", voters);
        to_voters!($tx, "DELETE FROM activation_code WHERE voter", voters);
        put_rows!(
            $tx,
            $insert,
            tokens,
            |row, (hash, voter, expires)| row
                .push_bind(hash.as_slice())
                .push_bind(voter.to_string())
                .push_bind($crate::value::millis(*expires)),
            ""
        );
    }};
}

/// Links instead of those of before, and their mails.
macro_rules! store_links {
    ($tx:ident, $links:expr) => {{
        let tokens = $links
            .iter()
            .map(|link| (&link.hash, link.voter, link.expires))
            .collect();
        replace_tokens!($tx, INSERT_LINKS, tokens);
        let mails: Vec<&NewMessage> = $links.iter().filter_map(|link| link.mail.as_ref()).collect();
        queue_messages!($tx, &mails);
    }};
}

impl Store {
    /// Stores a link, voiding earlier links and codes of the same voter, and queues its mail.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn insert_link(&self, link: &NewLink) -> Result<(), StoreError> {
        on!(tx &self.db, tx => {
            store_links!(tx, [link]);
        });
        Ok(())
    }

    /// Stores the links that `link` makes for the voters of a consultation who have no account, and queues their mails, in one transaction: links of
    /// before are void. Voters are read and written some at a time, since there may be a million of them. `end` makes the entry of the journal from how
    /// many links there are; tells how many.
    ///
    /// # Errors
    /// [`StoreError`], and those of `link`; then nobody is invited.
    pub async fn invite<E: From<StoreError>>(
        &self,
        consultation: &ConsultationId,
        mut link: impl FnMut(&Voter) -> Result<Option<NewLink>, E>,
        end: impl FnOnce(u64) -> Entry,
    ) -> Result<u64, E> {
        let invited: Result<Result<u64, E>, StoreError> = async {
            let mut invited = 0_usize;
            on!(tx &self.db, tx => {
                on!(read &self.db, pool => {
                    let rows = sqlx::query_as::<_, VoterRow>(VOTERS_WITHOUT_ACCOUNT).bind(consultation.as_str()).fetch(pool);
                    let mut parts = rows.try_chunks(PART);
                    while let Some(part) = parts.try_next().await.map_err(|TryChunksError(_, error)| error)? {
                        let mut links = Vec::with_capacity(part.len());
                        for row in part {
                            match link(&row.read()?) {
                                Ok(made) => links.extend(made),
                                Err(error) => return Ok(Err(error)),
                            }
                        }
                        store_links!(tx, links);
                        invited = invited.saturating_add(links.len());
                    }
                });
                append_journal!(tx, &end(u64::try_from(invited).unwrap_or(u64::MAX)));
            });
            Ok(Ok(u64::try_from(invited).unwrap_or(u64::MAX)))
        }
        .await;
        invited?
    }

    /// Stores the codes of letters, voiding what was sent to the same voters before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn insert_codes(&self, codes: &[NewCode], entry: &Entry) -> Result<(), StoreError> {
        on!(tx &self.db, tx => {
            let tokens = codes.iter().map(|code| (&code.hash, code.voter, code.expires)).collect();
            replace_tokens!(tx, "INSERT INTO activation_code (hash, voter, expires) ", tokens);
            append_journal!(tx, entry);
        });
        Ok(())
    }

    /// Whom the code of a letter would activate.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn code(&self, hash: &[u8; 32], now: Timestamp) -> Result<Option<VoterId>, StoreError> {
        let voter: Option<String> = on!(read &self.db, pool => sqlx::query_scalar(CODE)
            .bind(hash.as_slice())
            .bind(millis(now))
            .fetch_optional(pool)
            .await?);
        voter.map(|id| parse(&id, "a voter's identifier")).transpose()
    }

    /// Stores the link by which the holder of a letter goes on. The code stays good until the account is active, so that a browser
    /// closed half-way loses nothing. `failures` are forgotten.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn go_on_by_code(&self, link: &NewLink, failures: &[u8; 32], entry: &Entry) -> Result<(), StoreError> {
        on!(tx &self.db, tx => {
            sqlx::query(CLEAR_FAILURE).bind(failures.as_slice()).execute(&mut *tx).await?;
            sqlx::query(VOID_LINKS).bind(link.voter.to_string()).execute(&mut *tx).await?;
            sqlx::query(INSERT_LINK)
                .bind(link.hash.as_slice())
                .bind(link.voter.to_string())
                .bind(millis(link.expires))
                .execute(&mut *tx)
                .await?;
            append_journal!(tx, entry);
        });
        Ok(())
    }

    /// The activation of an unexpired link.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn activation(&self, hash: &[u8; 32], now: Timestamp) -> Result<Option<Activation>, StoreError> {
        let row: Option<ActivationRow> = on!(read &self.db, pool =>
            sqlx::query_as(LINK).bind(hash.as_slice()).bind(millis(now)).fetch_optional(pool).await?);
        row.map(|row| {
            Ok(Activation {
                voter: row.voter.read()?,
                password: row.password,
            })
        })
        .transpose()
    }

    /// Keeps the password chosen in the first step. False when the link is not, or no longer, good.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn choose_password(&self, hash: &[u8; 32], password: &str, now: Timestamp) -> Result<bool, StoreError> {
        let changed = on!(write &self.db, pool => sqlx::query(CHOOSE_PASSWORD)
            .bind(hash.as_slice())
            .bind(millis(now))
            .bind(password)
            .execute(pool)
            .await?
            .rows_affected());
        Ok(changed == 1)
    }

    /// Uses a link up: sets password and challenge, ends the voter's sessions, voids the letter's code and links of forgotten passwords.
    /// False when the link is not, or no longer, good for this password.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn use_link(&self, end: &Activated<'_>, now: Timestamp, entry: &Entry) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            let voter: Option<String> = sqlx::query_scalar(USE_LINK)
                .bind(end.hash.as_slice())
                .bind(millis(now))
                .bind(end.password)
                .fetch_optional(&mut *tx)
                .await?;
            let Some(voter) = voter else { return Ok(false) };
            sqlx::query(ACTIVATE)
                .bind(&voter)
                .bind(end.password)
                .bind(millis(now))
                .bind(&end.challenge.question.fr)
                .bind(&end.challenge.question.en)
                .bind(&end.challenge.answer)
                .execute(&mut *tx)
                .await?;
            sqlx::query(SET_LANGUAGE).bind(&voter).bind(end.language.code()).execute(&mut *tx).await?;
            if let Some(mail) = &end.mail {
                queue_message!(tx, mail);
            }
            for statement in [VOID_LINKS, VOID_CODE, VOID_RESET, END_SESSIONS] {
                sqlx::query(statement).bind(&voter).execute(&mut *tx).await?;
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// Gives all these voters the same password hash. For rehearsals.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_passwords(&self, voters: &[VoterId], password: &str, now: Timestamp) -> Result<(), StoreError> {
        on!(tx &self.db, tx => {
            put_rows!(
                tx,
                "INSERT INTO account (voter, password, activated) ",
                voters,
                |row, voter| row.push_bind(voter.to_string()).push_bind(password).push_bind(millis(now)),
                " ON CONFLICT (voter) DO NOTHING"
            );
        });
        Ok(())
    }

    /// The open account of an address, or of a staff number when what is typed is no address.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn account_named(&self, identifier: &Identifier) -> Result<Option<Account>, StoreError> {
        let (statement, value) = match identifier {
            Identifier::Email(email) => (ACCOUNT_BY_EMAIL, email),
            Identifier::Number(number) => (ACCOUNT_BY_NUMBER, number),
        };
        let row: Option<AccountRow> =
            on!(read &self.db, pool => sqlx::query_as(statement).bind(value).fetch_optional(pool).await?);
        row.map(AccountRow::read).transpose()
    }

    /// The open account of a voter.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn account(&self, voter: VoterId) -> Result<Option<Account>, StoreError> {
        let row: Option<AccountRow> =
            on!(read &self.db, pool => sqlx::query_as(ACCOUNT).bind(voter.to_string()).fetch_optional(pool).await?);
        row.map(AccountRow::read).transpose()
    }

    /// Changes the password and ends all sessions but `kept`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn change_password(
        &self,
        voter: VoterId,
        password: &str,
        kept: SessionId,
        mail: Option<&NewMessage>,
        entry: &Entry,
    ) -> Result<(), StoreError> {
        on!(tx &self.db, tx => {
            sqlx::query(SET_PASSWORD).bind(voter.to_string()).bind(password).execute(&mut *tx).await?;
            sqlx::query(END_OTHER_SESSIONS).bind(voter.to_string()).bind(kept.to_string()).execute(&mut *tx).await?;
            sqlx::query(VOID_RESET).bind(voter.to_string()).execute(&mut *tx).await?;
            if let Some(mail) = mail {
                queue_message!(tx, mail);
            }
            append_journal!(tx, entry);
        });
        Ok(())
    }

    /// Changes question and answer.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn change_challenge(
        &self,
        voter: VoterId,
        challenge: &Challenge,
        mail: Option<&NewMessage>,
        entry: &Entry,
    ) -> Result<(), StoreError> {
        on!(tx &self.db, tx => {
            sqlx::query(SET_CHALLENGE)
                .bind(voter.to_string())
                .bind(&challenge.question.fr)
                .bind(&challenge.question.en)
                .bind(&challenge.answer)
                .execute(&mut *tx)
                .await?;
            if let Some(mail) = mail {
                queue_message!(tx, mail);
            }
            append_journal!(tx, entry);
        });
        Ok(())
    }

    /// Notes the language in which the voter wants mails and texts.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_language(&self, voter: VoterId, language: Language) -> Result<(), StoreError> {
        on!(write &self.db, pool => {
            sqlx::query(SET_LANGUAGE).bind(voter.to_string()).bind(language.code()).execute(pool).await?;
        });
        Ok(())
    }

    /// Suspends an account and ends its sessions, or opens it again. False when it was so already, or does not exist.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_suspended(
        &self,
        voter: VoterId,
        suspended: bool,
        now: Timestamp,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            let changed = if suspended {
                sqlx::query(SUSPEND).bind(voter.to_string()).bind(millis(now)).execute(&mut *tx).await?.rows_affected()
            } else {
                sqlx::query(RESTORE).bind(voter.to_string()).execute(&mut *tx).await?.rows_affected()
            };
            if changed == 0 {
                return Ok(false);
            }
            sqlx::query(END_SESSIONS).bind(voter.to_string()).execute(&mut *tx).await?;
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// Stores the link of a forgotten password and queues its mail, unless one was asked for a moment ago or as many as
    /// [`NewReset::most`] are good: then false. Links sent before stay good.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn insert_reset(&self, reset: &NewReset, entry: &Entry) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            let voter = reset.voter.to_string();
            let now = millis(reset.asked);
            sqlx::query(LOCK_ACCOUNT).bind(&voter).execute(&mut *tx).await?;
            sqlx::query(DROP_OLD_RESETS).bind(&voter).bind(now).execute(&mut *tx).await?;
            let good: Vec<i64> = sqlx::query_scalar(RESETS).bind(&voter).fetch_all(&mut *tx).await?;
            // What was asked in the future was asked before the clock was put back: it says nothing of a moment ago.
            let just_asked = |asked: &i64| *asked > millis(reset.not_since) && *asked <= now;
            if good.len() >= reset.most || good.iter().any(just_asked) {
                return Ok(false);
            }
            sqlx::query(INSERT_RESET)
                .bind(reset.hash.as_slice())
                .bind(&voter)
                .bind(now)
                .bind(millis(reset.expires))
                .execute(&mut *tx)
                .await?;
            for mail in &reset.mails {
                queue_message!(tx, mail);
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// Whose password an unexpired link would replace.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn reset(&self, hash: &[u8; 32], now: Timestamp) -> Result<Option<VoterId>, StoreError> {
        let voter: Option<String> = on!(read &self.db, pool => sqlx::query_scalar(RESET)
            .bind(hash.as_slice())
            .bind(millis(now))
            .fetch_optional(pool)
            .await?);
        voter.map(|id| parse(&id, "a voter's identifier")).transpose()
    }

    /// Uses such a link up, and all others of the voter: sets the password, ends all sessions. False when the link is not, or no longer, good.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn use_reset(&self, reset: &Reset<'_>, now: Timestamp, entry: &Entry) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            let voter: Option<String> = sqlx::query_scalar(USE_RESET)
                .bind(reset.hash.as_slice())
                .bind(millis(now))
                .fetch_optional(&mut *tx)
                .await?;
            let Some(voter) = voter else { return Ok(false) };
            sqlx::query(VOID_RESET).bind(&voter).execute(&mut *tx).await?;
            sqlx::query(SET_PASSWORD).bind(&voter).bind(reset.password).execute(&mut *tx).await?;
            sqlx::query(END_SESSIONS).bind(&voter).execute(&mut *tx).await?;
            for address in reset.failures {
                sqlx::query(CLEAR_FAILURE).bind(address.as_slice()).execute(&mut *tx).await?;
            }
            if let Some(mail) = &reset.mail {
                queue_message!(tx, mail);
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// Voters of a consultation who have no account yet.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn voters_without_account(&self, consultation: &ConsultationId) -> Result<Vec<VoterId>, StoreError> {
        let rows: Vec<VoterRow> = on!(read &self.db, pool =>
            sqlx::query_as(VOTERS_WITHOUT_ACCOUNT).bind(consultation.as_str()).fetch_all(pool).await?);
        rows.iter().map(|row| parse(&row.id, "a voter's identifier")).collect()
    }

    /// Voters of a consultation who have neither account nor address, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn voters_without_mailbox(&self, consultation: &ConsultationId) -> Result<Vec<Voter>, StoreError> {
        let rows: Vec<VoterRow> = on!(read &self.db, pool =>
            sqlx::query_as(VOTERS_WITHOUT_MAILBOX).bind(consultation.as_str()).fetch_all(pool).await?);
        rows.into_iter().map(VoterRow::read).collect()
    }
}
