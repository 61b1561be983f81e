//! Tables and triggers. What both engines share stands in one file per compartment; the rest in one file per engine.

use sqlx::AssertSqlSafe;
use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

const SERVER: &str = include_str!("schema/server.sql");
const BOX: &str = include_str!("schema/box.sql");

/// What came after, by topic: tables of the voters' file that read the same on both engines. Numbers are never used again.
const TOPICS: &[(i64, &str, &str)] = &[
    (3, "accounts", include_str!("schema/accounts.sql")),
    (4, "outbox", include_str!("schema/outbox.sql")),
    (5, "content", include_str!("schema/content.sql")),
    (6, "complaints", include_str!("schema/complaints.sql")),
    (7, "staff", include_str!("schema/staff.sql")),
    (8, "support", include_str!("schema/support.sql")),
    (9, "captcha", include_str!("schema/captcha.sql")),
    (10, "console", include_str!("schema/console.sql")),
    (11, "delivery", include_str!("schema/delivery.sql")),
    (14, "identity", include_str!("schema/identity.sql")),
    (20, "seats", include_str!("schema/seats.sql")),
    (
        22,
        "links of forgotten passwords",
        include_str!("schema/reset_links.sql"),
    ),
    (23, "gates of a roll", include_str!("schema/gates.sql")),
    (30, "board", include_str!("schema/board.sql")),
    (41, "course", include_str!("schema/course.sql")),
    (42, "closing", include_str!("schema/closing.sql")),
    (44, "rehearsal", include_str!("schema/rehearsal.sql")),
    (
        70,
        "signed days of the journal",
        include_str!("schema/journal_days.sql"),
    ),
    (50, "consultation file", include_str!("schema/consultation_file.sql")),
    (60, "staged rolls", include_str!("schema/staged_rolls.sql")),
    (62, "judgments", include_str!("schema/judgments.sql")),
    (80, "candidacies", include_str!("schema/candidacies.sql")),
    (88, "tokens of the API", include_str!("schema/api_tokens.sql")),
    (85, "mailings", include_str!("schema/mailings.sql")),
    (86, "warnings before deadlines", include_str!("schema/warnings.sql")),
    (95, "certificates of capacity", include_str!("schema/capacity.sql")),
    (89, "acts that take two people", include_str!("schema/two_people.sql")),
    (91, "versions of texts", include_str!("schema/texts.sql")),
];

/// Append-only triggers of those tables: SQLite, then PostgreSQL.
const KEPT: &[(i64, &str, &str, &str)] = &[
    (
        96,
        "certificates of capacity are kept",
        include_str!("schema/capacity_sqlite.sql"),
        include_str!("schema/capacity_postgres.sql"),
    ),
    (
        87,
        "warnings before deadlines are kept",
        include_str!("schema/warnings_sqlite.sql"),
        include_str!("schema/warnings_postgres.sql"),
    ),
    (
        21,
        "draws are kept",
        include_str!("schema/seats_sqlite.sql"),
        include_str!("schema/seats_postgres.sql"),
    ),
    (
        31,
        "what boards did is kept",
        include_str!("schema/board_sqlite.sql"),
        include_str!("schema/board_postgres.sql"),
    ),
    (
        43,
        "what closings left is kept",
        include_str!("schema/closing_sqlite.sql"),
        include_str!("schema/closing_postgres.sql"),
    ),
    (
        71,
        "signed days of the journal are kept",
        include_str!("schema/journal_days_sqlite.sql"),
        include_str!("schema/journal_days_postgres.sql"),
    ),
    (
        45,
        "rolls and lists of a box are kept",
        include_str!("schema/sealed_sqlite.sql"),
        include_str!("schema/sealed_postgres.sql"),
    ),
    (
        61,
        "waivers and changes of a roll are kept",
        include_str!("schema/staged_rolls_sqlite.sql"),
        include_str!("schema/staged_rolls_postgres.sql"),
    ),
    (
        63,
        "judgments are kept",
        include_str!("schema/judgments_sqlite.sql"),
        include_str!("schema/judgments_postgres.sql"),
    ),
    (
        81,
        "what was filed and drawn is kept",
        include_str!("schema/candidacies_sqlite.sql"),
        include_str!("schema/candidacies_postgres.sql"),
    ),
    (
        92,
        "versions of texts are kept",
        include_str!("schema/texts_sqlite.sql"),
        include_str!("schema/texts_postgres.sql"),
    ),
];

/// Of the ballot box, on both engines.
const SIDECAR: i64 = 40;
/// Of the ballot box, on PostgreSQL.
const UNCOMPRESSED: i64 = 97;

