//! What each role may do, and where it may be held.

use std::collections::BTreeSet;

use serde::de::value::{Error as NameError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::access::Permission::{
    self, AppraiseProjects, ApproveAssets, ApprovePerformance, ApproveReports, ExtendWindows, ManageAccounts,
    PostPayments, ReadAssets, ReadCatalogue, ReadFigures, ReadFiles, ReadFinance, ReadJournal, ReadOrganisations,
    ReadPerformance, ReadProjects, ReadRectifications, ReadRegisters, ReadReports, ReadSubmissions, ReviewPerformance,
    ReviewRegisters, ReviewSubmissions, SignSubmissions, VerifyRectifications, WriteAssets, WriteBudget,
    WriteCatalogue, WriteFiles, WriteOrganisations, WritePerformance, WriteProjects, WriteRectifications,
    WriteRegisters, WriteReports, WriteSubmissions,
};
use crate::platform::access::Post;

/// What somebody is in the bureau's work.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 填报员: fills in drafts for the own school.
    SchoolReporter,
    /// 校长: signs and submits for the own school.
    Principal,
    /// 科室审核: reviews what belongs to the own section.
    SectionOfficer,
    /// 发展规划财务处: budgets and payments, and chases what is late.
    FinanceOfficer,
    /// 领导: reads everything.
    Leader,
    /// 审计: reads everything, the journal included.
    Auditor,
    /// Accounts, organisations, catalogue; no business data.
    Administrator,
}

impl Role {
    /// The name of the role, as it is stored and sent.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SchoolReporter => "school_reporter",
            Self::Principal => "principal",
            Self::SectionOfficer => "section_officer",
            Self::FinanceOfficer => "finance_officer",
            Self::Leader => "leader",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    /// What the role may do.
    #[must_use]
    pub fn permissions(self) -> &'static [Permission] {
        match self {
            Self::SchoolReporter => REPORTER,
            Self::Principal => PRINCIPAL,
            Self::SectionOfficer => OFFICER,
            Self::FinanceOfficer => FINANCE,
            Self::Leader => LEADER,
            Self::Auditor => AUDITOR,
            Self::Administrator => ADMINISTRATOR,
        }
    }

    /// Whether the role can be held there.
    #[must_use]
    pub fn fits(self, post: &Post) -> bool {
        match self {
            Self::SchoolReporter | Self::Principal => matches!(post, Post::School(_)),
            Self::SectionOfficer => matches!(post, Post::Section(_)),
            Self::FinanceOfficer => matches!(post, Post::Section(_) | Post::Bureau),
            Self::Leader | Self::Auditor | Self::Administrator => matches!(post, Post::Bureau),
        }
    }
}

const REPORTER: &[Permission] = &[
    ReadOrganisations,
    ReadCatalogue,
    ReadSubmissions,
    WriteSubmissions,
    ReadRegisters,
    WriteRegisters,
    ReadProjects,
    WriteProjects,
    ReadFinance,
    ReadAssets,
    WriteAssets,
    ReadFiles,
    WriteFiles,
    ReadFigures,
    ReadPerformance,
    WritePerformance,
    ReadReports,
    ReadRectifications,
    WriteRectifications,
];

const PRINCIPAL: &[Permission] = &[
    ReadOrganisations,
    ReadCatalogue,
    ReadSubmissions,
    WriteSubmissions,
    SignSubmissions,
    ReadRegisters,
    WriteRegisters,
    ReadProjects,
    WriteProjects,
    ReadFinance,
    ReadAssets,
    WriteAssets,
    ReadFiles,
    WriteFiles,
    ReadFigures,
    ReadPerformance,
    WritePerformance,
    ReadReports,
    ReadRectifications,
    WriteRectifications,
];

/// Whether something belongs to the own section is decided where it is reviewed.
const OFFICER: &[Permission] = &[
    ReadOrganisations,
    ReadCatalogue,
    ReadSubmissions,
    ReviewSubmissions,
    ExtendWindows,
    ReadRegisters,
    WriteRegisters,
    ReviewRegisters,
    ReadProjects,
    WriteProjects,
    ReadFinance,
    ReadAssets,
    WriteAssets,
    ReadFiles,
    WriteFiles,
    ReadFigures,
    ReadPerformance,
    WritePerformance,
    ReadReports,
    ReadRectifications,
    WriteRectifications,
    VerifyRectifications,
];

const FINANCE: &[Permission] = &[
    ReadOrganisations,
    ReadCatalogue,
    ReadSubmissions,
    ReviewSubmissions,
    ExtendWindows,
    ReadRegisters,
    WriteRegisters,
    ReviewRegisters,
    ReadProjects,
    WriteProjects,
    AppraiseProjects,
    ReadFinance,
    WriteBudget,
    PostPayments,
    ReadAssets,
    WriteAssets,
    ApproveAssets,
    ReadFiles,
    WriteFiles,
    ReadFigures,
    ReadPerformance,
    WritePerformance,
    ReviewPerformance,
    ReadReports,
    WriteReports,
    ReadRectifications,
    WriteRectifications,
    VerifyRectifications,
];

