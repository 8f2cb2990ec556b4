//! What can go wrong, as RFC 9457 problem details: one error type, one closed table of codes.
//!
//! A handler returns [`AppError`]; the middleware in [`crate::http`] renders it in the caller's
//! language. Causes are logged with the request id and never sent.

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::message::{Language, Message};
use crate::say;

/// Declares a closed table of codes: variant, code, further columns.
macro_rules! problem_codes {
    ($($variant:ident $status:ident $zh:literal $en:literal;)*) => {
        /// What kind of problem it is: stable, the same in every language.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        #[schema(as = ProblemCode)]
        pub enum Code {
            $(#[doc = $en] $variant,)*
        }

        impl Code {
            /// The HTTP status with which it is answered.
            #[must_use]
            pub fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)* }
            }

            fn title(self) -> Message {
                match self { $(Self::$variant => say!($zh, $en),)* }
            }
        }
    };
}

problem_codes! {
    MalformedRequest BAD_REQUEST "请求格式错误" "The request is malformed";
    InvalidParameter BAD_REQUEST "查询参数错误" "A parameter is not valid";
    Unauthenticated UNAUTHORIZED "需要有效的访问令牌" "A valid access token is needed";
    InvalidToken UNAUTHORIZED "访问令牌无效" "The access token is not valid";
    Forbidden FORBIDDEN "没有权限" "Not allowed";
    FourEyes FORBIDDEN "提交人不得审核自己的提交" "Whoever submitted may not decide";
    NotFound NOT_FOUND "未找到" "Not found";
    ContentLost NOT_FOUND "文件内容已丢失" "The content of the file is lost";
    MethodNotAllowed METHOD_NOT_ALLOWED "不支持该请求方法" "The method is not allowed here";
    NotAcceptable NOT_ACCEPTABLE "不提供所要求的格式" "The format asked for is not available";
    StateForbids CONFLICT "当前状态不允许此操作" "The state forbids this";
    WindowClosed CONFLICT "不在填报时间内" "The window is closed";
    AlreadyExists CONFLICT "已存在" "It exists already";
    InUse CONFLICT "仍被引用" "It is still in use";
    QuotaExceeded CONFLICT "超出存储配额" "The quota is exceeded";
    BalanceExceeded CONFLICT "超出可用余额" "The available balance is exceeded";
    IdempotencyInFlight CONFLICT "相同的请求正在处理" "The same request is under way";
    Gone GONE "已不再提供" "It is not offered any more";
    PreconditionFailed PRECONDITION_FAILED "内容已被他人修改" "It was changed in the meantime";
    PayloadTooLarge PAYLOAD_TOO_LARGE "请求内容过大" "The request is too large";
    RangeNotSatisfiable RANGE_NOT_SATISFIABLE "所要求的范围不存在" "There is nothing in the range asked for";
    UnsupportedMediaType UNSUPPORTED_MEDIA_TYPE "不支持的内容类型" "The content type is not supported";
    ValidationFailed UNPROCESSABLE_ENTITY "内容不符合要求" "The content violates rules";
    IdempotencyKeyReused UNPROCESSABLE_ENTITY "幂等键已用于其他请求" "The idempotency key was used for another request";
    PreconditionRequired PRECONDITION_REQUIRED "缺少 If-Match" "If-Match is missing";
    RateLimited TOO_MANY_REQUESTS "请求过于频繁" "Too many requests";
    Internal INTERNAL_SERVER_ERROR "服务内部错误" "Internal error";
    NotBuilt NOT_IMPLEMENTED "此版本未包含该功能" "This build of the service does not have it";
    Overloaded SERVICE_UNAVAILABLE "服务繁忙" "The service is busy";
    Unavailable SERVICE_UNAVAILABLE "服务暂不可用" "The service is not available";
}

impl Code {
    fn name(self) -> String {
        serde_json::to_value(self).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// What is wrong with one place of a request: stable, the same in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ViolationCode {
    /// A field or parameter that does not exist.
    UnknownField,
    /// A field that must be there is not.
    Missing,
    /// Another type of value is needed.
    WrongType,
    /// The text does not have the form needed.
    WrongFormat,
    /// Not one of the values that are allowed.
    NotAllowed,
    /// A number outside its bounds.
    OutOfRange,
    /// More digits than are kept.
    TooManyDigits,
    /// A text or list that is too long or too short.
    WrongLength,
    /// The same thing stands twice.
    Duplicate,
    /// Something that contradicts another part of the request.
    Inconsistent,
    /// Something named here does not exist.
    UnknownReference,
    /// An indicator that does not exist.
    UnknownIndicator,
    /// An indicator that exists but is not on this form.
    IndicatorNotOnForm,
    /// A dimension that the indicator lacks, or an option that the dimension lacks.
    WrongDimension,
    /// A form that does not exist.
    UnknownForm,
    /// A school that does not exist or is not visible.
    UnknownSchool,
    /// The school does not fill in this form.
    SchoolNotInForm,
    /// The school was not open in the period.
    SchoolNotOpen,
    /// The form is filled in for another kind of period.
    WrongPeriodType,
    /// Not a period.
    InvalidPeriod,
    /// A value that is needed before submitting is missing.
    RequiredValue,
    /// A rule of severity `error` does not hold.
    RuleViolated,
    /// A rule of severity `warning` does not hold and is not explained.
    UnexplainedWarning,
    /// An expression of the rule language that is not right.
    Expression,
    /// A code that was given up and may not be used again.
    VoidCode,
    /// The state of the thing forbids it.
    StateForbids,
}

/// What is wrong with one place of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// JSON pointer (RFC 6901) into the body that was sent, or `?name` for a parameter.
    pub pointer: String,
    /// What is wrong.
    pub code: ViolationCode,
    /// The same for people.
    pub message: Message,
    /// The cell of a workbook in which it lies.
    pub cell: Option<String>,
}

