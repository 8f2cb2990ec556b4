//! Which of several formats an answer is given in, by `Accept` (RFC 9110).

use std::future::{Ready, ready};

use actix_web::http::header::ACCEPT;
use actix_web::{FromRequest, HttpRequest, dev::Payload};

use super::error::{AppError, Code, Result};
use crate::say;

/// The formats that a caller takes.
#[derive(Debug, Clone, Default)]
pub struct Accept(Option<String>);

impl Accept {
    /// The format that the caller likes best; where several are liked alike, the first offered.
    ///
    /// # Errors
    /// [`Code::NotAcceptable`] where the caller takes none of them.
    pub fn choose(&self, offered: &[&'static str]) -> Result<&'static str> {
        let weighed = offered.iter().rev().map(|format| (self.weight(format), *format));
        match weighed.max_by(|(one, _), (other, _)| one.total_cmp(other)) {
            Some((weight, format)) if weight > 0.0 => Ok(format),
            _ => {
                let offered = offered.join(", ");
                Err(AppError::new(Code::NotAcceptable)
                    .detail(say!("可提供：{offered}", "What is available: {offered}")))
            }
        }
    }

    /// How much a format is liked: by the most specific range that names it.
    fn weight(&self, format: &str) -> f32 {
        let Some(header) = &self.0 else { return 1.0 };
        let kind = format.split('/').next().unwrap_or_default();
        let ranges = header.split(',').map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok());
            (name, weight.unwrap_or_default())
        });
        let specificity = |name: &str| match name {
            _ if name == format => 3,
            _ if name.strip_suffix("/*") == Some(kind) => 2,
            "*/*" => 1,
            _ => 0,
        };
        ranges
            .map(|(name, weight)| (specificity(&name), weight))
            .filter(|(specificity, _)| *specificity > 0)
            .max_by_key(|(specificity, _)| *specificity)
            .map_or(0.0, |(_, weight)| weight)
    }
}

impl FromRequest for Accept {
    type Error = AppError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
        ready(Ok(Self(header.map(str::to_owned))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_liked_format_is_chosen() {
        const OFFERED: [&str; 3] = ["application/json", "application/yaml", "text/csv"];
        for (header, chosen) in [
            (None, Some("application/json")),
            (Some("*/*"), Some("application/json")),
            (Some("application/yaml"), Some("application/yaml")),
            (Some("Application/YAML; charset=utf-8"), Some("application/yaml")),
            (Some("application/json;q=0.2, text/csv;q=0.7"), Some("text/csv")),
            (Some("text/*, application/*;q=0.5"), Some("text/csv")),
            (Some("*/*, application/json;q=0"), Some("application/yaml")),
            (Some("image/png"), None),
            (Some("application/json;q=0"), None),
        ] {
            let accept = Accept(header.map(str::to_owned));
            assert_eq!(accept.choose(&OFFERED).ok(), chosen, "{header:?}");
        }
    }
}