const LEADER: &[Permission] = &[
    ReadOrganisations,
    ReadCatalogue,
    ReadSubmissions,
    ReadRegisters,
    ReadProjects,
    ReadFinance,
    ReadAssets,
    ApproveAssets,
    ReadFiles,
    ReadFigures,
    ReadPerformance,
    ApprovePerformance,
    ReadReports,
    ApproveReports,
    ReadRectifications,
];

/// Opens audit findings and verifies that they were put right; changes nothing else.
const AUDITOR: &[Permission] = &[
    ReadOrganisations,
    ReadCatalogue,
    ReadSubmissions,
    ReadRegisters,
    ReadProjects,
    ReadFinance,
    ReadAssets,
    ReadFiles,
    ReadFigures,
    ReadPerformance,
    ReadReports,
    ReadRectifications,
    WriteRectifications,
    VerifyRectifications,
    ReadJournal,
];

const ADMINISTRATOR: &[Permission] =
    &[ReadOrganisations, WriteOrganisations, ReadCatalogue, WriteCatalogue, ManageAccounts];

/// What somebody with these roles may do.
#[must_use]
pub fn permissions_of(roles: &[Role]) -> BTreeSet<Permission> {
    roles.iter().flat_map(|role| role.permissions()).copied().collect()
}

/// Whether a machine client of an organisation can be given a permission. Accounts are managed by
/// people alone.
#[must_use]
pub fn fits_client(permission: Permission, post: &Post) -> bool {
    match permission {
        ReadOrganisations | ReadCatalogue | ReadSubmissions | ReadRegisters | WriteRegisters | ReadFiles
        | WriteFiles | ReadFigures | ReadProjects | WriteProjects | ReadFinance | ReadAssets | WriteAssets
        | ReadPerformance | WritePerformance | ReadReports | ReadRectifications | WriteRectifications => true,
        // The bureau's clients bring in what schools signed on paper in earlier years.
        WriteSubmissions | SignSubmissions => matches!(post, Post::School(_) | Post::Bureau),
        ReviewSubmissions | ReviewRegisters => matches!(post, Post::Section(_)),
        // What people answer for is decided by people.
        AppraiseProjects | ApproveAssets | ApproveReports | ReviewPerformance | ApprovePerformance
        | VerifyRectifications | ManageAccounts => false,
        ExtendWindows => matches!(post, Post::Section(_) | Post::Bureau),
        WriteOrganisations | WriteCatalogue | ReadJournal | WriteBudget | PostPayments | WriteReports => {
            matches!(post, Post::Bureau)
        }
    }
}

/// Where an account of an organisation stands, by the organisation's kind as it is stored.
#[must_use]
pub fn post(kind: &str, organisation: &str) -> Post {
    match kind {
        "school" => Post::School(organisation.to_owned()),
        "section" => Post::Section(organisation.to_owned()),
        _ => Post::Bureau,
    }
}

/// Reads the names of roles or permissions as they are stored. A name that this version does not
/// know grants nothing.
#[must_use]
pub fn known<T: DeserializeOwned>(names: &[String]) -> Vec<T> {
    let read = |name: &String| {
        let name: StrDeserializer<'_, NameError> = name.as_str().into_deserializer();
        T::deserialize(name).ok()
    };
    names.iter().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    fn posts() -> [Post; 3] {
        [Post::School("2113000001".to_owned()), Post::Section("jijiao".to_owned()), Post::Bureau]
    }

    #[test]
    fn every_role_is_stored_under_a_name_that_is_read_back() {
        let names: Vec<String> = Role::value_variants().iter().map(|role| role.name().to_owned()).collect();
        assert_eq!(known::<Role>(&names), Role::value_variants());
        let names: Vec<String> = Permission::value_variants().iter().map(|each| each.name().to_owned()).collect();
        assert_eq!(known::<Permission>(&names), Permission::value_variants());
        assert!(known::<Role>(&["emperor".to_owned()]).is_empty());
    }

    #[test]
    fn whoever_submits_cannot_review_in_any_role_or_client() {
        for role in Role::value_variants() {
            let may = role.permissions();
            assert!(!(may.contains(&WriteSubmissions) && may.contains(&ReviewSubmissions)), "{role:?}");
            assert!(posts().iter().any(|post| role.fits(post)), "{role:?} can be held nowhere");
        }
        for post in posts() {
            assert!(!(fits_client(WriteSubmissions, &post) && fits_client(ReviewSubmissions, &post)), "{post:?}");
            assert!(!fits_client(ManageAccounts, &post), "{post:?}");
        }
    }
}
