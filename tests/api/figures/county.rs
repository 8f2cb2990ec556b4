//! A county whose schools report, and whose bureau accepts what they report.

use serde_json::{Value, json};

pub use crate::support::BUREAU;
use crate::support::{Answer, Client, TestApp};

/// 第一小学, 东乡.
pub const ONE: &str = "2199000001";
/// 第二小学, 西乡.
pub const TWO: &str = "2199000002";
/// 第三小学, 西乡; closed on 2021-08-31.
pub const THREE: &str = "2199000003";
/// 第一初中, 东乡; opened on 2022-09-01.
pub const JUNIOR: &str = "3199000001";

/// What is known of a record of the register of honours.
#[derive(Debug, Clone, Default)]
pub struct Honour {
    pub school: Option<&'static str>,
    /// State, and since when.
    pub timeline: Vec<(&'static str, &'static str)>,
    pub fields: serde_json::Map<String, Value>,
    pub withdrawn: bool,
}

impl Honour {
    pub fn new(school: Option<&'static str>, timeline: &[(&'static str, &'static str)], fields: Value) -> Self {
        let Value::Object(fields) = fields else { panic!("fields are an object") };
        Self { school, timeline: timeline.to_vec(), fields, withdrawn: false }
    }
}

/// The service with the catalogue of these tests, and everybody logged in.
pub struct County {
    pub app: TestApp,
    pub officer: Client,
    /// Changes whatever stands there.
    pub admin: Client,
    schools: Vec<(&'static str, Client)>,
}

impl County {
    pub async fn start() -> Self {
        Self::of(TestApp::with_catalogue_of(include_str!("catalogue.yaml")).await).await
    }

    /// The same service as if nothing had happened, with everybody logged in anew.
    pub async fn start_over(self) -> Self {
        self.app
            .execute(
                "TRUNCATE submissions, submission_revisions, submission_values, submission_standings, register_revisions,
                     budget_entries, payments, payment_plans, project_revisions CASCADE;
                 DELETE FROM organisation_versions WHERE version > 1;
                 UPDATE organisation_versions SET superseded_at = NULL;",
            )
            .await;
        Self::of(self.app).await
    }

    pub async fn of(app: TestApp) -> Self {
        let mut schools = Vec::new();
        for (school, name) in [(ONE, "principal"), (TWO, "principal2"), (THREE, "principal3"), (JUNIOR, "principal4")] {
            schools.push((school, app.log_in(name).await));
        }
        let officer = app.log_in("officer").await;
        let admin = app.log_in("admin").await.with("if-match", "*");
        Self { app, officer, admin, schools }
    }

    pub fn school(&self, school: &str) -> &Client {
        &self.schools.iter().find(|(code, _)| *code == school).unwrap().1
    }

    /// Saves a draft; the values are `indicator`, or `indicator dimension=option`.
    pub async fn save(&self, form: &str, period: &str, school: &str, values: &[(&str, Value)]) {
        let values = values.iter().map(|(cell, value)| cell_body(cell, value)).collect();
        let answer = self.put(form, period, school, values).await;
        assert!(answer.status.is_success(), "{}", answer.text);
    }

    /// Saves a draft, whatever stands there.
    pub async fn put(&self, form: &str, period: &str, school: &str, values: Vec<Value>) -> Answer {
        let (client, address) = (self.school(school), address(form, period, school));
        let body = json!({ "values": values });
        let answer = client.put(&address, &body).await;
        if answer.status == 428 { client.with("if-match", "*").put(&address, &body).await } else { answer }
    }

    /// Submits, accepts, returns or reopens.
    pub async fn act(&self, form: &str, period: &str, school: &str, action: &str) -> Answer {
        let client = if action == "submit" { self.school(school) } else { &self.officer };
        client.post(&format!("{}/{action}", address(form, period, school)), &json!({ "note": "见附件" })).await
    }

    /// Saves and submits.
    pub async fn submit(&self, form: &str, period: &str, school: &str, values: &[(&str, Value)]) {
        self.save(form, period, school, values).await;
        self.act(form, period, school, "submit").await.expect(200);
    }

