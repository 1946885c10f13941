//! An identity provider of the tests: discovery, keys, and a token endpoint that really checks
//! PKCE, our password and the address to come back to.
//!
//! Guarantees: what it signs is signed by a key it publishes, by RSA or by an elliptic curve,
//! unless a test asks for a token that lies. Absent on purpose: a page where people sign in; a test
//! says who is sitting there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair as RsaKeyPair, PublicKeyComponents};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

/// A key for tests alone.
const RSA_KEY: &[u8] = include_bytes!("issuer_rsa.pk8");
/// Our name with it.
pub const CLIENT_ID: &str = "billfold";
/// Our password with it.
pub const CLIENT_SECRET: &str = "tell nobody";

/// A running provider.
pub struct Issuer {
    /// Its address, as it names itself.
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    url: String,
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
    /// What each code stands for.
    codes: Mutex<HashMap<String, Granted>>,
}

struct Granted {
    challenge: String,
    redirect: String,
    token: String,
}

/// How a token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// By RSA.
    Rs256,
    /// By an elliptic curve.
    Es256,
    /// Not at all.
    Unsigned,
    /// By RSA, over other claims.
    Forged,
}

impl Issuer {
    /// Listens on a port of its own.
    pub async fn open() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let random = SystemRandom::new();
        let kind = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let ec = EcdsaKeyPair::generate_pkcs8(kind, &random).expect("a key");
        let shared = Arc::new(Shared {
            url: url.clone(),
            rsa: RsaKeyPair::from_pkcs8(RSA_KEY).expect("a key"),
            ec: EcdsaKeyPair::from_pkcs8(kind, ec.as_ref(), &random).expect("a key"),
            codes: Mutex::default(),
        });
        let app = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, shared }
    }

    /// Somebody sits at the page that a browser was sent to, and says yes: the address the browser
    /// goes back to. `change` may make the claims lie.
    pub fn says_yes(
        &self,
        asked: &str,
        signed: Signed,
        change: impl FnOnce(&mut Value),
    ) -> (String, String) {
        let (page, query) = asked.split_once('?').expect("a question");
        assert_eq!(page, format!("{}/authorize", self.url));
        let asked: HashMap<String, String> = serde_urlencoded::from_str(query).expect("a query");
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["client_id"], CLIENT_ID);
        assert_eq!(asked["code_challenge_method"], "S256");
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
        let mut claims = json!({
            "iss": self.url, "aud": CLIENT_ID, "sub": "0001", "nonce": asked["nonce"],
            "email": "ada@example.org", "email_verified": true,
        });
        change(&mut claims);
        let code = format!("code-{}", asked["state"]);
        let granted = Granted {
            challenge: asked["code_challenge"].clone(),
            redirect: asked["redirect_uri"].clone(),
            token: self.shared.sign(&claims, signed),
        };
        self.shared.codes.lock().expect("codes").insert(code.clone(), granted);
        let query = serde_urlencoded::to_string([("code", &code), ("state", &asked["state"])]);
        (asked["redirect_uri"].clone(), query.expect("a query"))
    }
}

impl Shared {
    fn sign(&self, claims: &Value, signed: Signed) -> String {
        let header = match signed {
            Signed::Rs256 | Signed::Forged => json!({ "alg": "RS256", "kid": "rsa" }),
            Signed::Es256 => json!({ "alg": "ES256", "kid": "ec" }),
            Signed::Unsigned => json!({ "alg": "none" }),
        };
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&header), part(claims));
        let random = SystemRandom::new();
        let by_rsa = |bytes: &[u8]| {
            let mut signature = vec![0; self.rsa.public().modulus_len()];
            self.rsa.sign(&RSA_PKCS1_SHA256, &random, bytes, &mut signature).expect("signed");
            signature
        };
        let signature = match signed {
            Signed::Rs256 => by_rsa(text.as_bytes()),
            Signed::Forged => by_rsa(b"something else"),
            Signed::Es256 => {
                self.ec.sign(&random, text.as_bytes()).expect("signed").as_ref().to_vec()
            }
            Signed::Unsigned => Vec::new(),
        };
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

async fn configuration(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let url = &shared.url;
    Json(json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
    }))
}

async fn keys(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let rsa = PublicKeyComponents::<Vec<u8>>::from(shared.rsa.public());
    let point = shared.ec.public_key().as_ref();
    Json(json!({ "keys": [
        { "kty": "RSA", "kid": "rsa", "use": "sig", "alg": "RS256",
          "n": encode(&rsa.n),
          "e": encode(&rsa.e) },
        { "kty": "EC", "kid": "ec", "use": "sig", "crv": "P-256",
          "x": encode(&point[1..33]), "y": encode(&point[33..65]) },
    ] }))
}

async fn token(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    let refused = |why: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": why })));
    let expected = STANDARD.encode(format!("{CLIENT_ID}:{}", CLIENT_SECRET.replace(' ', "+")));
    if headers.get("authorization").is_none_or(|it| it != &format!("Basic {expected}")) {
        return refused("invalid_client");
    }
    // A code is redeemed once.
    let granted = shared.codes.lock().expect("codes").remove(&form["code"]);
    let Some(granted) = granted else { return refused("invalid_grant") };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
    if challenge != granted.challenge || form["redirect_uri"] != granted.redirect {
        return refused("invalid_grant");
    }
    (StatusCode::OK, Json(json!({ "id_token": granted.token, "token_type": "Bearer" })))
}
