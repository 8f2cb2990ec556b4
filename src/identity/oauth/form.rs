//! Reading the forms of OAuth, strictly, and the client that sends them.

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use secrecy::SecretString;
use serde::de::DeserializeOwned;

use super::errors::{Answer, OAuthErrorCode, TokenError};
use crate::platform::upload::{Upload, unsupported};

const FORM: &str = "application/x-www-form-urlencoded";

/// A form as it was sent, of at most 16 KiB.
pub(super) type Form = Upload<{ 16 * 1024 }>;

/// Reads a form. A parameter without a value counts as absent (RFC 6749 §3.2); an unknown or
/// repeated one is refused.
pub(super) fn read<T: DeserializeOwned>(form: &Form) -> Answer<T> {
    if form.media_type != FORM {
        return Err(unsupported(FORM).into());
    }
    let given = form_urlencoded::parse(&form.bytes).filter(|(_, value)| !value.is_empty());
    let given = form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish();
    serde_urlencoded::from_str(&given)
        .map_err(|error| TokenError::new(OAuthErrorCode::InvalidRequest, &error.to_string()))
}

/// A client that says who it is, and perhaps proves it.
pub(super) struct Client {
    pub(super) id: String,
    pub(super) secret: Option<SecretString>,
}

/// The client of a request, by HTTP Basic or in the form, but not both.
pub(super) fn client(
    request: &HttpRequest,
    id: Option<String>,
    secret: Option<SecretString>,
) -> Answer<Option<Client>> {
    let invalid = |description| TokenError::new(OAuthErrorCode::InvalidRequest, description);
    match (basic(request)?, id, secret) {
        (Some(client), None, None) => Ok(Some(client)),
        (Some(_), _, _) => Err(invalid("the client is named twice")),
        (None, Some(id), secret) => Ok(Some(Client { id, secret })),
        (None, None, Some(_)) => Err(invalid("client_secret without client_id")),
        (None, None, None) => Ok(None),
    }
}

/// `Authorization: Basic`, whose halves are form-encoded (RFC 6749 §2.3.1).
fn basic(request: &HttpRequest) -> Answer<Option<Client>> {
    let Some(value) = request.headers().get(AUTHORIZATION) else { return Ok(None) };
    let refusal = || TokenError::new(OAuthErrorCode::InvalidClient, "the Authorization header is not HTTP Basic");
    let (scheme, encoded) = value.to_str().ok().and_then(|value| value.split_once(' ')).ok_or_else(refusal)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(refusal());
    }
    let decoded = BASE64_STANDARD.decode(encoded.trim()).map_err(|_| refusal())?;
    let text = String::from_utf8(decoded).map_err(|_| refusal())?;
    let (id, secret) = text.split_once(':').ok_or_else(refusal)?;
    let (id, secret) = (form_decoded(id), form_decoded(secret));
    if id.is_empty() && secret.is_empty() {
        return Ok(None);
    }
    Ok(Some(Client { id, secret: (!secret.is_empty()).then(|| secret.into()) }))
}

/// A text in which `%40` stands for `@`, and `+` for a space.
fn form_decoded(text: &str) -> String {
    let encoded = text.replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(encoded.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use secrecy::ExposeSecret;

    use super::*;

    fn basic_of(value: &str) -> Option<(String, Option<String>)> {
        let header = format!("Basic {}", BASE64_STANDARD.encode(value));
        let request = TestRequest::default().insert_header((AUTHORIZATION, header)).to_http_request();
        let client = basic(&request).ok().flatten()?;
        Some((client.id, client.secret.map(|secret| secret.expose_secret().to_owned())))
    }

    #[test]
    fn basic_credentials_are_form_decoded() {
        let client = |id: &str, secret: Option<&str>| Some((id.to_owned(), secret.map(str::to_owned)));
        assert_eq!(basic_of("c-1@130128:s3"), client("c-1@130128", Some("s3")));
        assert_eq!(basic_of("c-1%40130128:a%2Bb+c"), client("c-1@130128", Some("a+b c")));
        assert_eq!(basic_of("c&d=e:f&g"), client("c&d=e", Some("f&g")));
        assert_eq!(basic_of("jixiao:"), client("jixiao", None));
        assert_eq!(basic_of(":"), None);
        assert_eq!(basic_of("no colon"), None);
    }
}
