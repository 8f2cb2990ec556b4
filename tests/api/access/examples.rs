//! A valid request for every operation.

pub mod assets;
pub mod evaluation;
pub mod figures;
pub mod finance;
pub mod goals;
pub mod jobs;
pub mod monitoring;
pub mod projects;
pub mod reports;

use serde_json::{Value, json};

use crate::support::{BUREAU, Desk, MULTIPART, PASSWORD, SCHOOL, TestApp, document, multipart, pupils};

/// What the callers meet: a school, a user and a machine client of the first county.
pub const USER: &str = "target";
pub const CLIENT: &str = "c-target@990001";
pub const RECORD: &str = "award-1";

/// The file that is attached to the school's submission.
pub const FILE: &str = "0197a2b4-7c1e-7d52-9c55-0d3f4a0e6b11";

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
        assets::prepare_things(app).await;
        let (query, body) = request(operation, app).await;
        let if_match = match operation {
            "delete_goal" => Some("*"),
            // There is a draft, and it stays for those who come after.
            "delete_form_draft" => Some("\"999\""),
            _ if changes_something(operation) => Some("*"),
            _ => None,
        };
        Self { operation: operation.to_owned(), query: query.to_owned(), if_match, body }
    }

    /// The path, with what its parameters stand for.
    pub fn fill(&self, path: &str) -> String {
        if goals::has(&self.operation) {
            return goals::fill(&self.operation, path);
        }
        if reports::has(&self.operation) {
            return reports::fill(path);
        }
        let code = match self.operation.as_str() {
            operation if operation.contains("organisation") => SCHOOL,
            operation if operation.contains("indicator") => "pupils",
            operation if operation.contains("polic") => "county_2020",
            operation if operation.contains("report_template") => "annual",
            operation if operation.contains("register") => "awards",
            operation => projects::code(operation).unwrap_or("basics"),
        };
        let step = match self.operation.as_str() {
            "move_project" => "start",
            "take_disposal_step" => "withdraw",
            _ => "begin",
        };
        let path = evaluation::fill(&self.operation, &monitoring::fill(&self.operation, path));
        [
            ("{form}", "basics"),
            ("{period}", "2022"),
            ("{school}", SCHOOL),
            ("{revision}", "1"),
            ("{code}", code),
            ("{indicator}", "pupils"),
            ("{register}", "awards"),
            ("{record}", RECORD),
            ("{transition}", "withdraw"),
            ("{username}", USER),
            ("{client_id}", CLIENT),
            ("{id}", FILE),
            ("{project}", projects::PROJECT),
            ("{rectification}", projects::RECTIFICATION),
            ("{appraisal}", "1"),
            ("{step}", step),
            ("{item}", finance::item(&self.operation)),
            ("{voucher}", finance::VOUCHER),
            ("{job}", jobs::JOB),
        ]
        .iter()
        .chain(&assets::PARAMETERS)
        .fold(path, |path, (name, value)| path.replace(name, value))
    }

    /// Brings the submission to a state in which the operation has an effect.
    pub async fn prepare(&self, app: &TestApp) {
        monitoring::prepare(&self.operation, app).await;
        projects::restore(&self.operation, app).await;
        evaluation::prepare(&self.operation, app).await;
        reports::prepare(&self.operation, app).await;
        jobs::prepare(&self.operation, app).await;
        if goals::has(&self.operation) {
            return goals::prepare(&self.operation, app).await;
        }
        assets::restore(&self.operation, app).await;
        if self.operation.contains("_file") {
            app.execute(&format!(
                "INSERT INTO file_attachments VALUES
                     (1, '{FILE}', 'submission', 'basics/2022/{SCHOOL}', '{SCHOOL}', 'user:reporter', now()),
                     (1, '{FILE}', 'record', 'awards/{RECORD}', '{SCHOOL}', 'user:reporter', now())
                     ON CONFLICT DO NOTHING;
                 UPDATE files SET unattached_since = NULL WHERE id = '{FILE}'"
            ))
            .await;
        }
        let state = match self.operation.as_str() {
            "create_record" | "patch_record" | "move_record" => {
                app.execute(
                    "DELETE FROM register_revisions WHERE record = 'new' OR revision > 1;
                     UPDATE register_revisions SET superseded_at = NULL",
                )
                .await;
                return;
            }
            "accept_submission" | "return_submission" => "submitted",
            "reopen_submission" => "accepted",
            "save_submission" | "submit_submission" => "returned",
            _ => return,
        };
        app.execute(&format!("UPDATE submissions SET state = '{state}', submitted_by = 'user:principal'")).await;
    }
}

