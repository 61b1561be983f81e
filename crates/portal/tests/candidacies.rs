//! Candidacies over HTTP, on both databases: a delegate is named, prepares, files, corrects; the organiser decides, draws the order, publishes. Then what
//! may not be: a second late, another union's list, a wrong file, a decision without reasons, anything after the seal.

use crate::support::portal as support;
use crate::support::staff;
use axum::http::StatusCode;
use isoloir_carriers::MailMode;
use isoloir_domain::count_rules::Shares;
use isoloir_domain::display_order::OrderRecord;
use isoloir_domain::{Policy, Role};
use isoloir_protocol::credential::SecretCredential;
use isoloir_protocol::group::{Ed25519, GroupName};
use isoloir_protocol::trustee::{Item, PrivateKey, Trustees};
use isoloir_service::enrol_staff::Enrolment;
use isoloir_service::second_factor::SecondFactor;
use isoloir_service::set_up_election::SetUp;
use jiff::SignedDuration;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use support::{Answer, Browser, Scene, at};

const NOW: &str = "2026-10-10T09:00:00Z";
/// The last second of 20 October in Paris.
const DEADLINE: &str = "2026-10-20T21:59:59Z";
const WHY: &str = "La candidate du rang 1 n’est pas électrice de ce scrutin.";
const ROLL: &str = "matricule;nom;prenom;courriel;scrutin
M1;Brunel;Émilie;emilie@valbrune.example;csa
M2;Mallet;Clément;clement@valbrune.example;csa
M3;Petit;Zoé;zoe@valbrune.example;csa
M4;Robert;Paul;paul@valbrune.example;csa
";
const PEOPLE: [(&str, &str, &str, &str); 5] = [
    ("M1", "Brunel", "Émilie", "F"),
    ("M2", "Mallet", "Clément", "H"),
    ("M3", "Petit", "Zoé", "F"),
    ("M4", "Robert", "Paul", "H"),
    ("M9", "Absente", "Anne", "F"),
];

async fn scene(database: Option<String>) -> Scene {
    let mut plan = Scene::plan(Policy::default());
    plan.policy.candidates.filed_until = Some(at(DEADLINE));
    plan.elections[0].count.shares = Some(Shares {
        women: 50,
        men: 50,
        dated: "2026-01-01".parse().unwrap(),
    });
    Scene::with_mail(NOW, plan, ROLL, MailMode::Demonstration, database).await
}

/// Somebody of the staff, who signs in with the code of the moment.
struct Person {
    email: String,
    factor: SecondFactor,
}

impl Person {
    async fn organiser(scene: &Scene) -> Person {
        let (email, factor) = staff::enrolled(&scene.server, &scene.clock, Role::Organiser).await;
        Person { email, factor }
    }

    /// Named on the organiser's page, enrolled by the link of the mail.
    async fn delegate(scene: &Scene, organiser: &mut Browser<'_>, acronym: &str) -> Person {
        let email = format!("{}@union.example", acronym.to_lowercase());
        let named = organiser
            .post(
                "/gestion/candidatures/delegues",
                &[
                    ("nom", "Paul Robert"),
                    ("courriel", &email),
                    ("organisation", &format!("Union {acronym}")),
                    ("sigle", acronym),
                    ("scrutin", "csa"),
                ],
            )
            .await;
        assert_eq!(
            named.location(),
            "/gestion/candidatures/delegues?fait=delegue-nomme",
            "{}",
            named.page
        );
        let link = scene.link(&email, "/gestion/invitation").await.unwrap();
        let token = link.rsplit('/').next().unwrap();
        let factor = scene.server.staff_invitation(token).await.unwrap().second_factor;
        let chosen = Enrolment {
            password: staff::PASSWORD,
            confirmation: staff::PASSWORD,
            code: &factor.code(scene.server.clock().now()),
        };
        scene.server.enrol_staff(token, chosen).await.unwrap();
        Person { email, factor }
    }