impl Violation {
    /// A violation at a place.
    pub fn new(pointer: impl Into<String>, code: ViolationCode, message: Message) -> Self {
        Self { pointer: pointer.into(), code, message, cell: None }
    }

    /// The same violation inside something larger, at `prefix`.
    #[must_use]
    pub fn below(mut self, prefix: &str) -> Self {
        self.pointer.insert_str(0, prefix);
        self
    }

    /// The same violation, in a cell of a workbook.
    #[must_use]
    pub fn at_cell(self, cell: String) -> Self {
        Self { cell: Some(cell), ..self }
    }

    /// How it is sent.
    #[must_use]
    pub fn body(&self, language: Language) -> ViolationBody {
        ViolationBody {
            pointer: self.pointer.clone(),
            code: self.code,
            message: self.message.text(language).to_owned(),
            cell: self.cell.clone(),
        }
    }
}

/// An error on its way to the caller.
#[derive(Debug)]
pub struct AppError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    code: Code,
    detail: Option<Message>,
    violations: Vec<Violation>,
    state: Option<State>,
    oldest: Option<i64>,
    retry_after: Option<u32>,
    allow: Option<String>,
    length: Option<u64>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The state that forbids something, and the actions that would lead out of it.
#[derive(Debug)]
struct State {
    state: String,
    allowed: Vec<String>,
}

/// What every fallible operation returns.
pub type Result<T, E = AppError> = std::result::Result<T, E>;

impl AppError {
    /// A problem of a kind, with nothing further to say.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self(Box::new(Inner {
            code,
            detail: None,
            violations: Vec::new(),
            state: None,
            oldest: None,
            retry_after: (code.status() == StatusCode::SERVICE_UNAVAILABLE).then_some(1),
            allow: None,
            length: None,
            source: None,
        }))
    }

    /// Something unexpected; the cause is logged and not sent.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(Code::Internal).caused_by(source)
    }

    /// 422 with all violations.
    #[must_use]
    pub fn invalid(violations: Vec<Violation>) -> Self {
        Self::new(Code::ValidationFailed).with_violations(violations)
    }

    /// Adds violations.
    #[must_use]
    pub fn with_violations(mut self, violations: Vec<Violation>) -> Self {
        self.0.violations = violations;
        self
    }

    /// 422 with one violation.
    pub fn violation(pointer: impl Into<String>, code: ViolationCode, message: Message) -> Self {
        Self::invalid(vec![Violation::new(pointer, code, message)])
    }

    /// 400 for a query parameter.
    #[must_use]
    pub fn parameter(name: &str, code: ViolationCode, message: Message) -> Self {
        Self::new(Code::InvalidParameter).with_violations(vec![Violation::new(format!("?{name}"), code, message)])
    }

    /// 404: absent, or not visible to the caller.
    #[must_use]
    pub fn not_found(detail: Message) -> Self {
        Self::new(Code::NotFound).detail(detail)
    }

    /// Says what happened here.
    #[must_use]
    pub fn detail(mut self, detail: Message) -> Self {
        self.0.detail = Some(detail);
        self
    }

    /// Adds the state that forbids it, and the actions that would lead out of it.
    #[must_use]
    pub fn state(mut self, state: impl Into<String>, allowed: Vec<String>) -> Self {
        self.0.state = Some(State { state: state.into(), allowed });
        self
    }

    /// Adds the oldest position that is still offered.
    #[must_use]
    pub fn oldest(mut self, position: i64) -> Self {
        self.0.oldest = Some(position);
        self
    }

    /// Asks the caller to wait before trying again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// Names the methods that would be allowed.
    #[must_use]
    pub fn allow(mut self, methods: String) -> Self {
        self.0.allow = Some(methods);
        self
    }

    /// Says how long the thing is of which a range was asked for.
    #[must_use]
    pub fn length(mut self, length: u64) -> Self {
        self.0.length = Some(length);
        self
    }

    /// Adds a cause for the log.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What kind of problem it is.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What happened, for people.
    #[must_use]
    pub fn message(&self) -> Message {
        self.0.detail.clone().unwrap_or_else(|| self.0.code.title())
    }

    /// The violations, where there are any.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// Takes the violations out, or gives the error back where it is of another kind.
    ///
    /// # Errors
    /// The error itself, where it is not a [`Code::ValidationFailed`].
    pub fn into_violations(self) -> Result<Vec<Violation>> {
        if self.0.code == Code::ValidationFailed { Ok(self.0.violations) } else { Err(self) }
    }

    /// What went wrong, for people: what kind of problem, what happened here, and each violation on a line of its own.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let Inner { code, detail, violations, .. } = &*self.0;
        let head = [Some(code.title()), detail.clone()].into_iter().flatten();
        let mut text = head.map(|part| part.text(language).to_owned()).collect::<Vec<_>>().join(": ");
        for Violation { pointer, message, .. } in violations {
            text.extend(["\n  ", pointer, ": ", message.text(language)]);
        }
        text
    }

    /// The problem document.
    #[must_use]
    pub fn problem(&self, language: Language, instance: &str, request_id: Uuid) -> Problem {
        let Inner { code, detail, violations, state, oldest, .. } = &*self.0;
        Problem {
            r#type: format!("urn:jixiao:problem:{}", code.name()),
            title: code.title().text(language).to_owned(),
            status: code.status().as_u16(),
            detail: detail.as_ref().map(|detail| detail.text(language).to_owned()),
            instance: instance.to_owned(),
            code: *code,
            request_id,
            violations: violations.iter().map(|violation| violation.body(language)).collect(),
            state: state.as_ref().map(|it| it.state.clone()),
            allowed: state.as_ref().map(|it| it.allowed.clone()),
            oldest: *oldest,
        }
    }

    /// The answer to the caller.
    #[must_use]
    pub fn response(&self, language: Language, instance: &str, request_id: Uuid) -> HttpResponse {
        let mut response = HttpResponse::build(self.0.code.status());
        response.content_type("application/problem+json");
        if let Some(seconds) = self.0.retry_after {
            response.insert_header(("retry-after", seconds.to_string()));
        }
        if let Some(methods) = &self.0.allow {
            response.insert_header(("allow", methods.clone()));
        }
        if let Some(length) = self.0.length {
            response.insert_header(("content-range", format!("bytes */{length}")));
        }
        match self.0.code {
            Code::Unauthenticated => {
                response.insert_header(("www-authenticate", "Bearer"));
            }
            Code::InvalidToken => {
                response.insert_header(("www-authenticate", "Bearer error=\"invalid_token\""));
            }
            _ => {}
        }
        let problem = self.problem(language, instance, request_id);
        response.body(serde_json::to_vec(&problem).unwrap_or_default())
    }
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.code.name())?;
        if let Some(detail) = &self.0.detail {
            write!(f, ": {}", detail.en)?;
        }
        for Violation { pointer, message, .. } in &self.0.violations {
            write!(f, "; {pointer}: {}", message.en)?;
        }
        Ok(())
    }
}

