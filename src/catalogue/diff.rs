//! What an edit changes: two documents compared, code by code.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use utoipa::ToSchema;

use super::document::{CatalogueDocument, Dimension, Form, Indicator, Policy, Register, ReportTemplate};

/// What an edit of the catalogue changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CatalogueChanges)]
pub struct Changes {
    /// The version of the catalogue that results.
    #[schema(example = 4)]
    pub version: i32,
    /// Whether anything changes; where nothing does there is no new version.
    pub changed: bool,
    /// Dimensions, by code.
    pub dimensions: Changed,
    /// Indicators, by code.
    pub indicators: Changed,
    /// Published forms, by code.
    pub forms: Changed,
    /// Drafts of forms, by code.
    pub drafts: Changed,
    /// Registers, by code.
    pub registers: Changed,
    /// Policies, by code.
    pub policies: Changed,
    /// Report templates, by code.
    pub report_templates: Changed,
    /// The versions of forms that are published by this, by code.
    #[schema(example = json!({"gaokao": 2}))]
    pub published: BTreeMap<String, i32>,
    /// The versions of registers that this makes, by code.
    #[schema(example = json!({"honours": 2}))]
    pub register_versions: BTreeMap<String, i32>,
}

/// Codes of what is new, different, or gone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ChangedCodes)]
pub struct Changed {
    /// What is new.
    pub added: Vec<String>,
    /// What is different.
    pub changed: Vec<String>,
    /// What is gone.
    pub removed: Vec<String>,
}

impl Changes {
    /// What it takes to make `after` of `before`, which is the version `version`.
    pub(super) fn between(before: &CatalogueDocument, after: &CatalogueDocument, version: i32) -> Self {
        Self {
            version,
            changed: before != after,
            dimensions: Changed::between(&before.dimensions, &after.dimensions),
            indicators: Changed::between(&before.indicators, &after.indicators),
            forms: Changed::between(&before.forms, &after.forms),
            drafts: Changed::between(&before.drafts, &after.drafts),
            registers: Changed::between(&before.registers, &after.registers),
            policies: Changed::between(&before.policies, &after.policies),
            report_templates: Changed::between(&before.report_templates, &after.report_templates),
            published: BTreeMap::new(),
            register_versions: BTreeMap::new(),
        }
    }
}

/// What a catalogue defines under a code.
pub(super) trait Coded: PartialEq {
    fn code(&self) -> &str;
}

impl Coded for Dimension {
    fn code(&self) -> &str {
        &self.code
    }
}

impl Coded for Indicator {
    fn code(&self) -> &str {
        &self.code
    }
}

impl Coded for Form {
    fn code(&self) -> &str {
        &self.code
    }
}

impl Coded for Policy {
    fn code(&self) -> &str {
        &self.code
    }
}

impl Coded for Register {
    fn code(&self) -> &str {
        &self.code
    }
}

impl Coded for ReportTemplate {
    fn code(&self) -> &str {
        &self.code
    }
}

/// Where something with a code stands in a list.
pub(super) fn position<T: Coded>(list: &[T], code: &str) -> Option<usize> {
    list.iter().position(|each| each.code() == code)
}

/// Puts something in the place of what has its code, or at the end; gives back the place.
pub(super) fn put<T: Coded>(list: &mut Vec<T>, item: T) -> usize {
    let place = position(list, item.code()).unwrap_or(list.len());
    match list.get_mut(place) {
        Some(present) => *present = item,
        None => list.push(item),
    }
    place
}

impl Changed {
    fn between<T: Coded>(before: &[T], after: &[T]) -> Self {
        let past: HashMap<&str, &T> = before.iter().map(|each| (each.code(), each)).collect();
        let codes = |list: Vec<&T>| list.into_iter().map(|each| each.code().to_owned()).collect();
        let is_there = |each: &&T| past.contains_key(each.code());
        let (known, added): (Vec<&T>, Vec<&T>) = after.iter().partition(is_there);
        Self {
            added: codes(added),
            changed: codes(known.into_iter().filter(|each| past.get(each.code()) != Some(each)).collect()),
            removed: codes(before.iter().filter(|each| position(after, each.code()).is_none()).collect()),
        }
    }
}
