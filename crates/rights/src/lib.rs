//! Roles of PostgreSQL: one that owns the tables and alone changes them, one that serves, some that read one compartment (docs/adr/0030).
//!
//! Each server says in one [`Plan`], beside its schema, which role may do what to which table. [`Plan::prepare`] brings a database to that state as
//! its owner; [`Plan::open`] is what a server does when it starts: it changes nothing in a database that has an owner.
//!
//! A change whose description begins with [`ADDS`] may be made while nodes of the version before serve, which are then replaced one by one (docs/adr/0032).
//!
//! The roles are groups without login. Logins and their passwords are the operator's: what a login may do follows from the group it is in.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

use std::fmt::Write as _;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

/// What a role may do with the rows of a table. TRUNCATE, REFERENCES and TRIGGER are for nobody but the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Read.
    Select,
    /// Add.
    Insert,
    /// Change.
    Update,
    /// Remove.
    Delete,
}

impl Right {
    /// Its name in SQL.
    #[must_use]
    pub const fn sql(self) -> &'static str {
        match self {
            Self::Select => "SELECT",
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }
}

/// Only read.
pub const READ: &[Right] = &[Right::Select];
/// Rows are added, and stay as they are.
pub const APPEND: &[Right] = &[Right::Select, Right::Insert];
/// One row, made by its migration, that moves on.
pub const ADVANCE: &[Right] = &[Right::Select, Right::Update];
/// Rows change, and none is removed.
pub const KEEP: &[Right] = &[Right::Select, Right::Insert, Right::Update];
/// Rows come and go, and none changes.
pub const REPLACE: &[Right] = &[Right::Select, Right::Insert, Right::Delete];
/// Rows come, change and go.
pub const FREE: &[Right] = &[Right::Select, Right::Insert, Right::Update, Right::Delete];

/// A table, and who but its owner may do what with it.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its schema.
    pub schema: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Rights of the role that serves: those that a statement of the code needs.
    pub serving: &'static [Right],
    /// The role that reads it besides, if there is one.
    pub reader: Option<&'static str>,
}

/// How the description of a change begins that adds, and changes nothing that was there: tables, columns that may be empty, indexes. Programs that do not know it go on
/// as before. The database keeps the description, so that an older program can read it.
pub const ADDS: &str = "adds ";

/// The roles of one database, and their rights. Every text is a constant of ours, fit for SQL as it is.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Owns schemas, tables and functions.
    pub owner: &'static str,
    /// That of the nodes that serve.
    pub serving: &'static str,
    /// Of people who read one schema, with that schema.
    pub readers: &'static [(&'static str, &'static str)],
    /// Where everything is.
    pub schemas: &'static [&'static str],
    /// Every table.
    pub tables: &'static [&'static [Table]],
    /// What the operator runs to bring a database to this state.
    pub command: &'static str,
}

/// What was done.
#[derive(Debug)]
pub struct Prepared {
    /// Name of the database.
    pub database: String,
    /// Migrations that were missing.
    pub changes: usize,
    /// Roles in the group that serves.
    pub logins: Vec<String>,
}

/// Why a database cannot be used, or not be prepared.
#[derive(Debug, thiserror::Error)]
pub enum RightsError {
    /// It has an owner, or does not let this login change it, and its tables are those of an older version.
    #[error(
        "{missing} changes of the tables are missing, and {login} may not make them: run `{command}` as the owner (docs/guides/operations.md)"
    )]
    Behind {
        /// How many migrations.
        missing: usize,
        /// Who is connected.
        login: String,
        /// What to run.
        command: &'static str,
    },
    /// It has an owner, and this login is in none of the groups.
    #[error(
        "{login} has no rights here: GRANT {role} TO {login}, as an administrator of PostgreSQL (docs/guides/operations.md)"
    )]
    Stranger {
        /// Who is connected.
        login: String,
        /// The group to be in.
        role: &'static str,
    },
    /// The tables are those of a newer version, which changed what this one uses.
    #[error(
        "the tables are those of a newer version (change {version}: {description}), and this program is too old for them"
    )]
    Newer {
        /// The first change that this program does not know.
        version: i64,
        /// What it does.
        description: String,
    },
    /// Nodes serve, and what is to be changed they use.
    #[error(
        "{connections} connections of {role} are open, and the change {description:?} is not one beside which they can serve: stop the nodes first"
    )]
    Serving {
        /// How many.
        connections: i64,
        /// The group of those who serve.
        role: &'static str,
        /// The change.
        description: String,
    },
    /// A group is missing, and this login may not make it.
    #[error(
        "the role {role} is missing, and this login may not make it: deploy/cluster has a script for an administrator of PostgreSQL"
    )]
    NoRole {
        /// Which.
        role: &'static str,
    },
    /// The database refused or could not be reached.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The tables are those of another version, or a change of them failed.
    #[error("migration: {0}")]
    Migration(#[from] MigrateError),
}

