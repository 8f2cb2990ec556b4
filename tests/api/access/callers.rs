//! One caller of each kind.

use chrono::TimeDelta;

use crate::support::{BUREAU, Client, SCHOOL, TestApp};

/// Everybody who asks, by the name of their column; and machine clients of one scope each.
pub struct Callers {
    people: Vec<(&'static str, Client)>,
    machines: Vec<(&'static str, Client)>,
}

/// Column → account. The colleague is an officer of another section than the form's.
const ACCOUNTS: [(&str, &str); 12] = [
    ("reporter", "reporter"),
    ("principal", "principal"),
    ("sibling", "principal2"),
    ("officer", "officer"),
    ("colleague", "colleague"),
    ("finance", "finance"),
    ("leader", "leader"),
    ("auditor", "auditor"),
    ("admin", "admin"),
    ("foreign principal", "principal@990002"),
    ("foreign officer", "officer@990002"),
    ("foreign admin", "admin@990002"),
];

/// Every scope, and the organisation of the machine client that has it and no other.
const SCOPES: [(&str, &str); 36] = [
    ("organisations:read", SCHOOL),
    ("organisations:write", BUREAU),
    ("catalogue:read", SCHOOL),
    ("catalogue:write", BUREAU),
    ("submissions:read", SCHOOL),
    ("submissions:write", SCHOOL),
    ("submissions:sign", SCHOOL),
    ("submissions:review", "teaching"),
    ("registers:read", SCHOOL),
    ("registers:write", SCHOOL),
    ("registers:review", "teaching"),
    ("files:read", SCHOOL),
    ("files:write", SCHOOL),
    ("windows:extend", "teaching"),
    ("projects:read", SCHOOL),
    ("projects:write", SCHOOL),
    ("projects:appraise", BUREAU),
    ("finance:read", SCHOOL),
    ("finance:budget", BUREAU),
    ("finance:post", BUREAU),
    ("assets:read", SCHOOL),
    ("assets:write", SCHOOL),
    ("assets:approve", BUREAU),
    ("performance:read", SCHOOL),
    ("performance:write", SCHOOL),
    ("performance:review", BUREAU),
    ("performance:approve", BUREAU),
    ("reports:read", BUREAU),
    ("reports:write", BUREAU),
    ("reports:approve", BUREAU),
    ("rectifications:read", SCHOOL),
    ("rectifications:write", SCHOOL),
    ("rectifications:verify", "teaching"),
    ("figures:read", SCHOOL),
    ("journal:read", BUREAU),
    ("accounts:manage", BUREAU),
];

impl Callers {
    /// A county at work, and everybody in it.
    pub async fn gather() -> (TestApp, Self) {
        let app = TestApp::with_catalogue().await;
        app.execute(
            "INSERT INTO users SELECT bureau_id, 'colleague', 'colleague', 'finance', '{section_officer}', password_hash,
                 false, 1, created_at, updated_at FROM users WHERE username = 'officer' AND bureau_id = 1",
        )
        .await;
        let expired = app.log_in("admin").await;
        app.app.db.clock().shift(TimeDelta::minutes(12));
        let mut people = vec![("nobody", app.anonymous()), ("expired", expired)];
        for (column, account) in ACCOUNTS {
            people.push((column, app.log_in(account).await));
        }
        let mut machines = Vec::new();
        for (scope, organisation) in SCOPES {
            machines.push((scope, app.machine(organisation, &[scope]).await));
        }
        (app, Self { people, machines })
    }

    pub fn people(&self) -> &[(&'static str, Client)] {
        &self.people
    }

    pub fn machines(&self) -> &[(&'static str, Client)] {
        &self.machines
    }

    /// The caller of a column.
    pub fn person(&self, column: &str) -> &Client {
        &self.people.iter().find(|(name, _)| *name == column).expect("a column").1
    }
}