    async fn at_work<'a>(&self, scene: &'a Scene) -> Browser<'a> {
        scene.clock.advance(SignedDuration::from_secs(30));
        self.now(scene).await
    }

    /// The same without waiting for the next code.
    async fn now<'a>(&self, scene: &'a Scene) -> Browser<'a> {
        let code = self.factor.code(scene.server.clock().now());
        let signed_in = scene.server.staff_sign_in(&self.email, staff::PASSWORD, &code).await;
        scene.staff_browser(signed_in.unwrap().token)
    }
}

/// The smallest document that has this many pages, and `extra` in its catalogue.
fn pdf(pages: usize, extra: &str) -> String {
    let kids: Vec<String> = (0..pages).map(|page| format!("{} 0 R", page + 3)).collect();
    let mut objects = vec![
        format!("<< /Type /Catalog /Pages 2 0 R {extra} >>"),
        format!("<< /Type /Pages /Count {pages} /Kids [{}] >>", kids.join(" ")),
    ];
    objects.resize(
        pages + 2,
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>".to_owned(),
    );
    let (mut text, mut table) = ("%PDF-1.4\n".to_owned(), "0000000000 65535 f \n".to_owned());
    for (number, object) in (1..).zip(&objects) {
        table += &format!("{:010} 00000 n \n", text.len());
        text += &format!("{number} 0 obj\n{object}\nendobj\n");
    }
    let (size, start) = (objects.len() + 1, text.len());
    text + &format!("xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n")
}

/// The form of a list with these people, in this order.
fn form(revision: &str, acronym: &str, people: &[usize], geste: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = [
        ("revision", revision),
        ("liste", &format!("Union {acronym}")),
        ("sigle", acronym),
        ("geste", geste),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    for (row, person) in (1..).zip(people) {
        let (number, last, first, sex) = PEOPLE[*person];
        for (name, value) in [("matricule", number), ("nom", last), ("prenom", first), ("sexe", sex)] {
            fields.push((format!("{name}-{row}"), value.to_owned()));
        }
    }
    fields
}

async fn post(browser: &mut Browser<'_>, path: &str, fields: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    browser.post(path, &fields).await
}

/// Opens a draft; its path.
async fn opened(scene: &Scene, browser: &mut Browser<'_>) -> String {
    let election = scene.elections[0].id.to_string();
    let opened = browser.post("/depot", &[("scrutin", &election)]).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.page);
    opened.location().to_owned()
}

async fn send(browser: &mut Browser<'_>, path: &str, acronym: &str, people: &[usize], geste: &str) -> Answer {
    let revision = browser.get(path).await.hidden("revision");
    post(browser, path, &form(&revision, acronym, people, geste)).await
}

async fn attach(browser: &mut Browser<'_>, path: &str, piece: &str, file: &str) -> Answer {
    let revision = browser.get(path).await.hidden("revision");
    let parts = [("revision", revision.as_str()), ("piece", piece), ("fichier", file)];
    browser.post_parts(&format!("{path}/pieces"), &parts).await
}

/// A list that is filed with the declarations of its candidates; its path.
async fn filed(scene: &Scene, browser: &mut Browser<'_>, acronym: &str, people: &[usize]) -> String {
    let path = opened(scene, browser).await;
    send(browser, &path, acronym, people, "enregistrer").await;
    for person in people {
        let piece = format!("declaration:{}", PEOPLE[*person].0);
        let attached = attach(browser, &path, &piece, &pdf(1, "")).await;
        assert_eq!(
            attached.location(),
            format!("{path}?fait=piece-jointe"),
            "{}",
            attached.page
        );
    }
    let done = send(browser, &path, acronym, people, "deposer").await;
    assert_eq!(done.location(), format!("{path}/accuse"), "{}", done.page);
    path
}

/// The same list on the organiser's side.
fn console(path: &str) -> String {
    path.replace("/depot", "/gestion/candidatures")
}