/// What a database is to whoever is connected.
#[derive(sqlx::FromRow)]
struct Standing {
    login: String,
    /// The plan's role owns its schemas.
    owned: bool,
    /// This login reaches every schema that has something for those who serve.
    usable: bool,
    /// This login could undo what the rights are for.
    powerful: bool,
}

/// What waits for a table lets everybody else wait behind it: for so long, and then again a little later. Casts take milliseconds; whoever reads a whole box takes longer.
const LOCK_TIMEOUT: &str = "SET lock_timeout = '2s'";
const LOCK_TRIES: u32 = 30;
const BETWEEN_TRIES: Duration = Duration::from_secs(1);

/// Codes of PostgreSQL.
const INSUFFICIENT_PRIVILEGE: &str = "42501";
const LOCK_NOT_AVAILABLE: &str = "55P03";
const DEADLOCK_DETECTED: &str = "40P01";

/// Two preparations of one database, one after the other.
const ONE_AT_A_TIME: &str = "SELECT pg_advisory_xact_lock(712005)";

impl Plan {
    /// Looks whether the tables are those of this version. In a database without an owner of ours, what is missing is made, as ever; in one that has an owner
    /// nothing is tried.
    ///
    /// # Errors
    /// [`RightsError`]: its first two say what an operator has to do.
    pub async fn open(&self, pool: &PgPool, migrator: &Migrator) -> Result<(), RightsError> {
        let mut connection = pool.acquire().await?;
        let standing = self.standing(&mut connection).await?;
        if standing.owned && !standing.usable {
            return Err(RightsError::Stranger {
                login: standing.login,
                role: self.serving,
            });
        }
        let missing = missing(&mut connection, migrator).await?.len();
        drop(connection);
        let behind = |login| RightsError::Behind {
            missing,
            login,
            command: self.command,
        };
        if missing > 0 {
            if standing.owned {
                return Err(behind(standing.login));
            }
            match migrator.run(pool).await {
                Err(error) if is_refused(&error) => return Err(behind(standing.login)),
                made => made?,
            }
        } else if standing.owned && standing.powerful {
            tracing::warn!(
                login = standing.login,
                "this login of the database may change tables and remove their guards: serve with one that is in {} alone",
                self.serving
            );
        }
        Ok(())
    }

    /// Makes the groups that are missing, gives schemas, tables and functions to their owner, brings the tables up to date, and sets every right to what the plan
    /// says. The same again changes nothing.
    ///
    /// # Errors
    /// [`RightsError`].
    pub async fn prepare(&self, connection: &mut PgConnection, migrator: &Migrator) -> Result<Prepared, RightsError> {
        for role in self.roles() {
            make_role(connection, role).await?;
        }
        run(
            connection,
            &format!("{ONE_AT_A_TIME}; {}; {}", join(self.owner), self.take_over()),
        )
        .await?;
        run(connection, &format!("SET ROLE {}; {LOCK_TIMEOUT}", self.owner)).await?;
        let missing = missing(connection, migrator).await?;
        if let Some(description) = missing.iter().find(|one| !one.starts_with(ADDS)) {
            self.refuse_while_serving(connection, description).await?;
        }
        let changes = missing.len();
        if changes > 0 {
            make_changes(connection, migrator).await?;
        }
        run(connection, &format!("{ONE_AT_A_TIME}; {}", self.grants())).await?;
        run(connection, "RESET ROLE; RESET lock_timeout").await?;
        let logins = "SELECT member::regrole::text FROM pg_auth_members WHERE roleid = to_regrole($1) ORDER BY 1";
        Ok(Prepared {
            database: sqlx::query_scalar("SELECT current_database()::text")
                .fetch_one(&mut *connection)
                .await?,
            changes,
            logins: sqlx::query_scalar(logins)
                .bind(self.serving)
                .fetch_all(&mut *connection)
                .await?,
        })
    }

