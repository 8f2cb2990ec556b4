//! Jobs, over services that are stopped and killed in the middle of them.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::{Folder, PASSWORD, Service};

const SCHOOLS: u32 = 3_000;
const PERIODS: [&str; 2] = ["2021", "2022"];

/// Somebody who asks a service, whichever runs now.
struct Caller {
    http: Client,
    address: String,
    token: String,
}

impl Caller {
    fn at(service: &Service, token: &Value) -> Self {
        let token = token["access_token"].as_str().unwrap().to_owned();
        Self { http: Client::new(), address: format!("http://{}", service.api), token }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.address)).bearer_auth(&self.token)
    }

    async fn send(request: RequestBuilder, status: StatusCode) -> Value {
        let answer = request.send().await.unwrap();
        let (got, text) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(got, status, "{}", text.chars().take(1_000).collect::<String>());
        serde_json::from_str(&text).unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        Self::send(self.request(Method::GET, path), StatusCode::OK).await
    }

    /// The job when it has come to something.
    async fn until(&self, job: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let path = format!("/v1/jobs/{job}");
        for _ in 0..1_200 {
            let job = self.get(&path).await;
            if is_so(&job) {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the job does not come to that: {}", self.get(&path).await);
    }
}

fn school(n: u32) -> String {
    (2_100_000_000 + n).to_string()
}

/// A bureau with schools, a form that each fills in, and a machine client that does it for them.
async fn prepare(service: &Service) -> Value {
    let admin = Caller::at(service, &service.log_in(PASSWORD).1);
    let mut organisations =
        "code,name,kind,stage,parent,opened_on\nteaching,教学科,section,,990001,2000-01-01\n".to_owned();
    organisations.extend((0..SCHOOLS).map(|n| format!("{},学校{n},school,primary,990001,2000-01-01\n", school(n))));
    let import = admin.request(Method::POST, "/v1/organisations/import").header("content-type", "text/csv");
    let told = Caller::send(import.body(organisations), StatusCode::OK).await;
    assert_eq!(told["created"], SCHOOLS + 1);
    let catalogue = json!({
        "indicators": [{"code": "pupils", "name": {"zh": "学生数"}, "value_type": "count", "aggregation": "sum"}],
        "forms": [{"code": "basics", "name": {"zh": "基本情况"}, "section": "teaching", "period_type": "year",
            "stages": ["primary"], "window": {"opens_on": "start", "due_on": "end+240m", "closes_on": "end+240m"},
            "fields": [{"indicator": "pupils", "required": true}]}],
    });
    let put = admin.request(Method::PUT, "/v1/catalogue").header("if-match", "*").json(&catalogue);
    let status = put.send().await.unwrap().status();
    assert!(status.is_success(), "{status}");
    let client = json!({"name": "MIS", "organisation": "990001", "scopes": ["submissions:read", "submissions:write"]});
    let client = admin.request(Method::POST, "/v1/clients").json(&client);
    let client = Caller::send(client, StatusCode::CREATED).await;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", client["client"]["client_id"].as_str().unwrap()),
        ("client_secret", client["secret"].as_str().unwrap()),
    ];
    Caller::send(admin.http.post(format!("{}/oauth/token", admin.address)).form(&form), StatusCode::OK).await
}

fn file() -> String {
    let line = |period: &str, n: u32| {
        let values = json!([{"indicator": "pupils", "value": n, "note": "按时报送"}]);
        json!({"form": "basics", "period": period, "school": school(n), "values": values}).to_string() + "\n"
    };
    PERIODS.iter().flat_map(|period| (0..SCHOOLS).map(move |n| line(period, n))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_outlives_the_services_that_work_on_it() {
    let folder = Folder::new();
    assert!(folder.bootstrap("990001", PASSWORD).status.success());
    let mut service = folder.serve();
    let token = prepare(&service).await;
    let caller = Caller::at(&service, &token);
    let import = caller.request(Method::POST, "/v1/submissions/import?atomic=false").body(file());
    let import = import.header("content-type", "application/x-ndjson").header("prefer", "respond-async");
    let job = Caller::send(import, StatusCode::ACCEPTED).await["id"].as_str().unwrap().to_owned();

    // Told to stop, it puts the job back after the batch.
    let first = caller.until(&job, |job| job["done"] != 0).await;
    assert_eq!(first["state"], "running");
    service.signal(Signal::TERM);
    assert_eq!(service.exit_code(), Some(0));

    // The next one takes it up at once, and is killed over it.
    let mut service = folder.serve();
    let caller = Caller::at(&service, &token);
    let (done, attempts) = (first["done"].as_u64(), first["attempts"].as_u64());
    let second = caller.until(&job, |job| job["done"].as_u64() > done && job["state"] == "running").await;
    assert_eq!(second["attempts"].as_u64(), attempts, "a stop is no failure");
    service.child.kill().unwrap();
    service.child.wait().unwrap();

    // The third one takes it up when the lease has run out, and brings it to its end.
    let service = folder.serve();
    let caller = Caller::at(&service, &token);
    let last = caller.until(&job, |job| job["state"] != "running").await;
    assert_eq!((&last["state"], &last["percent"]), (&json!("done"), &json!(100)));
    let told = caller.get(&format!("/v1/jobs/{job}/result")).await;
    let rows = SCHOOLS * u32::try_from(PERIODS.len()).unwrap();
    assert_eq!(told, json!({"created": rows, "updated": 0, "unchanged": 0, "rejected": []}), "each row counts once");
    for period in PERIODS {
        let drafts_of = format!("/v1/forms/basics/periods/{period}/submissions?state=draft&limit=1000");
        let (mut drafts, mut next) = (0, json!(""));
        while let Some(cursor) = next.as_str() {
            let cursor = if cursor.is_empty() { String::new() } else { format!("&cursor={cursor}") };
            let page = caller.get(&format!("{drafts_of}{cursor}")).await;
            drafts += page["items"].as_array().unwrap().len();
            next = page["next"].clone();
        }
        assert_eq!(u32::try_from(drafts).unwrap(), SCHOOLS);
        let one = caller.get(&format!("/v1/forms/basics/periods/{period}/submissions/{}", school(7))).await;
        assert_eq!(one["version"], 1, "it was written once");
    }
}