impl std::error::Error for AppError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source: &(dyn std::error::Error + 'static) = self.0.source.as_deref()?;
        Some(source)
    }
}

impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        self.0.code.status()
    }

    /// Only where the middleware does not render it.
    fn error_response(&self) -> HttpResponse {
        self.response(Language::default(), "", Uuid::nil())
    }
}

/// RFC 9457 problem details.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// A stable URN of the kind of problem.
    #[schema(example = "urn:jixiao:problem:validation_failed")]
    r#type: String,
    /// The kind of problem, for people.
    #[schema(example = "内容不符合要求")]
    title: String,
    /// The HTTP status.
    #[schema(example = 422)]
    status: u16,
    /// What happened here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    detail: Option<String>,
    /// The path that was asked.
    #[schema(example = "/v1/forms/gaokao/periods/2022/submissions/3413000001")]
    instance: String,
    /// The kind of problem, for programs.
    code: Code,
    /// Under which the service logged the request.
    request_id: Uuid,
    /// Everything that is wrong with the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    violations: Vec<ViolationBody>,
    /// The state that forbids it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "accepted")]
    state: Option<String>,
    /// The actions that are possible in this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = json!(["reopen"]))]
    allowed: Option<Vec<String>>,
    /// The oldest position of the change feed that is still offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 4711)]
    oldest: Option<i64>,
}

/// What is wrong with one place of a request.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Violation)]
pub struct ViolationBody {
    /// JSON pointer into the body that was sent, `?name` for a parameter, or `填报!D7` for a cell of a workbook.
    #[schema(example = "/values/3/value")]
    pub pointer: String,
    /// What is wrong, for programs.
    pub code: ViolationCode,
    /// What is wrong, for people.
    #[schema(example = "计数必须是非负整数")]
    pub message: String,
    /// The cell in which it lies, where a workbook was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "B7", nullable = false)]
    pub cell: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::contract;

    #[test]
    fn a_problem_is_as_the_document_says() {
        let bare = AppError::new(Code::Forbidden);
        let full = AppError::violation("/values/0", ViolationCode::Duplicate, say!("重复", "Twice"))
            .detail(say!("说明", "Detail"))
            .state("accepted", vec!["reopen".to_owned()]);
        for error in [bare, full] {
            let problem = serde_json::to_value(error.problem(Language::English, "/v1/me", Uuid::nil())).unwrap();
            assert_eq!(contract::violations::<Problem>(&problem).unwrap(), [], "{problem}");
        }
    }
}
