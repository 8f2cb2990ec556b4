//! Texts for people, in Chinese and in English.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A language in which the service speaks to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Chinese, the default.
    #[default]
    Chinese,
    /// English, on request (`Accept-Language: en`).
    English,
}

impl Language {
    /// The first language of an `Accept-Language` header that the service speaks, by weight.
    #[must_use]
    pub fn preferred(accept_language: Option<&str>) -> Self {
        let mut ranges: Vec<(f32, Self)> = accept_language
            .unwrap_or_default()
            .split(',')
            .filter_map(|range| {
                let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
                let weight = parameters.trim().strip_prefix("q=");
                let weight = weight.map_or(Some(1.0), |q| q.parse().ok())?;
                match tag.trim().get(..2)?.to_ascii_lowercase().as_str() {
                    "zh" => Some((weight, Self::Chinese)),
                    "en" => Some((weight, Self::English)),
                    _ => None,
                }
            })
            .collect();
        ranges.sort_by(|a, b| b.0.total_cmp(&a.0));
        ranges.first().map_or(Self::Chinese, |(_, language)| *language)
    }
}

/// The same text in both languages; made by [`say!`](crate::say).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Chinese.
    pub zh: Cow<'static, str>,
    /// English.
    pub en: Cow<'static, str>,
}

impl Message {
    /// The text in a language.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::Chinese => &self.zh,
            Language::English => &self.en,
        }
    }
}

/// Formats a [`Message`]: `say!("第 {row} 行", "row {row}")`.
#[macro_export]
macro_rules! say {
    ($zh:literal, $en:literal $(,)?) => {
        $crate::platform::message::Message { zh: format!($zh).into(), en: format!($en).into() }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_known_language_is_preferred() {
        for (header, language) in [
            (None, Language::Chinese),
            (Some("en"), Language::English),
            (Some("en-GB,en;q=0.9,zh;q=0.8"), Language::English),
            (Some("fr, zh-CN;q=0.7, en;q=0.3"), Language::Chinese),
            (Some("*"), Language::Chinese),
            (Some("语言;q=x"), Language::Chinese),
        ] {
            assert_eq!(Language::preferred(header), language, "{header:?}");
        }
    }
}
