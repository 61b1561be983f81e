//! What an ID token and a user info must say before anybody believes them, and what is taken from them.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::error::IdentityError;
use crate::settings::{ClaimNames, ProviderSettings};

/// By how much two clocks may differ, in seconds.
const SKEW: i64 = 60;
/// How old an ID token may be: it was made for a code that lives half a minute.
const FRESH: i64 = 600;
/// Longest text taken from a claim.
const LONGEST: usize = 500;

/// What the provider says of a person; empty where it says nothing. Never logged: there is no `Debug`.
#[derive(Default)]
pub struct Claims {
    /// Family name at birth.
    pub birth_name: String,
    /// All given names in one text.
    pub given_names: String,
    /// The same one by one, where the provider knows where each ends.
    pub given_name_list: Vec<String>,
    /// `male` or `female`.
    pub sex: String,
    /// `YYYY-MM-DD`.
    pub birth_date: String,
    /// Official code of the municipality.
    pub birthplace: String,
    /// Official code of the country.
    pub birth_country: String,
    /// Mail address.
    pub email: String,
}

impl Claims {
    pub(crate) fn read(names: &ClaimNames, said: &Map<String, Value>) -> Self {
        let text = |name: &String| match said.get(name) {
            Some(Value::String(text)) if text.len() <= LONGEST => text.trim().to_owned(),
            _ => String::new(),
        };
        let list = match said.get(&names.given_name_list) {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str),
            _ => [].iter().filter_map(Value::as_str),
        };
        Self {
            birth_name: text(&names.birth_name),
            given_names: text(&names.given_names),
            given_name_list: list.filter(|name| name.len() <= LONGEST).map(str::to_owned).collect(),
            sex: text(&names.sex),
            birth_date: text(&names.birth_date),
            birthplace: text(&names.birthplace),
            birth_country: text(&names.birth_country),
            email: text(&names.email),
        }
    }
}

/// The subject of an ID token, once everything in it is as it must be (OpenID Connect Core, 3.1.3.7).
pub(crate) fn check_id_token(
    settings: &ProviderSettings,
    said: &Map<String, Value>,
    nonce: &str,
    now: Timestamp,
) -> Result<String, IdentityError> {
    check_parties(settings, said)?;
    let (now, expires, issued) = (now.as_second(), instant(said, "exp"), instant(said, "iat"));
    let (Some(expires), Some(issued)) = (expires, issued) else {
        return Err(IdentityError::Expired);
    };
    let age = now.saturating_sub(issued);
    if expires.saturating_add(SKEW) <= now || !(-SKEW..=FRESH).contains(&age) {
        return Err(IdentityError::Expired);
    }
    if text(said, "nonce") != Some(nonce) {
        return Err(IdentityError::Nonce);
    }
    let levels = &settings.acr_values;
    let enough = text(said, "acr").is_some_and(|acr| levels.iter().any(|level| level == acr));
    if !levels.is_empty() && !enough {
        return Err(IdentityError::Level);
    }
    text(said, "sub")
        .filter(|sub| (1..=255).contains(&sub.len()))
        .map(str::to_owned)
        .ok_or(IdentityError::Subject)
}

/// A signed user info is a token of its own (Core, 5.3.2): for us, from the provider, about the same subject, and not of another time.
pub(crate) fn check_signed_userinfo(
    settings: &ProviderSettings,
    said: &Map<String, Value>,
    subject: &str,
    now: Timestamp,
) -> Result<(), IdentityError> {
    check_parties(settings, said)?;
    let now = now.as_second();
    // Both are optional in the specification; FranceConnect sends them, and where they are they count.
    let over = said.contains_key("exp") && instant(said, "exp").is_none_or(|exp| exp.saturating_add(SKEW) <= now);
    let of_another_time = said.contains_key("iat")
        && instant(said, "iat").is_none_or(|iat| !(-SKEW..=FRESH).contains(&now.saturating_sub(iat)));
    if over || of_another_time {
        return Err(IdentityError::Expired);
    }
    check_subject(said, subject)
}

pub(crate) fn check_subject(said: &Map<String, Value>, subject: &str) -> Result<(), IdentityError> {
    if text(said, "sub") == Some(subject) {
        Ok(())
    } else {
        Err(IdentityError::Subject)
    }
}

fn check_parties(settings: &ProviderSettings, said: &Map<String, Value>) -> Result<(), IdentityError> {
    if text(said, "iss") != Some(settings.issuer.as_str()) {
        return Err(IdentityError::Issuer);
    }
    let us = settings.client_id.as_str();
    let for_us = match said.get("aud") {
        Some(Value::String(one)) => one == us,
        // With several, the one that it was made for must be said to be us.
        Some(Value::Array(several)) => {
            several.iter().any(|one| one == us) && (several.len() == 1 || text(said, "azp") == Some(us))
        }
        _ => false,
    };
    let made_for_us = text(said, "azp").is_none_or(|azp| azp == us);
    if for_us && made_for_us {
        Ok(())
    } else {
        Err(IdentityError::Audience)
    }
}

