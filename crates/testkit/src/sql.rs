//! What SQL says of rights: in the code that we wrote, and in a database.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::{Postgres, fresh_directory};

/// Everything that somebody but an object's owner may do in these schemas, a line each: `server.poll_book isoloir_portal INSERT`.
const GRANTED: &str = "
SELECT format('%s %s %s%s', what, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END, privilege_type,
    CASE WHEN is_grantable THEN ' AND GRANT' END)
FROM (
  SELECT nspname AS what, nspname, nspowner AS owner, nspacl AS acl FROM pg_namespace
  UNION ALL SELECT nspname || '.' || relname, nspname, relowner, relacl FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
  UNION ALL SELECT nspname || '.' || relname || '.' || attname, nspname, relowner, attacl
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
) AS thing, aclexplode(acl) WHERE nspname = ANY(string_to_array('SCHEMAS', ',')) AND grantee <> owner";

/// Who owns schemas, tables and functions, a line each.
const OWNERS: &str = "
SELECT DISTINCT owner::regrole::text FROM (
  SELECT nspname, nspowner AS owner FROM pg_namespace
  UNION ALL SELECT nspname, relowner FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
  UNION ALL SELECT nspname, proowner FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
) AS thing WHERE nspname = ANY(string_to_array('SCHEMAS', ','))";

const TABLES: &str =
    "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname = ANY(string_to_array('SCHEMAS', ','))";

impl Postgres {
    /// What the database itself says that others than the owners may do, a line each: `server.poll_book isoloir_portal INSERT`.
    #[must_use]
    pub fn granted(&self, url: &str, schemas: &[&str]) -> BTreeSet<String> {
        self.lines(url, GRANTED, schemas)
    }

    /// Who owns anything in these schemas.
    #[must_use]
    pub fn owners(&self, url: &str, schemas: &[&str]) -> BTreeSet<String> {
        self.lines(url, OWNERS, schemas)
    }

    /// The tables of these schemas, each with its schema.
    #[must_use]
    pub fn tables(&self, url: &str, schemas: &[&str]) -> BTreeSet<String> {
        self.lines(url, TABLES, schemas)
    }

    fn lines(&self, url: &str, sql: &str, schemas: &[&str]) -> BTreeSet<String> {
        let said = self.ask(url, &sql.replace("SCHEMAS", &schemas.join(",")));
        said.lines().map(str::to_owned).collect()
    }

    /// What whoever is connected by `url` may not do of these statements, each with its name: all are planned, none is run.
    ///
    /// # Panics
    /// When `psql` cannot be run.
    #[must_use]
    pub fn forbidden(&self, url: &str, schemas: &[&str], statements: &[(&str, &str)]) -> Vec<String> {
        let folder = fresh_directory("sql");
        let file = folder.join("statements.sql");
        // A line each, so that a message tells which it is about.
        let lines = statements.iter().map(|(_, sql)| {
            let values = vec!["NULL"; parameters(sql)].join(", ");
            let values = if values.is_empty() {
                values
            } else {
                format!("({values})")
            };
            let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ");
            format!("PREPARE it AS {sql}; EXPLAIN EXECUTE it{values}; DEALLOCATE it;\n")
        });
        let path = format!("SET search_path TO {}; ", schemas.join(", "));
        fs::write(&file, lines.fold(path, |text, line| text + &line)).expect("a file of statements");
        let mut psql = self.psql(url);
        let end = psql
            .args(["-v", "ON_ERROR_STOP=0", "-v", "VERBOSITY=terse", "-f"])
            .arg(&file)
            .output();
        let end = end.expect("psql starts");
        fs::remove_dir_all(folder).expect("the file goes");
        let said = String::from_utf8_lossy(&end.stderr);
        let named = |line: &str| {
            let (_, rest) = line.split_once("statements.sql:")?;
            let (number, message) = rest.split_once(": ")?;
            let (name, _) = statements.get(number.parse::<usize>().ok()?.checked_sub(1)?)?;
            Some(format!("{name}: {message}"))
        };
        said.lines()
            .map(|line| named(line).unwrap_or_else(|| line.to_owned()))
            .collect()
    }
}

/// How many parameters a statement has.
fn parameters(sql: &str) -> usize {
    let after = sql.split('$').skip(1);
    let numbers = after.filter_map(|text| text.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
    numbers.max().unwrap_or(0)
}

/// Asserts that `granted` is, for each table, what the source files of a folder write to it and `SELECT`, and that they write to no other table. The files
/// `besides` are not looked at.
///
/// # Panics
/// When it is not, or the folder cannot be read.
pub fn assert_rights_are_needed<'t>(
    granted: impl Iterator<Item = (&'t str, BTreeSet<&'static str>)>,
    folder: &Path,
    besides: &[&str],
) {
    let mut written = written_rights(folder, besides);
    for (table, granted) in granted {
        let mut needed = written.remove(table).unwrap_or_default();
        needed.insert("SELECT");
        assert_eq!(granted, needed, "rights of {table} in rights.rs");
    }
    assert!(written.is_empty(), "tables without rights: {written:?}");
}

/// What the source files of a folder write to each table, tests apart, and the files `besides`: `INSERT`, `UPDATE`, `DELETE`.
fn written_rights(folder: &Path, besides: &[&str]) -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut found: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    let files = fs::read_dir(folder)
        .expect("the folder is there")
        .flatten()
        .map(|entry| entry.path());
    let is_asked_for = |file: &Path| {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.ends_with(".rs") && !besides.contains(&name)
    };
    for file in files.filter(|file| is_asked_for(file)) {
        let text = fs::read_to_string(&file).expect("a source file");
        let code = text.split("\nmod tests {").next().unwrap_or_default();
        let words: Vec<&str> = code
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .filter(|word| !word.is_empty())
            .collect();
        let mut added = "";
        for window in words.windows(3) {
            let (table, right) = match *window {
                ["INSERT", "INTO", table] => {
                    added = table;
                    (table, "INSERT")
                }
                ["DELETE", "FROM", table] => (table, "DELETE"),
                // Of ON CONFLICT.
                ["DO", "UPDATE", "SET"] => (added, "UPDATE"),
                ["UPDATE", table, "SET"] => (table, "UPDATE"),
                _ => continue,
            };
            found.entry(table.to_owned()).or_default().insert(right);
        }
    }
    found
}
