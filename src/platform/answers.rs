//! What every operation of the document may answer besides its result, and the headers that make
//! it conditional or repeatable: said once, and referred to by each operation.
//!
//! ```text
//! #[utoipa::path(params(IfMatch), responses((status = 200, body = Thing), WriteErrors), …)]
//! ```

use std::collections::BTreeMap;

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Ref, Type};
use utoipa::openapi::{Components, ContentBuilder, RefOr, Required, Response, ResponseBuilder};
use utoipa::{IntoParams, IntoResponses, ToSchema};

use super::workbook::XLSX;

/// Status, name of the shared answer, and what it means.
const ERRORS: [(u16, &str, &str); 17] = [
    (400, "Malformed", "请求或参数格式错误 (the request or a parameter is malformed)"),
    (401, "Unauthenticated", "需要有效的访问令牌 (a valid access token is needed)"),
    (403, "Forbidden", "没有权限 (not allowed)"),
    (404, "NotFound", "不存在或不可见 (absent, or not visible to the caller)"),
    (406, "NotAcceptable", "不提供所要求的格式 (the format asked for is not available)"),
    (409, "Conflict", "当前状态不允许 (the state forbids it; it says which state and what would be allowed)"),
    (410, "Gone", "已不再提供，给出最早的位置 (not offered any more; the oldest position is named)"),
    (412, "PreconditionFailed", "内容已被他人修改 (it was changed in the meantime)"),
    (413, "TooLarge", "请求内容过大 (the request is too large)"),
    (415, "UnsupportedMediaType", "不支持的内容类型 (the content type is not supported)"),
    (416, "RangeNotSatisfiable", "所要求的范围不存在 (there is nothing in the range asked for)"),
    (422, "Invalid", "内容不符合要求，列出全部问题 (the content violates rules; all violations are named)"),
    (428, "PreconditionRequired", "缺少 If-Match (If-Match is missing)"),
    (429, "TooManyRequests", "请求过于频繁 (too many requests)"),
    (500, "Internal", "服务内部错误 (internal error)"),
    (501, "NotBuilt", "此版本未包含该功能 (this build of the service does not have it)"),
    (503, "Unavailable", "服务繁忙或暂不可用 (the service is busy or not available)"),
];

macro_rules! error_answers {
    ($($(#[$doc:meta])* $group:ident: $($status:literal)*;)*) => {$(
        $(#[$doc])*
        pub struct $group;

        impl IntoResponses for $group {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                refer(&[$($status),*])
            }
        }
    )*};
}

error_answers! {
    /// Of a GET that lists.
    ListErrors: 400 401 403 406 429 500 503;
    /// Of a GET of one thing.
    ReadErrors: 400 401 403 404 406 429 500 503;
    /// Of a GET of the bytes of a file.
    DownloadErrors: 400 401 403 404 406 416 429 500 503;
    /// Of a GET that writes what is kept in one of several formats, of which a build may lack some.
    FormatErrors: 400 401 403 404 406 429 500 501 503;
    /// Of a GET that needs something of the catalogue that may not be there.
    StateErrors: 400 401 403 404 406 409 429 500 503;
    /// Of a GET whose question may break rules in itself, such as a period of the wrong type.
    QueryErrors: 400 401 403 404 406 422 429 500 503;
    /// Of a POST that only asks, because its question is too long for a GET.
    QuestionErrors: 400 401 403 404 406 413 415 422 429 500 503;
    /// Of a GET that computes out of what may not be there yet, such as a policy.
    ComputedErrors: 400 401 403 404 406 409 429 500 503;
    /// Of the change feed.
    FeedErrors: 400 401 403 406 410 422 429 500 503;
    /// Of a PUT, PATCH or DELETE.
    WriteErrors: 400 401 403 404 409 412 413 415 422 428 429 500 503;
    /// Of a POST.
    ActionErrors: 400 401 403 404 409 412 413 415 422 429 500 503;
    /// Of an operation that anybody may call, without a token.
    PublicErrors: 400 413 415 422 429 500 503;
}

/// The bytes of a file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct Binary(#[expect(dead_code, reason = "only described")] Vec<u8>);

/// 304, for a GET whose answer has an entity tag.
pub struct NotModified;

impl IntoResponses for NotModified {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let answer = Response::new("与 If-None-Match 中的版本相同 (still the version named in If-None-Match)");
        BTreeMap::from([("304".to_owned(), answer.into())])
    }
}