fn changes_something(operation: &str) -> bool {
    const STARTS: [&str; 5] = ["put_", "patch_", "save_", "extend_", "revoke_client"];
    operation != "put_my_password" && STARTS.iter().any(|start| operation.starts_with(start))
}

/// The submission with a revision, the draft of a form, the user and the machine client.
async fn prepare_things(app: &TestApp) {
    if app.query("SELECT count(*) FROM submissions").await != 0 {
        return;
    }
    Desk::basics(app).await.bring_to("submitted", &document(&pupils(1, 1))).await;
    let award = json!({"code": RECORD, "school": SCHOOL, "fields": {"title": "足球", "level": "county"}});
    app.log_in("reporter").await.post("/v1/registers/awards/records", &award).await.expect(201);
    app.log_in("reporter").await.upload("证书.pdf", b"%PDF-1.7 a certificate").await.expect(201);
    app.execute(&format!("UPDATE files SET id = '{FILE}'")).await;
    projects::prepare_things(app).await;
    finance::prepare_things(app).await;
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

/// What stands behind the `?`, and the body with its type.
type Request = (&'static str, Option<(&'static str, Vec<u8>)>);

fn json_request(query: &'static str, body: &Value) -> Request {
    (query, Some(("application/json", body.to_string().into_bytes())))
}

fn form_request(form: &str) -> Request {
    ("", Some(("application/x-www-form-urlencoded", form.as_bytes().to_vec())))
}

fn file_request(media_type: &'static str, file: String) -> Request {
    ("?dry_run=true", Some((media_type, file.into_bytes())))
}

/// Operations that are asked with a path alone.
const PLAIN: [&str; 44] = [
    "get_signing_keys",
    "get_authorization_server",
    "live",
    "ready",
    "get_catalogue",
    "list_clients",
    "get_client",
    "revoke_client",
    "rotate_client_secret",
    "list_forms",
    "get_form",
    "delete_form_draft",
    "publish_form",
    "list_submissions",
    "get_submission",
    "list_revisions",
    "get_revision",
    "diff_revisions",
    "list_indicators",
    "get_indicator",
    "get_file",
    "get_file_content",
    "delete_file",
    "attach_file_to_submission",
    "detach_file_from_submission",
    "attach_file_to_record",
    "detach_file_from_record",
    "get_me",
    "list_organisations",
    "get_organisation",
    "list_users",
    "get_user",
    "list_policies",
    "get_policy",
    "list_report_templates",
    "get_report_template",
    "list_registers",
    "get_register",
    "get_register_schema",
    "list_records",
    "get_record",
    "list_record_revisions",
    "list_journal",
    "get_journal_head",
];

/// Query and body of an operation.
async fn request(operation: &str, app: &TestApp) -> Request {
    let of_rooms = [
        projects::request(operation),
        figures::request(operation),
        finance::request(operation),
        assets::request(operation),
        goals::has(operation).then(|| goals::request(operation)),
        reports::has(operation).then(|| reports::request(operation)),
        jobs::request(operation),
        monitoring::request(operation, app).await,
        evaluation::request(operation, app).await,
    ];
    match of_rooms.into_iter().flatten().next() {
        Some(request) => request,
        None => request_of_the_base(operation, app).await,
    }
}

