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
    use sqlx::{Executor as _, SqlSafeStr as _};

    use crate::Store;

    async fn prepare_all(url: &str) {
        let store = Store::open(url).await.unwrap();
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
        let mut wrong = Vec::new();
        for (name, sql) in files.into_iter().flatten() {
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
}