    /// Nodes that are connected would find other tables than they know.
    async fn refuse_while_serving(&self, connection: &mut PgConnection, change: &str) -> Result<(), RightsError> {
        let connections: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM pg_stat_activity JOIN pg_auth_members ON member = usesysid
             WHERE datname = current_database() AND roleid = to_regrole($1) AND pid <> pg_backend_pid()",
        )
        .bind(self.serving)
        .fetch_one(connection)
        .await?;
        if connections > 0 {
            return Err(RightsError::Serving {
                connections,
                role: self.serving,
                description: change.to_owned(),
            });
        }
        Ok(())
    }

    /// Every table.
    pub fn tables(&self) -> impl Iterator<Item = &'static Table> {
        self.tables.iter().copied().flatten()
    }

    /// Every role, the owner first.
    fn roles(&self) -> impl Iterator<Item = &'static str> {
        [self.owner, self.serving]
            .into_iter()
            .chain(self.readers.iter().map(|(role, _)| *role))
    }

    async fn standing(&self, connection: &mut PgConnection) -> Result<Standing, sqlx::Error> {
        let schemas: Vec<&str> = self.schemas.to_vec();
        sqlx::query_as(
            "SELECT current_user::text AS login,
               COALESCE(bool_or(nspowner = to_regrole($1)), FALSE) AS owned,
               COALESCE(bool_and(has_schema_privilege(pg_namespace.oid, 'USAGE')), FALSE) AS usable,
               COALESCE(pg_has_role(current_user, to_regrole($1), 'MEMBER'), FALSE)
                 OR (SELECT pg_has_role(current_user, datdba, 'MEMBER') FROM pg_database WHERE datname = current_database()) AS powerful
             FROM pg_namespace WHERE nspname = ANY($2)",
        )
        .bind(self.owner)
        .bind(schemas)
        .fetch_one(connection)
        .await
    }

    /// Schemas, tables and functions become their owner's: those of an earlier role that owned all, too. What belongs to an extension stays.
    fn take_over(&self) -> String {
        let (owner, schemas) = (self.owner, quoted(self.schemas));
        format!(
            "DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT name, nspowner FROM unnest(ARRAY[{schemas}]) AS name LEFT JOIN pg_namespace ON nspname = name LOOP
    IF one.nspowner IS NULL THEN EXECUTE format('CREATE SCHEMA %I AUTHORIZATION {owner}', one.name);
    ELSIF one.nspowner <> '{owner}'::regrole THEN EXECUTE format('ALTER SCHEMA %I OWNER TO {owner}', one.name);
    END IF;
  END LOOP;
  FOR one IN SELECT format(CASE WHEN relkind IS NULL THEN 'ROUTINE %s' ELSE 'TABLE %s' END, name) AS what FROM (
      SELECT oid, relnamespace AS schema, relowner AS owner, relkind, oid::regclass::text AS name FROM pg_class WHERE relkind IN ('r', 'p')
      UNION ALL SELECT oid, pronamespace, proowner, NULL, oid::regprocedure::text FROM pg_proc
    ) AS thing JOIN pg_namespace ON pg_namespace.oid = schema
    WHERE nspname IN ({schemas}) AND owner <> '{owner}'::regrole
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = thing.oid AND deptype = 'e') LOOP
    EXECUTE format('ALTER %s OWNER TO {owner}', one.what);
  END LOOP;
END $$"
        )
    }

    /// What everybody but the owner may do: first nothing, then what the plan says, in one transaction.
    fn grants(&self) -> String {
        let others: Vec<_> = self.roles().skip(1).collect();
        let others = others.join(", ");
        let mut sql = String::new();
        let mut say = |statement: std::fmt::Arguments<'_>| {
            // A string takes everything.
            let _ = write!(sql, "{statement};");
        };
        for schema in self.schemas {
            say(format_args!("REVOKE ALL ON SCHEMA {schema} FROM PUBLIC, {others}"));
            say(format_args!("GRANT USAGE ON SCHEMA {schema} TO {}", self.serving));
        }
        for (role, schema) in self.readers {
            say(format_args!("GRANT USAGE ON SCHEMA {schema} TO {role}"));
        }
        for Table {
            schema,
            name,
            serving,
            reader,
        } in self.tables()
        {
            let rights: Vec<_> = serving.iter().map(|right| right.sql()).collect();
            let rights = rights.join(", ");
            say(format_args!(
                "REVOKE ALL ON TABLE {schema}.{name} FROM PUBLIC, {others}"
            ));
            say(format_args!(
                "GRANT {rights} ON TABLE {schema}.{name} TO {}",
                self.serving
            ));
            if let Some(reader) = reader {
                say(format_args!("GRANT SELECT ON TABLE {schema}.{name} TO {reader}"));
            }
        }
        sql
    }
}

