//! `isoloir consultation review` and `waive`: the rolls against what they should be.

use anyhow::bail;
use isoloir_domain::roll_gates::Gate;
use isoloir_domain::{Consultation, Language};
use isoloir_service::VotingServer;
use isoloir_service::review_roll::{Decider, RollReview};

pub(super) async fn review(server: &VotingServer) -> anyhow::Result<()> {
    let mut standing = Vec::new();
    for consultation in server.consultations().await? {
        let review = server.review_roll(&consultation).await?;
        show(&consultation, &review);
        standing.extend(review.standing().map(Gate::key));
    }
    if !standing.is_empty() {
        bail!(
            "{} stand(s): mend the roll, or `isoloir consultation waive GATE --by NAME --reason TEXT`",
            standing.join(", ")
        );
    }
    println!("no gate stands");
    Ok(())
}

fn show(consultation: &Consultation, review: &RollReview) {
    let figures = &review.figures;
    println!(
        "{}: {} voters, {} of them without a mailbox",
        consultation.id, figures.voters, figures.without_mailbox
    );
    for roll in &figures.elections {
        let expected = consultation.policy.roll.gates.expected.get(&roll.key);
        let expected = expected.map_or_else(String::new, |expected| format!(", {expected} expected"));
        println!(
            "  {:<12} {:>8} on the roll{expected}, {} without a mailbox",
            roll.key, roll.registered, roll.without_mailbox
        );
    }
    for (elections, voters) in &figures.by_elections {
        println!("  {voters} voters in {elections} election(s)");
    }
    for (gate, waiver) in &review.gates {
        let message = gate.message();
        let words = message.text(Language::English);
        match waiver {
            None => println!("  STANDS  {}\n          {words}", gate.key()),
            Some(waiver) => println!(
                "  passed  {}\n          {words}\n          {}: {} ({})",
                gate.key(),
                waiver.by,
                waiver.reason,
                waiver.at
            ),
        }
    }
}

pub(super) async fn waive(server: &VotingServer, gate: &str, by: &str, reason: &str) -> anyhow::Result<()> {
    for consultation in server.consultations().await? {
        let review = server.review_roll(&consultation).await?;
        if review.standing().any(|standing| standing.key() == gate) {
            server
                .waive_gate(&consultation.id, gate, Decider::Named(by), reason)
                .await?;
            println!(
                "{}: {gate} is passed; the journal says by whom and why",
                consultation.id
            );
            return Ok(());
        }
    }
    bail!("no gate {gate} stands")
}
