//! Tokens that this service did not issue, or not so: none is accepted, although most are signed
//! with the very key of the service.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use chrono::Utc;
use ed25519_dalek::pkcs8::DecodePrivateKey;
use ed25519_dalek::{Signer, SigningKey};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{text, tokens_of};
use crate::support::{SECRET, TestApp};

/// The key with which the service signs, unsealed as only the service can.
async fn stolen_key(app: &TestApp) -> SigningKey {
    let row = app.query("SELECT jsonb_build_array(kid, encode(sealed_private_key, 'base64')) FROM signing_keys").await;
    let sealed = text(&row[1]).replace('\n', "");
    let sealed = base64::prelude::BASE64_STANDARD.decode(sealed).unwrap();
    let (nonce, sealed) = sealed.split_first_chunk::<24>().unwrap();
    let secret: [u8; 32] = Sha256::digest(format!("jixiao/signing-keys/1\0{SECRET}")).into();
    let payload = Payload { msg: sealed, aad: text(&row[0]).as_bytes() };
    let private = XChaCha20Poly1305::new(&secret.into()).decrypt(&XNonce::from(*nonce), payload).unwrap();
    SigningKey::from_pkcs8_der(&private).unwrap()
}

fn part(token: &str, index: usize) -> Value {
    serde_json::from_slice(&BASE64.decode(token.split('.').nth(index).unwrap()).unwrap()).unwrap()
}

fn message(header: &str, claims: &str) -> String {
    format!("{}.{}", BASE64.encode(header), BASE64.encode(claims))
}

fn sign(key: &SigningKey, header: &str, claims: &str) -> String {
    let message = message(header, claims);
    let signature = BASE64.encode(key.sign(message.as_bytes()).to_bytes());
    format!("{message}.{signature}")
}

fn sign_hmac(algorithm: Algorithm, secret: &[u8], header: &Value, claims: &Value) -> String {
    let message = message(&header.to_string(), &claims.to_string());
    let key = EncodingKey::from_secret(secret);
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, algorithm).unwrap();
    format!("{message}.{signature}")
}

/// A genuine token, taken apart, and the means to make others.
struct Forge {
    genuine: String,
    header: Value,
    claims: Value,
    key: SigningKey,
}

impl Forge {
    fn signed(&self, header: &Value, claims: &Value) -> String {
        sign(&self.key, &header.to_string(), &claims.to_string())
    }

    /// Signed with the service's key, but for one parameter of the header; null takes it away.
    fn header(&self, name: &str, value: Value) -> String {
        self.signed(&with(&self.header, name, value), &self.claims)
    }

    /// Signed with the service's key, but for one claim; null takes it away.
    fn claim(&self, name: &str, value: Value) -> String {
        self.signed(&self.header, &with(&self.claims, name, value))
    }

    fn claims(&self, changes: &[(&str, Value)]) -> String {
        let claims =
            changes.iter().fold(self.claims.clone(), |claims, (name, value)| with(&claims, name, value.clone()));
        self.signed(&self.header, &claims)
    }