    /// Saves, submits and accepts.
    pub async fn report(&self, form: &str, period: &str, school: &str, values: &[(&str, Value)]) {
        self.submit(form, period, school, values).await;
        self.act(form, period, school, "accept").await.expect(200);
    }

    /// Records what is known of an honour from now on, as its register would.
    pub async fn honour(&self, record: &str, honour: &Honour) {
        let school = honour.school.map_or_else(|| "NULL".to_owned(), |school| format!("'{school}'"));
        let stays = honour.timeline.iter().map(|(state, since)| json!({ "state": state, "since": since }));
        let timeline = Value::Array(stays.collect());
        let (state, withdrawn) = (honour.timeline.last().map_or("", |(state, _)| *state), honour.withdrawn);
        let fields = Value::Object(honour.fields.clone());
        self.app
            .execute(&format!(
                "WITH now AS MATERIALIZED (SELECT clock_timestamp() AS now),
                 past AS (
                     UPDATE register_revisions SET superseded_at = now FROM now
                     WHERE bureau_id = 1 AND register = 'honours' AND record = '{record}' AND superseded_at IS NULL
                     RETURNING revision
                 )
                 INSERT INTO register_revisions (bureau_id, register, record, revision, register_version, school, state,
                     timeline, fields, explanations, withdrawn, action, recorded_by, recorded_at)
                 SELECT 1, 'honours', '{record}', coalesce((SELECT revision FROM past), 0) + 1, 1, {school}, '{state}',
                     '{timeline}', '{fields}', '[]', {withdrawn}, 'update', 'user:officer', now
                 FROM now"
            ))
            .await;
    }

    /// Runs a statement that records something of money now, as the finance system's would; `now` is the time.
    pub async fn record(&self, statement: &str) {
        self.app.execute(&format!("WITH now AS MATERIALIZED (SELECT clock_timestamp() AS now) {statement}")).await;
    }

    /// Asks for figures as the bureau's officer.
    pub async fn figures(&self, query: &str) -> Value {
        self.officer.get(&format!("/v1/figures?{query}")).await.expect(200)
    }

    /// The sources of the indicator of a question: all pages as one.
    pub async fn sources(&self, query: &str) -> Value {
        let (indicator, rest) = query.strip_prefix("indicator=").and_then(|query| query.split_once('&')).unwrap();
        let address = format!("/v1/figures/{indicator}/sources?{rest}");
        let mut all = self.officer.get(&address).await.expect(200);
        while let Some(cursor) = all["next"].as_str() {
            let mut page = self.officer.get(&format!("{address}&cursor={cursor}")).await.expect(200);
            let items = page["items"].as_array_mut().unwrap().drain(..).collect::<Vec<_>>();
            all["items"].as_array_mut().unwrap().extend(items);
            all["next"] = page["next"].take();
        }
        all
    }

    /// The only figure that answers a question.
    pub async fn figure(&self, query: &str) -> Value {
        let mut answer = self.figures(query).await;
        let items = answer["items"].as_array_mut().unwrap();
        assert_eq!(items.len(), 1, "{items:?}");
        items.remove(0)
    }

    /// The values that answer a question: the parts of the group, then value, expected, reported.
    pub async fn table(&self, query: &str) -> Vec<Value> {
        let answer = self.figures(query).await;
        let row = |item: &Value| {
            let by = query.split('&').find_map(|part| part.strip_prefix("by=")).unwrap_or_default();
            let group = by.split(',').filter(|by| !by.is_empty()).map(|by| item["group"][by].clone());
            let coverage = &item["coverage"];
            let row = [item["value"].clone(), coverage["expected"].clone(), coverage["reported"].clone()];
            group.chain(row).collect()
        };
        answer["items"].as_array().unwrap().iter().map(row).collect()
    }
}

fn address(form: &str, period: &str, school: &str) -> String {
    format!("/v1/forms/{form}/periods/{period}/submissions/{school}")
}

fn cell_body(cell: &str, value: &Value) -> Value {
    let (indicator, choice) = cell.split_once(' ').unwrap_or((cell, ""));
    let dimensions: serde_json::Map<String, Value> =
        choice.split_once('=').into_iter().map(|(dimension, option)| (dimension.to_owned(), option.into())).collect();
    json!({ "indicator": indicator, "dimensions": dimensions, "value": value })
}
