//! Statements of many rows: one question to the engine instead of hundreds.

/// Rows of one statement. SQLite knows 32,766 variables, PostgreSQL 65,535, and no row has more than fourteen.
pub(crate) const CHUNK: usize = 500;

/// Writes rows by statements of many; those that are full are prepared once. `$after` ends the statement.
macro_rules! put_rows {
    ($tx:ident, $before:expr, $rows:expr, |$row:ident, $item:pat_param| $push:expr, $after:expr) => {
        for chunk in $rows.chunks($crate::many::CHUNK) {
            let mut statement = sqlx::QueryBuilder::new($before);
            statement.push_values(chunk, |mut $row, $item| {
                $push;
            });
            statement.push($after);
            statement
                .build()
                .persistent(chunk.len() == $crate::many::CHUNK)
                .execute(&mut *$tx)
                .await?;
        }
    };
}

/// Begins a statement with `$before` and ends it with the list of these voters.
macro_rules! naming {
    ($before:expr, $voters:expr) => {{
        let mut statement = sqlx::QueryBuilder::new($before);
        statement.push(" IN (");
        let mut list = statement.separated(", ");
        for voter in $voters {
            list.push_bind(voter.to_string());
        }
        statement.push(")");
        statement
    }};
}

/// Does to many voters what `$before` says of those whom the list names.
macro_rules! to_voters {
    ($tx:ident, $before:expr, $voters:expr) => {
        for chunk in $voters.chunks($crate::many::CHUNK) {
            let mut statement = naming!($before, chunk);
            statement
                .build()
                .persistent(chunk.len() == $crate::many::CHUNK)
                .execute(&mut *$tx)
                .await?;
        }
    };
}
