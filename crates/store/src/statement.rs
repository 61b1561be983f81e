//! Every statement of the store has a name and is registered, so that one test can prepare them all on both engines: a wrong column
//! or a function that only one engine knows is caught before it runs.

/// Declares the statements of a file and registers them under its name.
macro_rules! statements {
    ($($name:ident = $sql:literal;)*) => {
        $(pub(crate) const $name: &str = $sql;)*
        /// The statements of this file, by name.
        #[cfg(test)]
        pub(crate) const STATEMENTS: &[(&str, &str)] = &[$((concat!(file!(), " ", stringify!($name)), $sql)),*];
    };
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use sqlx::{Executor as _, SqlSafeStr as _};

    use crate::{ROLES, Store};

    fn all() -> Vec<(&'static str, &'static str)> {
        let files = [
            crate::account::STATEMENTS,
            crate::api_token::STATEMENTS,
            crate::apply::STATEMENTS,
            crate::ballot_box::STATEMENTS,
            crate::board::STATEMENTS,
            crate::candidacy::STATEMENTS,
            crate::complaint::STATEMENTS,
            crate::captcha::STATEMENTS,
            crate::closing::STATEMENTS,
            crate::console::STATEMENTS,
            crate::consultation::STATEMENTS,
            crate::content::STATEMENTS,
            crate::critical_act::STATEMENTS,
            crate::gate::STATEMENTS,
            crate::identity::STATEMENTS,
            crate::journal::STATEMENTS,
            crate::mailing::STATEMENTS,
            crate::outbox::STATEMENTS,
            crate::record::STATEMENTS,
            crate::reissue::STATEMENTS,
            crate::roll::STATEMENTS,
            crate::roll_apply::STATEMENTS,
            crate::roll_correction::STATEMENTS,
            crate::roll_stage::STATEMENTS,
            crate::seat_draw::STATEMENTS,
            crate::session::STATEMENTS,
            crate::staff::STATEMENTS,
            crate::ticket::STATEMENTS,
            crate::warning::STATEMENTS,
            crate::capacity::STATEMENTS,
        ];
        files.concat()
    }

    async fn prepare_all(url: &str) {
        let store = Store::open(url).await.unwrap();
        let mut wrong = Vec::new();
        for (name, sql) in all() {
            let prepared = on!(write &store.db, pool => {
                let mut connection = pool.acquire().await.unwrap();
                (&mut *connection).prepare(sql.into_sql_str()).await.map(|_| ())
            });
            if let Err(error) = prepared {
                wrong.push(format!("{name}: {error}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[tokio::test]
    async fn every_statement_is_known_to_sqlite() {
        let folder = tempfile::tempdir().unwrap();
        prepare_all(&format!("sqlite://{}", folder.path().join("s.db").display())).await;
    }

    #[tokio::test]
    async fn every_statement_is_known_to_postgres() {
        let cluster = isoloir_testkit::Postgres::start();
        prepare_all(&cluster.fresh_database()).await;
    }

    #[tokio::test]
    async fn the_role_that_serves_may_do_every_statement_and_nothing_that_none_does() {
        let cluster = isoloir_testkit::Postgres::start();
        let owner = cluster.fresh_database();
        crate::prepare(&owner).await.unwrap();
        let node = cluster.login(&owner, "node", Some(ROLES.serving));
        let forbidden = cluster.forbidden(&node, ROLES.schemas, &all());
        assert!(forbidden.is_empty(), "{}", forbidden.join("\n"));
        let nobody = cluster.login(&owner, "nobody", None);
        assert!(cluster.forbidden(&nobody, ROLES.schemas, &all()).len() >= all().len());

        // A copy is kept, and a vote taken over, on SQLite alone.
        let besides = ["copy.rs", "takeover.rs"];
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let granted = ROLES.tables().map(|table| {
            let rights = table.serving.iter().map(|right| right.sql());
            (table.name, rights.collect())
        });
        isoloir_testkit::assert_rights_are_needed(granted, &source, &besides);
    }
}
