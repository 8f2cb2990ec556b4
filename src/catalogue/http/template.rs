//! The empty submission of a form.

use std::collections::BTreeMap;

use actix_web::get;
use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::catalogue::compiled::{Catalogue, CompiledForm};
use crate::catalogue::ops;
use crate::catalogue::period::{InvalidPeriod, Period};
use crate::organisations::{self, Organisation};
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::ReadErrors;
use crate::platform::error::{AppError, Result, ViolationCode};
use crate::platform::extract::Params;
use crate::platform::reply::Reply;
use crate::say;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::catalogue) struct TemplateParams {
    /// The school that is to fill it in; it is checked whether it does.
    #[param(example = "3413000001")]
    school: Option<String>,
    /// The period for which it is to be filled in; it is checked whether the form is for such periods.
    #[param(example = "2022")]
    period: Option<String>,
}

/// A submission with every cell of a form, all of them empty.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::catalogue) struct SubmissionTemplate {
    /// The cells, in the order of the form.
    values: Vec<EmptyCell>,
}

/// One cell, without a value.
#[derive(Debug, Serialize, ToSchema)]
struct EmptyCell {
    /// Code of the indicator.
    #[schema(example = "gaokao.undergraduate")]
    indicator: String,
    /// One option of each dimension of the indicator.
    #[schema(example = json!({"exam_category": "arts"}))]
    dimensions: BTreeMap<String, String>,
    /// Null: not reported.
    #[schema(value_type = Option<f64>, required = true)]
    value: (),
}

/// Read the empty submission of a form
///
/// Every cell that the published form asks for, with each combination of dimensions; fill in the
/// values and PUT it as the submission of a school.
#[utoipa::path(
    tag = "catalogue",
    params(("code" = String, Path, description = "Code of the form", example = "gaokao"), TemplateParams),
    responses((status = 200, description = "The empty submission", body = SubmissionTemplate), ReadErrors),
    security(("bearer" = [])),
)]
#[get("/v1/forms/{code}/template")]
pub(in crate::catalogue) async fn get_form_template(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
    params: Params<TemplateParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadCatalogue)?;
    let TemplateParams { school, period } = &params.0;
    let read = async |tx: &mut _| {
        let catalogue = app.catalogues.current(tx, &scope).await?;
        let school = match school {
            Some(school) => Some((school, organisations::find(tx, &scope, school).await?)),
            None => None,
        };
        Ok((catalogue, school))
    };
    let (catalogue, school) = app.db.read(&scope, read).await?;
    let form = catalogue.form(&code).ok_or_else(|| ops::no_form(&code))?;
    let period = period.as_deref().map(|period| read_period(form, period)).transpose()?;
    if let Some((code, school)) = school {
        check_school(form, code, school, period)?;
    }
    Reply::ok(&SubmissionTemplate { values: empty_cells(&catalogue, form) })
}

fn read_period(form: &CompiledForm, text: &str) -> Result<Period> {
    let period: Period = text
        .parse()
        .map_err(|error: InvalidPeriod| AppError::parameter("period", ViolationCode::InvalidPeriod, error.message()))?;
    if period.kind() == Some(form.definition.period_type) {
        return Ok(period);
    }
    Err(AppError::parameter(
        "period",
        ViolationCode::WrongPeriodType,
        say!("此表不按这类期间填报", "The form is filled in for another kind of period"),
    ))
}

fn check_school(form: &CompiledForm, code: &str, school: Option<Organisation>, period: Option<Period>) -> Result<()> {
    let refuse = |violation, message| Err(AppError::parameter("school", violation, message));
    let Some(Organisation { definition: school, .. }) = school.filter(|each| each.definition.stage.is_some()) else {
        return refuse(ViolationCode::UnknownSchool, say!("没有学校“{code}”", "There is no school “{code}”"));
    };
    let name = &school.name;
    if !form.is_for(code, school.stage) {
        let message = say!("“{name}”不填报此表", "“{name}” does not fill in this form");
        return refuse(ViolationCode::SchoolNotInForm, message);
    }
    if period.is_some_and(|period| !school.is_open_between(period.start(), period.end())) {
        let message = say!("“{name}”在此期间没有开办", "“{name}” was not open in this period");
        return refuse(ViolationCode::SchoolNotOpen, message);
    }
    Ok(())
}

fn empty_cells(catalogue: &Catalogue, form: &CompiledForm) -> Vec<EmptyCell> {
    let fields = form.definition.fields.iter().filter_map(|field| catalogue.indicator(&field.indicator));
    fields
        .flat_map(|indicator| {
            let code = &indicator.definition.code;
            let cell = move |dimensions| EmptyCell { indicator: code.clone(), dimensions, value: () };
            indicator.combinations().into_iter().map(cell)
        })
        .collect()
}