    fn headers(&self) -> Vec<(String, String)> {
        let mut forged = Vec::new();
        for typ in [json!(null), json!("JWT"), json!("application/at+jwt"), json!("at+JWT"), json!("rt+jwt"), json!(1)]
        {
            forged.push((format!("typ {typ}"), self.header("typ", typ)));
        }
        for alg in
            [json!(null), json!("none"), json!("HS256"), json!("ES256"), json!("RS256"), json!("eddsa"), json!(8)]
        {
            forged.push((format!("alg {alg}"), self.header("alg", alg)));
        }
        for kid in [json!(null), json!("other"), json!(""), json!(7), json!("../../etc/passwd"), json!("' OR 1=1 --")] {
            forged.push((format!("kid {kid}"), self.header("kid", kid)));
        }
        for (name, value) in [
            ("jku", json!("https://127.0.0.1/jwks.json")),
            ("x5u", json!("https://127.0.0.1/cert.pem")),
            ("x5c", json!(["MIIB"])),
            ("x5t", json!("abc")),
            ("jwk", json!({"kty": "OKP", "crv": "Ed25519", "x": BASE64.encode(self.key.verifying_key().to_bytes())})),
            ("crit", json!(["exp"])),
            ("crit", json!([])),
            ("b64", json!(false)),
            ("zip", json!("DEF")),
            ("enc", json!("A128GCM")),
            ("cty", json!("JWT")),
            ("extra", json!(1)),
        ] {
            forged.push((format!("header {name}"), self.header(name, value)));
        }
        let twice = format!(r#"{{"alg":"none",{}"#, self.header.to_string().trim_start_matches('{'));
        forged.push(("alg twice".to_owned(), sign(&self.key, &twice, &self.claims.to_string())));
        for header in ["[]", "null", "\"EdDSA\"", "{", ""] {
            forged.push((format!("header is {header:?}"), sign(&self.key, header, &self.claims.to_string())));
        }
        forged
    }

    fn claim_sets(&self) -> Vec<(String, String)> {
        let now = Utc::now().timestamp();
        let mut forged = Vec::new();
        for name in ["iss", "aud", "exp", "iat", "sub", "jti", "client_id", "scope", "bureau", "sid"] {
            forged.push((format!("no {name}"), self.claim(name, json!(null))));
            let nulled = self.claims.to_string().replace(&format!("\"{name}\":"), &format!("\"{name}\":null,\"x\":"));
            forged.push((format!("{name} null"), sign(&self.key, &self.header.to_string(), &nulled)));
            forged.push((format!("{name} an object"), self.claim(name, json!({"a": 1}))));
            forged.push((format!("{name} a list"), self.claim(name, json!([self.claims[name]]))));
            forged.push((format!("{name} true"), self.claim(name, json!(true))));
        }
        for (name, value) in [
            ("exp", json!((now + 300).to_string())),
            ("exp", json!(1.0e300)),
            ("exp", json!(now - 31)),
            ("exp", json!(0)),
            ("exp", json!(-1)),
            ("nbf", json!(now + 120)),
            ("nbf", json!("soon")),
            ("iat", json!(now + 120)),
            ("iat", json!("now")),
            ("iss", json!("https://elsewhere.example")),
            ("iss", json!("")),
            ("aud", json!("elsewhere")),
            ("aud", json!("jixiao2")),
            ("aud", json!(["jixiao", "elsewhere"])),
            ("sub", json!("admin")),
            ("sub", json!("user:admin")),
            ("sub", json!("user:admin@990001")),
            ("sub", json!("user:nobody@990001")),
            ("sub", json!("client:c-1@990001")),
            ("sub", json!("system:identity")),
            ("sub", json!("user:\u{0}@990001")),
            ("jti", json!("not a uuid")),
            ("client_id", json!("other")),
            ("scope", json!(["accounts:manage"])),
            ("bureau", json!(2)),
            ("bureau", json!("1")),
            ("bureau", json!(-1)),
            ("bureau", json!(4_294_967_297_i64)),
            ("sid", json!("0198c0de-0000-7000-8000-000000000000")),
            ("sid", json!("1")),
        ] {
            forged.push((format!("{name} {value}"), self.claim(name, value)));
        }
        let client = [("sub", json!("client:c-1@990001")), ("client_id", json!("c-1@990001")), ("sid", json!(null))];
        forged.push(("an unknown client".to_owned(), self.claims(&client)));
        forged.push((
            "a user as client".to_owned(),
            self.claims(&[("sub", json!("client:reporter")), ("sid", json!(null))]),
        ));
        let later = format!(r#"{},"exp":{}}}"#, self.claims.to_string().trim_end_matches('}'), now + 9_999);
        for claims in [later.as_str(), "[]", "null", "{", "", "{}"] {
            forged.push((format!("claims {claims:.20}"), sign(&self.key, &self.header.to_string(), claims)));
        }
        forged
    }

    fn signatures(&self) -> Vec<(String, String)> {
        let other = SigningKey::from_bytes(&[7; 32]);
        let own_key = json!({"kty": "OKP", "crv": "Ed25519", "x": BASE64.encode(other.verifying_key().to_bytes())});
        let claims = self.claims.to_string();
        let public = self.key.verifying_key().to_bytes();
        let hmac = |algorithm, name: &str, secret: &[u8]| {
            sign_hmac(algorithm, secret, &with(&self.header, "alg", json!(name)), &self.claims)
        };
        let none = message(&with(&self.header, "alg", json!("none")).to_string(), &claims);
        let (head, signature) = self.genuine.rsplit_once('.').unwrap();
        let (header, payload) = head.split_once('.').unwrap();
        let raised = with(&self.claims, "sub", json!("user:admin@990001")).to_string();
        vec![
            ("another key".to_owned(), sign(&other, &self.header.to_string(), &claims)),
            (
                "another key that comes along".to_owned(),
                sign(&other, &with(&self.header, "jwk", own_key).to_string(), &claims),
            ),
            ("HS256 by the public key".to_owned(), hmac(Algorithm::HS256, "HS256", &public)),
            (
                "HS256 by the public key as text".to_owned(),
                hmac(Algorithm::HS256, "HS256", BASE64.encode(public).as_bytes()),
            ),
            ("HS512 by the public key".to_owned(), hmac(Algorithm::HS512, "HS512", &public)),
            ("HS256 that says EdDSA".to_owned(), hmac(Algorithm::HS256, "EdDSA", &public)),
            ("HS256 by nothing".to_owned(), hmac(Algorithm::HS256, "HS256", b"")),
            ("none, unsigned".to_owned(), format!("{none}.")),
            ("none, with the old signature".to_owned(), format!("{none}.{signature}")),
            ("unsigned".to_owned(), format!("{head}.")),
            ("two parts".to_owned(), head.to_owned()),
            ("four parts".to_owned(), format!("{}.{signature}", self.genuine)),
            (
                "raised claims under the old signature".to_owned(),
                format!("{header}.{}.{signature}", BASE64.encode(raised)),
            ),
            ("a truncated signature".to_owned(), self.genuine[..self.genuine.len() - 1].to_owned()),
            ("half a signature".to_owned(), format!("{head}.{}", &signature[..43])),
            ("a longer signature".to_owned(), format!("{}AA", self.genuine)),
            ("a padded signature".to_owned(), format!("{}==", self.genuine)),
            ("truncated claims".to_owned(), format!("{header}.{}.{signature}", &payload[..payload.len() - 4])),
            ("a signature of zeros".to_owned(), format!("{head}.{}", BASE64.encode([0; 64]))),
            ("a signature beyond the order of the group".to_owned(), format!("{head}.{}", beyond_the_order(signature))),
            ("swapped parts".to_owned(), format!("{payload}.{header}.{signature}")),
            ("only dots".to_owned(), "..".to_owned()),
            ("a space within".to_owned(), format!("{header}. {payload}.{signature}")),
        ]
    }
}

/// The same signature with the order of the group added to its scalar: equal to lax verifiers.
fn beyond_the_order(signature: &str) -> String {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut bytes = BASE64.decode(signature).unwrap();
    let mut carry = 0;
    for (byte, add) in bytes[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    BASE64.encode(bytes)
}

fn with(object: &Value, name: &str, value: Value) -> Value {
    let mut object = object.as_object().unwrap().clone();
    if value.is_null() {
        object.remove(name);
    } else {
        object.insert(name.to_owned(), value);
    }
    object.into()
}

#[tokio::test]
async fn no_forged_token_is_accepted() {
    let app = TestApp::start().await;
    let tokens = tokens_of(&app, "reporter").await;
    let genuine = text(&tokens["access_token"]).to_owned();
    let (header, claims) = (part(&genuine, 0), part(&genuine, 1));
    let forge = Forge { header, claims, key: stolen_key(&app).await, genuine };
    let status = async |token: &str| app.anonymous().with_token(token).get("/v1/me").await.status.as_u16();

    // What is not changed is accepted: so it is the change for which the others are refused.
    assert_eq!(status(&forge.genuine).await, 200);
    assert_eq!(status(&forge.signed(&forge.header, &forge.claims)).await, 200);
    assert_eq!(status(&forge.claim("nbf", json!(0))).await, 200);

    let refresh_token = ("a refresh token".to_owned(), text(&tokens["refresh_token"]).to_owned());
    let forged: Vec<_> =
        [forge.headers(), forge.claim_sets(), forge.signatures(), vec![refresh_token]].into_iter().flatten().collect();
    assert!(forged.len() > 140, "{}", forged.len());
    let mut accepted = Vec::new();
    for (what, token) in &forged {
        assert_ne!(*token, forge.genuine, "{what} changes nothing");
        if status(token).await != 401 {
            accepted.push(what);
        }
    }
    assert_eq!(accepted, Vec::<&String>::new());
}

#[tokio::test]
async fn no_single_changed_character_is_accepted() {
    let app = TestApp::start().await;
    let genuine = text(&tokens_of(&app, "reporter").await["access_token"]).to_owned();
    for place in 0..genuine.len() {
        let mut changed = genuine.clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        let token = String::from_utf8(changed).unwrap();
        app.anonymous().with_token(&token).get("/v1/me").await.problem(401, "invalid_token");
    }
}
