//! What makes the demonstration's console alive: two requests for help, a complaint, a change of address that waits for a second agent. All made
//! as people make them, through the service.

use anyhow::Context;
use isoloir_domain::complaint::Object;
use isoloir_domain::ticket::Topic;
use isoloir_domain::{Language, VoterId};
use isoloir_service::VotingServer;
use isoloir_service::file_complaint::Complaint;
use isoloir_service::open_ticket::{Asker, Request};

/// Makes them: `voter` signs in with `identifier` and `password`; the address of `to_change`, not yet activated, is to be changed by `agent`.
pub(super) async fn make(
    server: &VotingServer,
    (identifier, password): (&str, &str),
    to_change: VoterId,
    agent: &str,
) -> anyhow::Result<()> {
    let consultation = server
        .consultations()
        .await?
        .into_iter()
        .next()
        .context("a consultation")?
        .id;
    let session = server.sign_in(identifier, password).await?.session;
    let asked = |topic, body: &str| Request {
        topic: Some(topic),
        body: body.to_owned(),
        language: Language::French,
    };
    let question = asked(
        Topic::Vote,
        "Bonjour, je suis électrice dans trois scrutins. Puis-je en terminer un aujourd’hui et les autres demain\u{202f}?",
    );
    server
        .open_ticket(&session, &consultation, &server.new_form_token(), question)
        .await?;
    let stranger = Asker {
        name: "Paul Aubertin".to_owned(),
        contact: "paul.aubertin@valbrune.example".to_owned(),
        number: String::new(),
    };
    let lost = asked(
        Topic::Activation,
        "Je n’ai jamais reçu le message d’activation\u{a0}: mon adresse a changé depuis mon affectation de septembre.",
    );
    server
        .open_ticket_of_stranger(stranger, &consultation, &server.new_form_token(), lost)
        .await?;
    let complaint = Complaint {
        object: Object::WrongData,
        election: None,
        other_person: String::new(),
        body: "Mon nom d’usage figure à la place de mon nom de naissance.".to_owned(),
        files: Vec::new(),
    };
    server
        .file_complaint(&session, &consultation, &server.new_form_token(), complaint)
        .await?;
    server.sign_out(&session).await?;
    let agent = server.staff_with_email(agent).await?.context("a sample agent")?;
    server
        .propose_address(
            &agent.member,
            to_change,
            "nouvelle.adresse@valbrune.example",
            "Affectation de septembre confirmée par le service du personnel, au téléphone.",
        )
        .await?;
    Ok(())
}
