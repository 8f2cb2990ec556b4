//! stand-in
use chrono::{DateTime, Utc};

use crate::catalogue::Catalogues;
use crate::documents::{Block, Document, Finding, FindingKind, Paragraph, Shows, Source, Span};
use crate::figures::{self, Ask};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result, ViolationCode};
use crate::say;

pub(super) struct Assembled {
    pub document: Document,
    pub findings: Vec<Finding>,
    pub as_of: DateTime<Utc>,
    pub journal_position: i64,
}

pub(super) async fn assemble(
    tx: &mut Tx,
    catalogues: &Catalogues,
    scope: &Scope,
    template: &str,
    year: i32,
    as_of: DateTime<Utc>,
) -> Result<Assembled> {
    if !template.starts_with("annual") {
        return Err(AppError::violation("/template", ViolationCode::UnknownReference, say!("没有", "none")));
    }
    let ask = Ask {
        indicator: "pupils".into(),
        period: year.to_string().parse().map_err(|_| AppError::internal("p"))?,
        within: None,
        only: vec![],
    };
    let (as_of, figures) = figures::values(tx, catalogues, scope, &[ask], Some(as_of)).await?;
    let figure = figures.into_iter().next().flatten().ok_or_else(|| AppError::internal("f"))?;
    let place = "/sections/0/blocks/0".to_owned();
    let text = format!("{}人", figure.value.unwrap_or_default());
    let document = Document {
        title: vec!["教育局".into(), format!("{year}年度报告")],
        blocks: vec![Block::Paragraph(Paragraph {
            place: place.clone(),
            level: 0,
            number: String::new(),
            spans: vec![
                Span::Text { text: "在校生".into() },
                Span::Number { text: text.clone(), shows: Shows::Value, sources: vec![0] },
            ],
        })],
        signature: None,
        sources: vec![Source::Figure {
            indicator: "pupils".into(),
            name: "学生数".into(),
            period: year.to_string(),
            group: Default::default(),
            within: None,
            value: figure.value,
            previous: None,
            unit: figure.unit,
            expected: figure.coverage.expected as u64,
            reported: figure.coverage.reported as u64,
            as_of,
            journal_position: 3,
        }],
    };
    let findings = if figure.coverage.reported < figure.coverage.expected {
        vec![Finding {
            kind: FindingKind::Incomplete,
            place,
            quote: text,
            zh: "不完整".into(),
            en: "incomplete".into(),
        }]
    } else {
        vec![]
    };
    Ok(Assembled { document, findings, as_of, journal_position: 3 })
}