/// Query and body of an operation of the rooms that have no file of their own here.
async fn request_of_the_base(operation: &str, app: &TestApp) -> Request {
    match operation {
        _ if PLAIN.contains(&operation) => ("", None),
        "get_form_template" | "get_form_workbook" => ("?school=2199000001&period=2022", None),
        "list_changes" => ("?after=0", None),
        "get_window" => ("?school=2199000001", None),
        "get_figures" => ("?indicator=pupils&period=2022", None),
        "list_files" => ("?form=basics&period=2022&school=2199000001", None),
        "create_file" => ("", Some((MULTIPART, multipart("证书.pdf", b"%PDF-1.7 a certificate")))),
        "get_figure_sources" => ("?period=2022", None),
        "issue_token" => {
            let password = PASSWORD.replace(' ', "+");
            form_request(&format!("grant_type=password&username=leader%40{BUREAU}&password={password}"))
        }
        "revoke_token" => form_request("token=nonsense"),
        "put_catalogue" => json_request("?dry_run=true", &stored(app, "/v1/catalogue").await),
        "put_form" => json_request("?dry_run=true", &stored(app, "/v1/forms/basics").await),
        "put_policy" => json_request("?dry_run=true", &stored(app, "/v1/policies/county_2020").await),
        "put_report_template" => json_request("?dry_run=true", &stored(app, "/v1/report-templates/annual").await),
        "put_register" => json_request("?dry_run=true", &stored(app, "/v1/registers/awards").await),
        "create_record" => {
            let fields = json!({"title": "合唱", "level": "city"});
            json_request("", &json!({"code": "new", "school": SCHOOL, "fields": fields}))
        }
        "patch_record" => json_request("", &json!({"fields": {"abroad": true}})),
        "move_record" => json_request("", &json!({"note": "登记有误"})),
        "import_records" => {
            let fields = json!({"title": "合唱", "level": "city"});
            let row = json!({"code": "imported", "school": SCHOOL, "fields": fields});
            file_request("application/x-ndjson", row.to_string())
        }
        "put_indicator" => json_request("?dry_run=true", &stored(app, "/v1/indicators/pupils").await),
        "put_organisation" => json_request(
            "?dry_run=true",
            &json!({"kind": "school", "name": "第一小学", "stage": "primary", "opened_on": "2000-09-01"}),
        ),
        "patch_organisation" => json_request("?dry_run=true", &json!({"name": "第一实验小学"})),
        "import_organisations" => {
            let header = "code,name,kind,stage,township,parent,opened_on,closed_on";
            file_request("text/csv", format!("{header}\n{SCHOOL},第一小学,school,primary,,,,\n"))
        }
        "import_submissions" => {
            let line = json!({"form": "basics", "period": "2022", "school": SCHOOL, "values": pupils(2, 2)});
            file_request("application/x-ndjson", line.to_string())
        }
        "create_client" => {
            json_request("", &json!({"name": "MIS", "organisation": BUREAU, "scopes": ["figures:read"]}))
        }
        "patch_client" => json_request("", &json!({"name": "MIS"})),
        "put_user" => {
            let roles = ["school_reporter"];
            let user = json!({"display_name": "某人", "organisation": SCHOOL, "roles": roles, "password": PASSWORD});
            json_request("", &user)
        }
        "patch_user" => json_request("", &json!({"display_name": "某人"})),
        // Not the password, or whoever asks would be logged out.
        "put_my_password" => json_request("", &json!({"current": "a mistake", "new": "four random words again"})),
        "save_submission" => json_request("", &document(&pupils(3, 4))),
        "submit_submission" | "accept_submission" => json_request("", &json!({})),
        "return_submission" | "reopen_submission" => json_request("", &json!({"note": "请核对"})),
        "extend_window" => json_request("", &json!({"until": "2090-01-01", "reason": "停电"})),
        _ => panic!("no example request for the operation {operation}"),
    }
}

/// A document as it stands, to be put again.
async fn stored(app: &TestApp, path: &str) -> Value {
    let document = app.log_in("admin").await.get(path).await.expect(200);
    document.get("definition").unwrap_or(&document).clone()
}
