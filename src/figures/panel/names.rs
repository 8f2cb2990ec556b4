//! What people call the things by which figures are broken down.

use std::collections::BTreeMap;

use crate::catalogue::Catalogue;
use crate::catalogue::document::Text;
use crate::figures::question::By;
use crate::organisations::Stage;
use crate::platform::message::{Language, Message};
use crate::say;

/// The names of things, in a language.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) schools: &'a BTreeMap<String, String>,
    pub(super) language: Language,
}

impl Names<'_> {
    /// A text for people.
    pub(super) fn say(&self, message: &Message) -> String {
        message.text(self.language).to_owned()
    }

    fn text(&self, text: &Text) -> String {
        match (self.language, &text.en) {
            (Language::English, Some(english)) => english.clone(),
            _ => text.zh.clone(),
        }
    }

    pub(super) fn indicator(&self, code: &str) -> String {
        self.catalogue.indicator(code).map_or_else(|| code.to_owned(), |found| self.text(&found.definition.name))
    }

    /// The unit of an indicator.
    pub(super) fn unit(&self, code: &str) -> Option<&str> {
        self.catalogue.indicator(code)?.definition.unit.as_deref()
    }

    /// What a key of a breakdown is about.
    pub(super) fn by(&self, by: &By) -> String {
        let message = match by {
            By::School => say!("学校", "School"),
            By::Stage => say!("学段", "Stage"),
            By::Township => say!("乡镇", "Township"),
            By::Project => say!("项目", "Project"),
            By::Within => say!("单位", "Organisation"),
            By::Dimension(code) => {
                return self.catalogue.dimension(code).map_or_else(|| code.clone(), |found| self.text(&found.name));
            }
        };
        self.say(&message)
    }

    /// A part of a breakdown; what has none is said to.
    pub(super) fn part(&self, by: &By, part: Option<&str>) -> String {
        let Some(code) = part else { return self.say(&say!("无", "None")) };
        let name = match by {
            By::School => self.schools.get(code).cloned(),
            By::Stage => code.parse().ok().map(|stage| self.say(&stage_name(stage))),
            By::Dimension(dimension) => {
                let options = self.catalogue.dimension(dimension).into_iter().flat_map(|dimension| &dimension.options);
                options.filter(|option| option.code == code).map(|option| self.text(&option.name)).next()
            }
            By::Township | By::Project | By::Within => None,
        };
        name.unwrap_or_else(|| code.to_owned())
    }
}

fn stage_name(stage: Stage) -> Message {
    let english = match stage {
        Stage::Kindergarten => "Kindergartens",
        Stage::Primary => "Primary schools",
        Stage::TeachingPoint => "Teaching points",
        Stage::JuniorSecondary => "Junior secondary schools",
        Stage::NineYear => "Nine-year schools",
        Stage::SeniorSecondary => "Senior secondary schools",
        Stage::CompleteSecondary => "Complete secondary schools",
        Stage::Vocational => "Vocational schools",
        Stage::Special => "Special schools",
    };
    let chinese = stage.title();
    say!("{chinese}", "{english}")
}
