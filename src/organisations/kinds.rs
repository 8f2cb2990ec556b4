//! The closed lists by which organisations are told apart.

use std::io::Write;
use std::str::FromStr;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an organisation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, AsExpression, FromSqlRow)]
#[serde(rename_all = "snake_case")]
#[schema(as = OrganisationKind)]
#[diesel(sql_type = Text)]
pub enum Kind {
    /// 教育局: the tenant itself; there is one.
    Bureau,
    /// 科室: a section of the bureau.
    Section,
    /// 学校
    School,
}

/// Kind of school (学段).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema, AsExpression, FromSqlRow,
)]
#[serde(rename_all = "snake_case")]
#[diesel(sql_type = Text)]
pub enum Stage {
    /// 幼儿园
    Kindergarten,
    /// 小学
    Primary,
    /// 教学点
    TeachingPoint,
    /// 初中
    JuniorSecondary,
    /// 九年一贯制学校
    NineYear,
    /// 普通高中
    SeniorSecondary,
    /// 完全中学
    CompleteSecondary,
    /// 中等职业学校
    Vocational,
    /// 特殊教育学校
    Special,
}

impl Stage {
    /// The two digits with which the 学校标识码 of such a school begins.
    #[must_use]
    pub const fn code_prefix(self) -> &'static str {
        match self {
            Self::Kindergarten => "11",
            Self::Primary | Self::TeachingPoint => "21",
            Self::JuniorSecondary | Self::NineYear => "31",
            Self::SeniorSecondary | Self::CompleteSecondary => "34",
            Self::Vocational => "36",
            Self::Special => "51",
        }
    }
}

/// A text that is none of a closed list of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of the known codes")]
pub struct UnknownCode;

/// Gives an enum its codes, as they stand in documents and in the database.
macro_rules! coded {
    ($type:ident: $($variant:ident = $code:literal $title:literal),*) => {
        impl $type {
            /// All of them, in their usual order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its code in documents and in the database.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }

            /// What people call it, in Chinese.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),* }
            }
        }

        impl FromStr for $type {
            type Err = UnknownCode;

            fn from_str(code: &str) -> Result<Self, UnknownCode> {
                match code {
                    $($code => Ok(Self::$variant),)*
                    _ => Err(UnknownCode),
                }
            }
        }

        impl ToSql<Text, Pg> for $type {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                out.write_all(self.code().as_bytes())?;
                Ok(IsNull::No)
            }
        }

        impl FromSql<Text, Pg> for $type {
            fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                Ok(std::str::from_utf8(value.as_bytes())?.parse()?)
            }
        }
    };
}

coded!(Kind: Bureau = "bureau" "教育局", Section = "section" "科室", School = "school" "学校");

coded!(Stage:
    Kindergarten = "kindergarten" "幼儿园",
    Primary = "primary" "小学",
    TeachingPoint = "teaching_point" "教学点",
    JuniorSecondary = "junior_secondary" "初中",
    NineYear = "nine_year" "九年一贯制学校",
    SeniorSecondary = "senior_secondary" "普通高中",
    CompleteSecondary = "complete_secondary" "完全中学",
    Vocational = "vocational" "中等职业学校",
    Special = "special" "特殊教育学校"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_documents() {
        for stage in Stage::ALL {
            assert_eq!(serde_json::to_value(stage).unwrap(), stage.code());
            assert_eq!(stage.code().parse(), Ok(*stage));
        }
        for kind in Kind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.code());
            assert_eq!(kind.code().parse(), Ok(*kind));
        }
        assert_eq!("university".parse::<Stage>(), Err(UnknownCode));
    }
}