/// Descriptions of the changes of this version that are not recorded.
async fn missing(connection: &mut PgConnection, migrator: &Migrator) -> Result<Vec<String>, RightsError> {
    let mut missing: Vec<_> = migrator.iter().collect();
    let begun: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
        .fetch_one(&mut *connection)
        .await?;
    let mut recorded: Vec<(i64, String, Vec<u8>, bool)> = Vec::new();
    if begun {
        let all = "SELECT version, description, checksum, success FROM _sqlx_migrations ORDER BY version";
        recorded = sqlx::query_as(all).fetch_all(connection).await?;
    }
    for (version, description, checksum, success) in recorded {
        if !success {
            return Err(MigrateError::Dirty(version).into());
        }
        match missing.iter().position(|one| one.version == version) {
            Some(place) if *missing.swap_remove(place).checksum == *checksum => {}
            Some(_) => return Err(MigrateError::VersionMismatch(version).into()),
            None if description.starts_with(ADDS) => {}
            None => return Err(RightsError::Newer { version, description }),
        }
    }
    Ok(missing.into_iter().map(|one| one.description.to_string()).collect())
}

/// Makes what is missing. Whoever holds a table for long is waited for, but not all the time.
async fn make_changes(connection: &mut PgConnection, migrator: &Migrator) -> Result<(), RightsError> {
    for _ in 1..LOCK_TRIES {
        match migrator.run(&mut *connection).await {
            Err(error) if has_code(&error, LOCK_NOT_AVAILABLE) || has_code(&error, DEADLOCK_DETECTED) => {
                tokio::time::sleep(BETWEEN_TRIES).await;
            }
            made => return Ok(made?),
        }
    }
    Ok(migrator.run(connection).await?)
}

/// Makes a group without login, unless there is one of this name.
async fn make_role(connection: &mut PgConnection, role: &'static str) -> Result<(), RightsError> {
    // Roles are the cluster's: another database may be prepared at this moment.
    let made = run(
        connection,
        &format!(
            "DO $$ BEGIN IF to_regrole('{role}') IS NULL THEN CREATE ROLE {role}; END IF;
             EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        ),
    )
    .await;
    match made {
        Err(error) if is_about_rights(&error) => Err(RightsError::NoRole { role }),
        made => Ok(made?),
    }
}

/// Only a member gives things to a role, and becomes it.
fn join(owner: &str) -> String {
    format!(
        "DO $$ BEGIN IF NOT pg_has_role(current_user, '{owner}', 'USAGE') THEN GRANT {owner} TO CURRENT_USER; END IF; END $$"
    )
}

/// Statements of ours, several in one transaction.
async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop)
}

fn quoted(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("'{name}'")).collect();
    quoted.join(", ")
}

fn is_refused(error: &MigrateError) -> bool {
    has_code(error, INSUFFICIENT_PRIVILEGE)
}

fn has_code(error: &MigrateError, code: &str) -> bool {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => is(error, code),
        _ => false,
    }
}

fn is_about_rights(error: &sqlx::Error) -> bool {
    is(error, INSUFFICIENT_PRIVILEGE)
}

fn is(error: &sqlx::Error, code: &str) -> bool {
    let found = error.as_database_error().and_then(|error| error.code());
    found.as_deref() == Some(code)
}
