//! Members of the staff for tests: invited and enrolled as they are outside of tests.

use isoloir_domain::clock::SettableClock;
use isoloir_domain::{Role, Roles};
use isoloir_service::VotingServer;
use isoloir_service::enrol_staff::Enrolment;
use isoloir_service::invite_staff::StaffPlan;
use isoloir_service::second_factor::SecondFactor;
use jiff::SignedDuration;

/// The password of all of them.
pub const PASSWORD: &str = "Givre-orange-38";

/// Invites somebody with this role; the token of the link.
pub async fn invited(server: &VotingServer, email: &str, roles: Roles) -> String {
    // Managers manage something: here, all of the first consultation.
    let manages = roles.any_of(&[Role::ConsultationManager, Role::ElectionManager]);
    let consultation = server.consultations().await.unwrap().into_iter().next();
    let consultation = consultation.filter(|_| manages).map(|known| known.id);
    let elections = match &consultation {
        Some(id) if roles.has(Role::ElectionManager) => server.elections(id).await.unwrap(),
        _ => Vec::new(),
    };
    let plan = StaffPlan {
        elections: elections.into_iter().map(|election| election.key).collect(),
        name: format!("Dominique {roles}"),
        email: email.to_owned(),
        roles,
        consultation,
    };
    let link = match server.invite_staff(None, &plan, false).await {
        Ok(invitation) => invitation.link,
        Err(_) => server.invite_staff_again(None, email, false).await.unwrap().link,
    };
    link.rsplit('/').next().unwrap().to_owned()
}

/// Somebody who can sign in: address, and what makes the codes. The clock is 30 seconds later, since a code serves once.
pub async fn enrolled(server: &VotingServer, clock: &SettableClock, role: Role) -> (String, SecondFactor) {
    let email = format!("{role}@valbrune.example");
    let token = invited(server, &email, Roles::new([role]).unwrap()).await;
    let factor = server.staff_invitation(&token).await.unwrap().second_factor;
    let chosen = Enrolment {
        password: PASSWORD,
        confirmation: PASSWORD,
        code: &factor.code(server.clock().now()),
    };
    server.enrol_staff(&token, chosen).await.unwrap();
    clock.advance(SignedDuration::from_secs(30));
    (email, factor)
}