pub(crate) fn sqlite() -> Migrator {
    let mut all = vec![
        migration(
            1,
            "voters file",
            [SERVER, include_str!("schema/server_sqlite.sql")].concat(),
        ),
        migration(2, "ballot box", [BOX, include_str!("schema/box_sqlite.sql")].concat()),
    ];
    all.extend(
        TOPICS
            .iter()
            .map(|&(version, name, sql)| migration(version, name, sql.to_owned())),
    );
    all.extend(
        KEPT.iter()
            .map(|&(version, name, sqlite, _)| migration(version, name, sqlite.to_owned())),
    );
    all.push(migration(
        SIDECAR,
        "sidecars",
        include_str!("schema/sidecar.sql").to_owned(),
    ));
    Migrator::with_migrations(all)
}

/// Of the synchronous copy, a file of its own with numbers of its own. When a later migration changes a table that is copied, one here changes the copy's.
pub(crate) fn copy() -> Migrator {
    Migrator::with_migrations(vec![
        migration(1, "ballot box", [BOX, include_str!("schema/box_sqlite.sql")].concat()),
        migration(2, "beside the box", include_str!("schema/copy.sql").to_owned()),
    ])
}

pub(crate) fn postgres() -> Migrator {
    let mut all = vec![
        migration(
            1,
            "voters file",
            [
                "SET LOCAL search_path TO server;\n",
                SERVER,
                include_str!("schema/server_postgres.sql"),
                "SET LOCAL search_path TO server, box;\n",
            ]
            .concat(),
        ),
        migration(
            2,
            "ballot box",
            [
                "SET LOCAL search_path TO box;\n",
                BOX,
                include_str!("schema/box_postgres.sql"),
                "SET LOCAL search_path TO server, box;\n",
            ]
            .concat(),
        ),
    ];
    all.extend(TOPICS.iter().map(|&(version, name, sql)| {
        let sql = format!("SET LOCAL search_path TO server;\n{sql}\nSET LOCAL search_path TO server, box;\n");
        migration(version, name, sql)
    }));
    all.extend(KEPT.iter().map(|&(version, name, _, postgres)| {
        let sql = format!("SET LOCAL search_path TO server;\n{postgres}\nSET LOCAL search_path TO server, box;\n");
        migration(version, name, sql)
    }));
    let sidecar = include_str!("schema/sidecar.sql");
    let sidecar = format!("SET LOCAL search_path TO box;\n{sidecar}\nSET LOCAL search_path TO server, box;\n");
    all.push(migration(SIDECAR, "sidecars", sidecar));
    // A ballot is random numbers: trying to compress it took a third of its insertion.
    all.push(migration(
        UNCOMPRESSED,
        "adds nothing: ballots are stored as they are",
        "ALTER TABLE box.ballot ALTER COLUMN bytes SET STORAGE EXTERNAL".to_owned(),
    ));
    Migrator::with_migrations(all)
}

/// The texts are ours, fixed at build time.
fn migration(version: i64, description: &'static str, sql: String) -> Migration {
    let sql = AssertSqlSafe(sql).into_sql_str();
    Migration::new(version, description.into(), MigrationType::Simple, sql, false)
}

#[cfg(test)]
mod tests {
    use sqlx::Row as _;

    /// The number of the migration that keeps versions of texts.
    const VERSIONS: i64 = 91;

    #[tokio::test]
    async fn texts_from_before_versions_were_kept_are_their_first_version() {
        let pool = sqlx::sqlite::SqlitePoolOptions::new()
            .max_connections(1)
            .connect("sqlite::memory:")
            .await
            .unwrap();
        let before = super::sqlite()
            .iter()
            .filter(|one| one.version < VERSIONS)
            .cloned()
            .collect();
        super::Migrator::with_migrations(before).run(&pool).await.unwrap();
        for sql in [
            "INSERT INTO consultation (id, title, organiser, profile, crypto_group, opens, closes, grace, live_box, policy)
                VALUES ('c', 't', 'o', 'test', 'Ed25519', 0, 1, 0, FALSE, '{}')",
            "INSERT INTO content_text (consultation, name, language, body) VALUES ('c', 'edito', 'fr', 'Bonjour')",
            "INSERT INTO content_faq (consultation, entries) VALUES ('c', '{}')",
        ] {
            sqlx::query(sql).execute(&pool).await.unwrap();
        }
        super::sqlite().run(&pool).await.unwrap();
        let rows = sqlx::query("SELECT name, language, number, body, since, source FROM text_version ORDER BY name")
            .fetch_all(&pool)
            .await
            .unwrap();
        let read = |row: &sqlx::sqlite::SqliteRow| {
            let [name, language, body, source] =
                ["name", "language", "body", "source"].map(|column| row.get::<String, _>(column));
            assert_eq!(
                (row.get::<i64, _>("number"), row.get::<Option<i64>, _>("since")),
                (1, None)
            );
            [name, language, body, source]
        };
        let texts: Vec<_> = rows.iter().map(read).collect();
        assert_eq!(
            texts,
            [["edito", "fr", "Bonjour", "earlier"], ["faq", "", "{}", "earlier"]]
        );
    }
}
