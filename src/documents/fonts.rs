//! Fonts in which charts are drawn.

use std::path::Path;
use std::sync::Arc;

use resvg::usvg::fontdb;

/// Families that can write Chinese, the better ones first. What draws a chart elsewhere looks for them as well.
pub(super) const FAMILIES: [&str; 12] = [
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "SimSun",
    "FangSong",
];

/// The fonts that there are. Finding them reads every font of a machine: do it once.
#[derive(Debug, Clone)]
pub struct Fonts {
    database: Arc<fontdb::Database>,
    family: Option<String>,
}

impl Fonts {
    /// The fonts of the system.
    #[must_use]
    pub fn find() -> Self {
        let mut database = fontdb::Database::new();
        database.load_system_fonts();
        Self::of(database)
    }

    /// The fonts in a folder, and in the folders in it.
    #[must_use]
    pub fn find_in(folder: &Path) -> Self {
        let mut database = fontdb::Database::new();
        database.load_fonts_dir(folder);
        Self::of(database)
    }

    /// No fonts at all: charts are written as tables where a picture would be needed.
    #[must_use]
    pub fn none() -> Self {
        Self::of(fontdb::Database::new())
    }

    /// The family in which Chinese is written, where there is one.
    #[must_use]
    pub fn family(&self) -> Option<&str> {
        self.family.as_deref()
    }

    pub(super) fn database(&self) -> Arc<fontdb::Database> {
        Arc::clone(&self.database)
    }

    fn of(database: fontdb::Database) -> Self {
        let family = chinese(&database);
        Self { database: Arc::new(database), family }
    }
}

/// A family that can write Chinese: one that is known, or else one that has a Chinese name.
fn chinese(database: &fontdb::Database) -> Option<String> {
    let known = FAMILIES.into_iter().find(|family| {
        let families = [fontdb::Family::Name(family)];
        database.query(&fontdb::Query { families: &families, ..fontdb::Query::default() }).is_some()
    });
    let named = || {
        let of_china = |face: &fontdb::FaceInfo| {
            let is_chinese = |(_, language): &&_| *language == fontdb::Language::Chinese_PeoplesRepublicOfChina;
            face.families.iter().find(is_chinese).map(|(name, _)| name.clone())
        };
        database.faces().find_map(of_china)
    };
    known.map(str::to_owned).or_else(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_fonts_there_is_no_family() {
        assert_eq!(Fonts::none().family(), None);
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Fonts::find_in(folder.path()).family(), None);
    }
}