fn text<'a>(said: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    said.get(name).and_then(Value::as_str)
}

/// Seconds since 1970; a fraction is cut off.
fn instant(said: &Map<String, Value>, name: &str) -> Option<i64> {
    let value = said.get(name)?;
    #[expect(clippy::cast_possible_truncation, reason = "bounded to what an i64 holds")]
    let whole = |seconds: f64| (seconds.abs() < 1e15).then_some(seconds.trunc() as i64);
    value.as_i64().or_else(|| value.as_f64().and_then(whole))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use zeroize::Zeroizing;

    use super::*;
    use crate::settings::Algorithm;

    fn settings() -> ProviderSettings {
        ProviderSettings {
            issuer: "https://oidc.example.fr/api/v2".parse().unwrap(),
            client_id: "us".to_owned(),
            client_secret: Zeroizing::new("s".to_owned()),
            redirect_uri: String::new(),
            signed_out_uri: String::new(),
            scopes: Vec::new(),
            acr_values: vec!["eidas1".to_owned()],
            algorithms: vec![Algorithm::Es256],
            signed_userinfo: true,
            claims: ClaimNames::default(),
            authority: None,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// A good ID token with one claim changed (removed by `null`).
    fn with(name: &str, value: Value) -> Map<String, Value> {
        let good = json!({"iss": "https://oidc.example.fr/api/v2", "aud": "us", "sub": "abcv1", "iat": 1_000, "exp": 1_060, "nonce": "n", "acr": "eidas1"});
        let Value::Object(mut said) = good else { unreachable!() };
        match value {
            Value::Null => said.remove(name),
            value => said.insert(name.to_owned(), value),
        };
        said
    }

    #[test]
    fn an_id_token_is_believed_only_whole() {
        let settings = settings();
        let judged = |name: &str, value: Value| check_id_token(&settings, &with(name, value), "n", at(1_010));
        assert_eq!(judged("other", json!(1)).unwrap(), "abcv1");
        assert_eq!(
            judged("iss", json!("https://oidc.example.fr")),
            Err(IdentityError::Issuer)
        );
        assert_eq!(judged("iss", Value::Null), Err(IdentityError::Issuer));
        assert_eq!(judged("aud", json!("them")), Err(IdentityError::Audience));
        assert_eq!(judged("aud", json!(["us", "them"])), Err(IdentityError::Audience));
        assert!(judged("aud", json!(["us"])).is_ok());
        assert_eq!(judged("azp", json!("them")), Err(IdentityError::Audience));
        assert_eq!(judged("nonce", json!("m")), Err(IdentityError::Nonce));
        assert_eq!(judged("nonce", Value::Null), Err(IdentityError::Nonce));
        assert_eq!(judged("exp", json!(940)), Err(IdentityError::Expired));
        assert_eq!(judged("exp", json!("soon")), Err(IdentityError::Expired));
        assert_eq!(judged("iat", json!(1_080)), Err(IdentityError::Expired));
        assert_eq!(judged("iat", json!(100)), Err(IdentityError::Expired));
        assert_eq!(judged("acr", json!("eidas0")), Err(IdentityError::Level));
        assert_eq!(judged("acr", Value::Null), Err(IdentityError::Level));
        assert_eq!(judged("sub", json!("")), Err(IdentityError::Subject));
    }

    #[test]
    fn a_user_info_is_for_us_about_the_same_subject_and_of_now() {
        let settings = settings();
        let judged =
            |name: &str, value: Value| check_signed_userinfo(&settings, &with(name, value), "abcv1", at(1_010));
        assert!(judged("other", json!(1)).is_ok() && judged("exp", Value::Null).is_ok());
        assert_eq!(judged("sub", json!("abdv1")), Err(IdentityError::Subject));
        assert_eq!(judged("aud", Value::Null), Err(IdentityError::Audience));
        assert_eq!(judged("iss", json!("x")), Err(IdentityError::Issuer));
        assert_eq!(judged("exp", json!(900)), Err(IdentityError::Expired));
        assert_eq!(judged("iat", json!(5_000)), Err(IdentityError::Expired));
    }

    #[test]
    fn claims_of_another_kind_are_as_if_absent() {
        let Value::Object(said) = json!({"family_name": 7, "given_name": " Anne ", "given_name_array": ["Anne", 3], "email": "x".repeat(501)})
        else {
            unreachable!()
        };
        let claims = Claims::read(&ClaimNames::default(), &said);
        assert_eq!((claims.birth_name.as_str(), claims.given_names.as_str()), ("", "Anne"));
        assert_eq!(
            (claims.given_name_list, claims.email),
            (vec!["Anne".to_owned()], String::new())
        );
    }
}