async fn decide(browser: &mut Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Answer {
    let revision = browser.get(&console(path)).await.hidden("revision");
    let mut fields = fields.to_vec();
    fields.push(("revision", &revision));
    browser.post(&console(path), &fields).await
}

async fn a_list_goes_all_the_way(database: Option<String>) {
    let scene = scene(database).await;
    let boss = Person::organiser(&scene).await;
    let mut organiser = boss.at_work(&scene).await;
    let empty = organiser.post("/gestion/candidatures/delegues", &[("nom", "")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.page.contains("href=\"#organisation\""), "{}", empty.page);
    let uap = Person::delegate(&scene, &mut organiser, "UAP").await;
    let esp = Person::delegate(&scene, &mut organiser, "ESP").await;

    let mut delegate = uap.at_work(&scene).await;
    let home = delegate.get("/gestion").await.page;
    assert!(
        home.contains("href=\"/depot\"") && !home.contains("/gestion/candidatures"),
        "{home}"
    );
    assert!(delegate.get("/depot").await.page.contains("Comité social"));
    let path = opened(&scene, &mut delegate).await;
    let second = scene.elections[0].id.to_string();
    let second = delegate.post("/depot", &[("scrutin", &second)]).await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    assert!(second.page.contains("une seule par organisation"), "{}", second.page);
    let early = send(&mut delegate, &path, "UAP", &[], "deposer").await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(early.page.contains("La liste n’a aucun candidat."), "{}", early.page);
    send(&mut delegate, &path, "UAP", &[0, 1], "enregistrer").await;
    let page = delegate.get(&path).await.page;
    assert!(page.contains("value=\"Émilie\"") && page.contains("La déclaration individuelle signée n’est pas jointe."));
    for (file, words) in [
        ("<script>", "ni un PDF, ni une image"),
        (&pdf(9, "") as &str, "9\u{a0}pages"),
        (&pdf(1, "/OpenAction << /S /JavaScript /JS (x) >>"), "scripts"),
    ] {
        let refused = attach(&mut delegate, &path, "manifesto:", file).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
        assert!(refused.page.contains(words), "{words}: {}", refused.page);
        assert!(refused.page.contains("href=\"#fichier\""));
    }
    for piece in ["manifesto:", "declaration:M1", "declaration:M2"] {
        assert_eq!(
            attach(&mut delegate, &path, piece, &pdf(2, "")).await.status,
            StatusCode::SEE_OTHER
        );
    }
    let read = delegate.get(&format!("{path}/pieces/1")).await;
    assert!(read.header("content-disposition").starts_with("attachment"));
    assert!(read.header("content-security-policy").contains("sandbox") && read.page.starts_with("%PDF-"));
    let done = send(&mut delegate, &path, "UAP", &[0, 1], "deposer").await;
    assert_eq!(done.location(), format!("{path}/accuse"), "{}", done.page);
    let receipt = delegate.get(&format!("{path}/accuse")).await.page;
    assert!(
        receipt.contains("C-2026-000001") && receipt.contains("Émilie"),
        "{receipt}"
    );
    let mails = scene.mails("uap@union.example").await;
    assert!(
        mails
            .iter()
            .any(|mail| mail.body.contains("C-2026-000001") && mail.body.contains(&format!("{path}/accuse")))
    );

    // What is of one union does not exist for another, nor for whoever decides before it is filed.
    let mut other = esp.at_work(&scene).await;
    for path in [path.clone(), format!("{path}/accuse"), format!("{path}/pieces/1")] {
        assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let draft = opened(&scene, &mut other).await;
    assert_eq!(organiser.get(&console(&draft)).await.status, StatusCode::NOT_FOUND);
    send(&mut other, &draft, "ESP", &[2, 3], "enregistrer").await;
    for piece in ["declaration:M3", "declaration:M4"] {
        attach(&mut other, &draft, piece, &pdf(1, "")).await;
    }
    send(&mut other, &draft, "ESP", &[2, 3], "deposer").await;
    let preparation = organiser.get("/gestion/preparation").await.page;
    assert!(
        preparation.contains("des candidatures attendent une décision"),
        "{preparation}"
    );

    scene.clock.set(at("2026-10-21T09:00:00Z"));
    let mut organiser = boss.now(&scene).await;
    let election = format!("/gestion/candidatures/scrutins/{}", scene.elections[0].id);
    let nothing = decide(&mut organiser, &path, &[("motifs", "")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.page.contains("href=\"#sens\""), "{}", nothing.page);
    for list in [&path, &draft] {
        let accepted = decide(&mut organiser, list, &[("sens", "accepter")]).await;
        assert_eq!(accepted.status, StatusCode::SEE_OTHER, "{}", accepted.page);
    }
    let drawn = [
        ("geste", "tirer"),
        ("tire", "4 8 15"),
        ("lieu", "Salle 1, dés"),
        ("presents", "Les délégués"),
    ];
    assert_eq!(
        organiser.post(&election, &drawn).await.status,
        StatusCode::CONFLICT,
        "no digest yet"
    );
    organiser.post(&election, &[("geste", "engager")]).await;
    let empty = organiser.post(&election, &[("geste", "tirer")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.page.contains("href=\"#tire\""), "{}", empty.page);
    assert_eq!(
        organiser.post(&election, &drawn).await.location(),
        format!("{election}?fait=ordre-tire")
    );
    let record: OrderRecord =
        serde_json::from_str(&organiser.get(&format!("{election}/tirage.json")).await.page).unwrap();
    assert_eq!(record.check(), Ok(()));
    assert!(
        organiser
            .get("/gestion/preparation")
            .await
            .page
            .contains("candidatures acceptées sont à publier")
    );
    let published = organiser.post(&election, &[("geste", "publier")]).await;
    assert_eq!(published.location(), format!("{election}?fait=listes-publiees"));
    let lists = scene.server.lists(&scene.elections[0].id).await.unwrap();
    let shown: Vec<String> = lists.into_iter().map(|list| list.acronym).collect();
    assert_eq!(shown, record.order);
    let journal = organiser
        .get("/gestion/journal?nature=candidacies_published")
        .await
        .page;
    assert!(journal.contains("C-2026-000001"), "{journal}");
}

async fn the_deadline_is_a_second(database: Option<String>) {
    let scene = scene(database).await;
    let boss = Person::organiser(&scene).await;
    let mut organiser = boss.at_work(&scene).await;
    let uap = Person::delegate(&scene, &mut organiser, "UAP").await;
    let esp = Person::delegate(&scene, &mut organiser, "ESP").await;
    scene.clock.set(at("2026-10-20T21:58:00Z"));
    let (mut first, mut second) = (uap.now(&scene).await, esp.now(&scene).await);
    let (in_time, late) = (opened(&scene, &mut first).await, opened(&scene, &mut second).await);
    send(&mut first, &in_time, "UAP", &[0, 1], "enregistrer").await;
    send(&mut second, &late, "ESP", &[2, 3], "enregistrer").await;
    let revisions = [
        first.get(&in_time).await.hidden("revision"),
        second.get(&late).await.hidden("revision"),
    ];
    scene.clock.set(at(DEADLINE));
    let done = post(&mut first, &in_time, &form(&revisions[0], "UAP", &[0, 1], "deposer")).await;
    assert_eq!(done.location(), format!("{in_time}/accuse"));
    scene.clock.advance(SignedDuration::from_secs(1));
    let refused = post(&mut second, &late, &form(&revisions[1], "ESP", &[2, 3], "deposer")).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(
        refused.page.contains("La date limite de dépôt est passée"),
        "{}",
        refused.page
    );
    assert!(
        !second.get(&late).await.page.contains("value=\"deposer\""),
        "no form any more"
    );
    let revision = scene
        .server
        .own_candidacies(&member(&scene, &uap).await)
        .await
        .unwrap()
        .unwrap();
    let revision = revision.elections[0].1[0].revision.to_string();
    let withdrawn = first
        .post(&in_time, &[("revision", &revision), ("geste", "retirer")])
        .await;
    assert_eq!(withdrawn.status, StatusCode::CONFLICT);
    assert!(withdrawn.page.contains("ne se retire plus"), "{}", withdrawn.page);
}

async fn member(scene: &Scene, person: &Person) -> isoloir_domain::StaffMember {
    scene
        .server
        .staff_with_email(&person.email)
        .await
        .unwrap()
        .unwrap()
        .member
}

async fn what_is_asked_for_is_corrected_and_the_rest_stays(database: Option<String>) {
    let scene = scene(database).await;
    let boss = Person::organiser(&scene).await;
    let mut organiser = boss.at_work(&scene).await;
    let uap = Person::delegate(&scene, &mut organiser, "UAP").await;
    let esp = Person::delegate(&scene, &mut organiser, "ESP").await;
    // One who is no voter; one who stands on the other list too.
    let mut first = uap.at_work(&scene).await;
    let path = filed(&scene, &mut first, "UAP", &[4, 1]).await;
    let mut second = esp.at_work(&scene).await;
    let idle = filed(&scene, &mut second, "ESP", &[2, 1]).await;
    let own = second.get(&idle).await.page;
    assert!(
        !own.contains("figure aussi sur la liste"),
        "a union learns nothing of another"
    );

    scene.clock.set(at("2026-10-22T09:00:00Z"));
    let mut organiser = boss.now(&scene).await;
    let page = organiser.get(&console(&path)).await.page;
    assert!(
        page.contains("la personne n’est pas éligible") && page.contains("figure aussi sur la liste ESP"),
        "{page}"
    );
    let refused = decide(&mut organiser, &path, &[("sens", "accepter")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let short = decide(
        &mut organiser,
        &path,
        &[("sens", "corriger"), ("rang", "1"), ("motifs", "Non")],
    )
    .await;
    assert!(short.page.contains("href=\"#motifs\""), "{}", short.page);
    let none = decide(&mut organiser, &path, &[("sens", "corriger"), ("motifs", WHY)]).await;
    assert!(none.page.contains("href=\"#rangs\""), "{}", none.page);
    decide(
        &mut organiser,
        &path,
        &[("sens", "corriger"), ("rang", "1"), ("motifs", WHY)],
    )
    .await;
    decide(
        &mut organiser,
        &idle,
        &[("sens", "corriger"), ("rang", "2"), ("motifs", WHY)],
    )
    .await;

    scene.clock.advance(SignedDuration::from_mins(1));
    let mut first = uap.now(&scene).await;
    let page = first.get(&path).await.page;
    assert!(page.contains(WHY) && page.contains("candidat du rang 1"), "{page}");
    let more = send(&mut first, &path, "UAP", &[0, 3], "enregistrer").await;
    assert_eq!(more.status, StatusCode::CONFLICT);
    assert!(
        more.page.contains("seul ce que l’organisateur a demandé"),
        "{}",
        more.page
    );
    send(&mut first, &path, "UAP", &[0, 1], "enregistrer").await;
    attach(&mut first, &path, "declaration:M1", &pdf(1, "")).await;
    let done = send(&mut first, &path, "UAP", &[0, 1], "deposer").await;
    assert_eq!(done.location(), format!("{path}/accuse"), "{}", done.page);

    // The other lets its time pass.
    scene.clock.set(at("2026-10-26T23:00:00Z"));
    let mut second = esp.now(&scene).await;
    assert!(!second.get(&idle).await.page.contains("value=\"deposer\""));
    let late = post(&mut second, &idle, &form("0", "ESP", &[2, 3], "deposer")).await;
    assert!(
        late.page.contains("Le délai de rectification est passé"),
        "{}",
        late.page
    );
    let mut organiser = boss.now(&scene).await;
    let done = decide(&mut organiser, &idle, &[("sens", "refuser"), ("motifs", WHY)]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.page);
    assert_eq!(
        decide(&mut organiser, &path, &[("sens", "accepter")]).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(second.get(&idle).await.page.contains("Irrecevable"));
}

async fn after_the_seal_nothing_changes(database: Option<String>) {
    let scene = scene(database).await;
    let boss = Person::organiser(&scene).await;
    let mut organiser = boss.at_work(&scene).await;
    let uap = Person::delegate(&scene, &mut organiser, "UAP").await;
    let mut delegate = uap.at_work(&scene).await;
    let path = filed(&scene, &mut delegate, "UAP", &[0, 1]).await;
    let revision = organiser.get(&console(&path)).await.hidden("revision");
    seal(&scene).await;

    let election = scene.elections[0].id.to_string();
    let sealed = "Le scrutin est scellé";
    for refused in [
        delegate
            .post(&path, &[("revision", &revision), ("geste", "retirer")])
            .await,
        delegate.post("/depot", &[("scrutin", &election)]).await,
        organiser
            .post(&console(&path), &[("revision", &revision), ("sens", "accepter")])
            .await,
        organiser
            .post(
                &format!("/gestion/candidatures/scrutins/{election}"),
                &[("geste", "engager")],
            )
            .await,
        organiser
            .post(
                &format!("/gestion/candidatures/scrutins/{election}"),
                &[("geste", "publier")],
            )
            .await,
    ] {
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.page.contains(sealed), "{}", refused.page);
    }
    assert!(delegate.get(&path).await.page.contains(sealed));
}

/// Sets the box up, with lists of the organiser's file.
async fn seal(scene: &Scene) {
    let lists = "scrutin;liste;sigle;rang;nom;prenom;sexe\ncsa;Autre;AUT;1;Petit;Zoé;F\n";
    scene
        .server
        .import_lists(&scene.plan.id, lists.as_bytes())
        .await
        .unwrap();
    let mut rng = StdRng::seed_from_u64(11);
    let key = PrivateKey::<Ed25519>::generate(&mut rng);
    let trustees = Trustees::of(vec![Item::Single(key.public_key(None, &mut rng))]).to_bytes();
    let id = &scene.elections[0].id;
    let uuid = id.as_str().parse().unwrap();
    let draw = |_| {
        SecretCredential::generate(&mut rng)
            .public(&uuid, GroupName::Ed25519)
            .to_string()
    };
    let mut credentials: Vec<String> = (0..4).map(draw).collect();
    credentials.sort();
    let set_up = SetUp {
        trustees: &trustees,
        credentials: &credentials,
        credential_authority: "Autorité des codes",
    };
    scene.server.set_up_election(id, set_up).await.unwrap();
}

#[tokio::test]
async fn a_delegate_without_a_union_is_told_so() {
    let scene = scene(None).await;
    let (email, factor) = staff::enrolled(&scene.server, &scene.clock, Role::Delegate).await;
    let mut browser = Person { email, factor }.now(&scene).await;
    let page = browser.get("/depot").await;
    assert!(
        page.page.contains("Aucune organisation ne vous est rattachée"),
        "{}",
        page.page
    );
    let english = browser.get("/depot?lang=en").await;
    assert!(
        english.page.contains("Your account is tied to no union"),
        "{}",
        english.page
    );
}

macro_rules! on_both {
    ($($scenario:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $scenario() { super::$scenario(None).await; })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $scenario() {
                super::$scenario(Some(isoloir_testkit::Postgres::shared().fresh_database())).await;
            })*
        }
    };
}

on_both!(
    a_list_goes_all_the_way,
    the_deadline_is_a_second,
    what_is_asked_for_is_corrected_and_the_rest_stays,
    after_the_seal_nothing_changes,
);