/// Of a POST of a file of rows: as [`ActionErrors`], where a workbook that is refused may come back.
pub struct ImportErrors;

impl IntoResponses for ImportErrors {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut answers = ActionErrors::responses();
        let meaning = "内容不符合要求，列出全部问题；接受 XLSX 的，退回标好的工作簿 (the content violates rules; all violations are \
                       named, or marked in the workbook that comes back)";
        let mut refused = problem(422, meaning);
        let workbook = ContentBuilder::new().schema(Some(Ref::from_schema_name("Binary"))).build();
        refused.content.insert(XLSX.to_owned(), workbook.into());
        answers.insert("422".to_owned(), refused.into());
        answers
    }
}

fn refer(statuses: &[u16]) -> BTreeMap<String, RefOr<Response>> {
    ERRORS
        .iter()
        .filter(|(status, ..)| statuses.contains(status))
        .map(|(status, name, _)| (status.to_string(), Ref::from_response_name(*name).into()))
        .collect()
}

/// Adds the shared answers to the document.
pub fn register(components: &mut Components) {
    components
        .responses
        .extend(ERRORS.iter().map(|(status, name, meaning)| ((*name).to_owned(), problem(*status, meaning).into())));
}

fn problem(status: u16, meaning: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let answer = ResponseBuilder::new().description(meaning).content("application/problem+json", content);
    let header = |kind, description: &str| {
        HeaderBuilder::new()
            .schema(Some(ObjectBuilder::new().schema_type(kind).build()))
            .description(Some(description))
            .build()
    };
    match status {
        401 => answer.header("WWW-Authenticate", header(Type::String, "Bearer")),
        429 | 503 => answer.header("Retry-After", header(Type::Integer, "Seconds to wait before trying again")),
        _ => answer,
    }
    .build()
}

macro_rules! header_parameters {
    ($($(#[$doc:meta])* $group:ident: $($name:literal $meaning:literal $example:literal),*;)*) => {$(
        $(#[$doc])*
        pub struct $group;

        impl IntoParams for $group {
            fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                vec![$(header_parameter($name, $meaning, $example)),*]
            }
        }
    )*};
}

header_parameters! {
    /// For a PUT, PATCH or DELETE.
    IfMatch:
        "If-Match" "读到的 ETag，或 *；修改已有内容时必需 (the ETag that was read, or *; needed to change what exists)" "\"3\"",
        "If-None-Match" "* 表示只新建 (* to create only)" "*";
    /// For an action, which looks at the version only where the caller names one.
    IfMatchOptional: "If-Match" "读到的 ETag，可省略 (the ETag that was read, where it matters)" "\"3\"";
    /// For a GET whose answer has an entity tag.
    IfNoneMatch: "If-None-Match" "已有的 ETag，相同则答 304 (the ETag at hand; 304 where it is still that)" "\"3\"";
    /// For a GET of bytes.
    Range:
        "Range" "一段字节 (one range of bytes)" "bytes=0-1023",
        "If-Range" "已有的 ETag，内容变化则答全部 (the ETag at hand; all of it where it is another)" "\"9f86d081…\"";
    /// For a POST.
    IdempotencyKey:
        "Idempotency-Key" "重发同一请求时不变，24 小时内只生效一次 (the same on a resend: one effect within 24 hours)"
        "9f0c7a52-6f0e-4a53-8f0d-3a6f4f0d1c11";
}

fn header_parameter(name: &str, meaning: &str, example: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(meaning))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).build()))
        .example(Some(example.into()))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_refers_to_answers_that_are_registered() {
        let mut components = Components::new();
        register(&mut components);
        let groups = [
            ListErrors::responses(),
            ReadErrors::responses(),
            DownloadErrors::responses(),
            FormatErrors::responses(),
            QueryErrors::responses(),
            QuestionErrors::responses(),
            ComputedErrors::responses(),
            FeedErrors::responses(),
            WriteErrors::responses(),
            ActionErrors::responses(),
            PublicErrors::responses(),
        ];
        for (status, answer) in groups.into_iter().flatten() {
            let RefOr::Ref(reference) = answer else { panic!("{status} is not shared") };
            let name = reference.ref_location.trim_start_matches("#/components/responses/");
            assert!(components.responses.contains_key(name), "{name}");
        }
        assert_eq!(ReadErrors::responses().len(), 8, "a status without an entry in the table is missing");
    }
}
