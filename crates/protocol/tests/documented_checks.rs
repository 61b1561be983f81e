//! docs/protocol/checks.md names every check of the audit, in order, in the words of the code.

use isoloir_protocol::audit::CheckId;

#[test]
fn every_check_is_documented_and_nothing_else() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/protocol/checks.md");
    let text = std::fs::read_to_string(path).unwrap();
    let documented: Vec<&str> = text.lines().filter(|line| line.starts_with("| `")).collect();
    let expected: Vec<String> = CheckId::ALL
        .iter()
        .map(|check| {
            format!(
                "| `{}` | {} | {} |",
                check.id(),
                check.statement().en,
                check.statement().fr
            )
        })
        .collect();
    assert_eq!(documented, expected);
}
