//! Faults of the store, by the database itself and not by a hook of the product: triggers that the simulation adds to its own copy of the
//! database, asleep until one of them is armed from another connection.

use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};
use tokio::runtime::Runtime;

/// Where a write may fail: the table, and what is done to it. In the order in which a cast, then a closing, then a count writes.
const PLACES: [(&str, &str); 8] = [
    ("ballot", "INSERT"),
    ("poll_book", "INSERT"),
    ("box_head", "UPDATE OF event"),
    ("outbox", "INSERT"),
    ("journal", "INSERT"),
    ("tally_record", "INSERT"),
    ("closing_seal", "INSERT"),
    ("verification", "INSERT"),
];

/// How it fails.
const WAYS: [(&str, &str); 3] = [
    // The statement alone is refused, as an input error of the disk does.
    ("abort", "SELECT RAISE(ABORT, 'simulated')"),
    // The database ends the transaction by itself, as it does on a full disk.
    ("rollback", "SELECT RAISE(ROLLBACK, 'simulated')"),
    // Every statement succeeds, and the commit itself fails.
    ("commit", "INSERT INTO simulated_child (parent) VALUES (1)"),
];

/// How many different faults there are.
pub const FAULTS: usize = PLACES.len() * WAYS.len();

/// The name of a fault.
pub fn name(fault: usize) -> String {
    let ((table, _), (way, _)) = (PLACES[fault / WAYS.len()], WAYS[fault % WAYS.len()]);
    format!("{table} {way}")
}

/// Whether only a closing or a count meets it.
pub const fn is_of_a_closing(fault: usize) -> bool {
    fault / WAYS.len() >= 5
}

/// The statements that add all faults to a database.
pub fn triggers() -> String {
    let mut text = "CREATE TABLE simulated_fault (armed TEXT NOT NULL);
        INSERT INTO simulated_fault VALUES ('');
        CREATE TABLE simulated_parent (id BIGINT NOT NULL PRIMARY KEY);
        CREATE TABLE simulated_child (parent BIGINT NOT NULL REFERENCES simulated_parent (id) DEFERRABLE INITIALLY DEFERRED);\n"
        .to_owned();
    for (table, what) in PLACES {
        for (way, statement) in WAYS {
            text += &format!(
                "CREATE TRIGGER simulated_{table}_{way} BEFORE {what} ON {table}
                 WHEN (SELECT armed FROM simulated_fault) = '{table} {way}' BEGIN {statement}; END;\n"
            );
        }
    }
    text
}

/// The hand that arms them, by a connection of its own.
pub struct Saboteur {
    runtime: Runtime,
    connection: Option<SqliteConnection>,
    url: String,
}

impl Saboteur {
    /// Of the database at `url`; connects when it is first needed.
    pub fn new(url: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        Self {
            runtime,
            connection: None,
            url: url.to_owned(),
        }
    }

    /// Arms a fault, or none.
    pub fn arm(&mut self, fault: Option<usize>) {
        self.run(&format!(
            "UPDATE simulated_fault SET armed = '{}'",
            fault.map(name).unwrap_or_default()
        ));
    }

    /// Runs statements on the database behind everybody's back.
    pub fn run(&mut self, sql: &str) {
        let Self {
            runtime,
            connection,
            url,
        } = self;
        runtime.block_on(async {
            if connection.is_none() {
                *connection = Some(SqliteConnection::connect(url).await.unwrap());
            }
            let connection = connection.as_mut().unwrap();
            sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
                .execute(connection)
                .await
                .unwrap();
        });
    }
}
