//! Which role of PostgreSQL may do what to which table (docs/adr/0030). A test compares this with the tables, with the statements of the code, and with what
//! the database says of itself.

use isoloir_rights::{ADVANCE, APPEND, FREE, KEEP, Plan, READ, REPLACE, Right, Table};

/// The roles of the registrar's database. Nobody reads it besides: it has one compartment.
pub static ROLES: Plan = Plan {
    owner: "isoloir_registrar_owner",
    serving: "isoloir_registrar",
    readers: &[],
    schemas: &["public"],
    tables: &[TABLES],
    command: "isoloir registrar prepare-database",
};

const fn table(name: &'static str, serving: &'static [Right]) -> Table {
    Table {
        schema: "public",
        name,
        serving,
        reader: None,
    }
}

const TABLES: &[Table] = &[
    table("_sqlx_migrations", READ),
    table("attempt", FREE),
    table("blocked_path", APPEND),
    table("code", KEEP),
    table("consultation", KEEP),
    table("contest", KEEP),
    table("counter", ADVANCE),
    table("credential", KEEP),
    table("drawn_roll", KEEP),
    table("identifier", KEEP),
    table("journal", APPEND),
    table("journal_head", ADVANCE),
    table("kept_key", KEEP),
    table("link", KEEP),
    table("notice", KEEP),
    table("notice_batch", KEEP),
    table("notice_event", APPEND),
    table("notice_place", KEEP),
    table("outbox", KEEP),
    table("place_session", REPLACE),
    table("standing", KEEP),
    table("taken_order", REPLACE),
    table("voided_code", APPEND),
    table("voter", KEEP),
    table("wrapped_credential", FREE),
];
