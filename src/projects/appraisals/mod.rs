//! Ex-ante appraisals (事前评估): what a project is worth before it enters a budget, by the criteria of the policy.

pub(super) mod http;
mod judge;
mod ops;
mod queries;
