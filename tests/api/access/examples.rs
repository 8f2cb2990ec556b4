//! A valid request for every operation.

use serde_json::{Value, json};

use crate::support::{BUREAU, PASSWORD, SCHOOL, TestApp, document, pupils};

/// What the callers meet: a school, a user and a machine client of the first county.
pub const USER: &str = "target";
pub const CLIENT: &str = "c-target@990001";

/// How an operation is asked.
#[derive(Clone)]
pub struct Example {
    pub operation: String,
    pub query: String,
    pub if_match: Option<&'static str>,
    pub body: Option<(&'static str, Vec<u8>)>,
}

impl Example {
    /// The example of an operation; and what it speaks of exists.
    pub async fn of(operation: &str, app: &TestApp) -> Self {
        prepare_things(app).await;
        let (query, body) = request(operation, app).await;
        let if_match = match operation {
            // There is a draft, and it stays for those who come after.
            "delete_form_draft" => Some("\"999\""),
            _ if operation.starts_with("put_my") => None,
            _ if ["put_", "patch_", "save_", "extend_", "revoke_client"]
                .iter()
                .any(|start| operation.starts_with(start)) =>
            {
                Some("*")
            }
            _ => None,
        };
        Self { operation: operation.to_owned(), query: query.to_owned(), if_match, body }
    }

    /// The path, with what its parameters stand for.
    pub fn fill(&self, path: &str) -> String {
        let code = match self.operation.as_str() {
            operation if operation.contains("organisation") => SCHOOL,
            operation if operation.contains("indicator") => "pupils",
            _ => "basics",
        };
        [
            ("{form}", "basics"),
            ("{period}", "2022"),
            ("{school}", SCHOOL),
            ("{revision}", "1"),
            ("{code}", code),
            ("{indicator}", "pupils"),
            ("{username}", USER),
            ("{client_id}", CLIENT),
        ]
        .iter()
        .fold(path.to_owned(), |path, (name, value)| path.replace(name, value))
    }

    /// Brings the submission to a state in which the operation has an effect.
    pub async fn prepare(&self, app: &TestApp) {
        let state = match self.operation.as_str() {
            "accept_submission" | "return_submission" => "submitted",
            "reopen_submission" => "accepted",
            "save_submission" | "submit_submission" => "returned",
            _ => return,
        };
        app.execute(&format!("UPDATE submissions SET state = '{state}', submitted_by = 'user:principal'")).await;
    }
}

/// The submission with a revision, the draft of a form, the user and the machine client.
async fn prepare_things(app: &TestApp) {
    if app.query("SELECT count(*) FROM submissions").await != 0 {
        return;
    }
    crate::support::Desk::basics(app).await.bring_to("submitted", &document(&pupils(1, 1))).await;
    let admin = app.log_in("admin").await;
    let mut form = admin.get("/v1/forms/basics").await.expect(200)["definition"].clone();
    form["help"] = json!({"zh": "请如实填写"});
    admin.with("if-match", "*").put("/v1/forms/basics", &form).await.expect(201);
    app.execute(&format!(
        "INSERT INTO users SELECT bureau_id, '{USER}', '{USER}', organisation, roles, password_hash, false, 1, created_at,
             updated_at FROM users WHERE username = 'reporter' AND bureau_id = 1;
         INSERT INTO clients VALUES (1, '{CLIENT}', 'target', '{SCHOOL}', '{{figures:read}}', sha256('secret'), false, 1, now(), now())"
    ))
    .await;
}

type Body = Option<(&'static str, Vec<u8>)>;

fn json_body(value: &Value) -> Body {
    Some(("application/json", value.to_string().into_bytes()))
}

fn form_body(text: &str) -> Body {
    Some(("application/x-www-form-urlencoded", text.as_bytes().to_vec()))
}

/// Query and body of an operation.
async fn request(operation: &str, app: &TestApp) -> (&'static str, Body) {
    match operation {
        "get_signing_keys"
        | "get_authorization_server"
        | "live"
        | "ready"
        | "get_catalogue"
        | "list_clients"
        | "get_client"
        | "revoke_client"
        | "rotate_client_secret"
        | "list_forms"
        | "get_form"
        | "delete_form_draft"
        | "publish_form"
        | "list_submissions"
        | "get_submission"
        | "list_revisions"
        | "get_revision"
        | "diff_revisions"
        | "list_indicators"
        | "get_indicator"
        | "get_me"
        | "list_organisations"
        | "get_organisation"
        | "list_users"
        | "get_user" => ("", None),
        "issue_token" => (
            "",
            form_body(&format!(
                "grant_type=password&username=leader%40{BUREAU}&password={}",
                PASSWORD.replace(' ', "+")
            )),
        ),
        "revoke_token" => ("", form_body("token=nonsense")),
        "get_form_template" => ("?school=2199000001&period=2022", None),
        "get_window" => ("?school=2199000001", None),
        "get_figures" => ("?indicator=pupils&period=2022", None),
        "get_figure_sources" => ("?period=2022", None),
        "put_catalogue" => ("?dry_run=true", json_body(&stored(app, "/v1/catalogue").await)),
        "put_form" => ("?dry_run=true", json_body(&stored(app, "/v1/forms/basics").await)),
        "put_indicator" => ("?dry_run=true", json_body(&stored(app, "/v1/indicators/pupils").await)),
        "put_organisation" => (
            "?dry_run=true",
            json_body(&json!({"kind": "school", "name": "第一小学", "stage": "primary", "opened_on": "2000-09-01"})),
        ),
        "patch_organisation" => ("?dry_run=true", json_body(&json!({"name": "第一实验小学"}))),
        "import_organisations" => {
            let file = format!(
                "code,name,kind,stage,township,parent,opened_on,closed_on\n{SCHOOL},第一小学,school,primary,,,,\n"
            );
            ("?dry_run=true", Some(("text/csv", file.into_bytes())))
        }
        "import_submissions" => {
            let line = json!({"form": "basics", "period": "2022", "school": SCHOOL, "values": pupils(2, 2)});
            ("?dry_run=true", Some(("application/x-ndjson", line.to_string().into_bytes())))
        }
        "create_client" => ("", json_body(&json!({"name": "MIS", "organisation": BUREAU, "scopes": ["figures:read"]}))),
        "patch_client" => ("", json_body(&json!({"name": "MIS"}))),
        "put_user" => (
            "",
            json_body(
                &json!({"display_name": "某人", "organisation": SCHOOL, "roles": ["school_reporter"], "password": PASSWORD}),
            ),
        ),
        "patch_user" => ("", json_body(&json!({"display_name": "某人"}))),
        "put_my_password" => ("", json_body(&json!({"current": "not the password", "new": "four random words again"}))),
        "save_submission" => ("", json_body(&document(&pupils(3, 4)))),
        "submit_submission" | "accept_submission" => ("", json_body(&json!({}))),
        "return_submission" | "reopen_submission" => ("", json_body(&json!({"note": "请核对"}))),
        "extend_window" => ("", json_body(&json!({"until": "2090-01-01", "reason": "停电"}))),
        _ => panic!("no example request for the operation {operation}"),
    }
}

/// A document as it stands, to be put again.
async fn stored(app: &TestApp, path: &str) -> Value {
    let document = app.log_in("admin").await.get(path).await.expect(200);
    document.get("definition").unwrap_or(&document).clone()
}
