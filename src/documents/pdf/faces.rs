//! Which fonts a document is set in: those that official documents ask for, or what there is in their place.

use resvg::usvg::fontdb::{Database, Family, ID, Query, Weight};
use serde::Serialize;
use typst::foundations::Bytes;
use typst::text::Font;

use crate::documents::fonts::{FAMILIES, Fonts};

/// Families for the text (仿宋), for titles (小标宋), for first headings (黑体) and for second ones (楷体).
const TEXT: [&str; 9] = [
    "FangSong_GB2312",
    "FangSong",
    "仿宋_GB2312",
    "仿宋",
    "STFangsong",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "SimSun",
];
const TITLE: [&str; 4] = ["FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体", "STZhongsong"];
const HEADING: [&str; 3] = ["SimHei", "黑体", "STHeiti"];
const SECOND: [&str; 5] = ["KaiTi_GB2312", "KaiTi", "楷体_GB2312", "楷体", "STKaiti"];

/// A family, and whether it is set in bold to be told apart.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Face {
    family: String,
    weight: String,
}

/// The fonts of a document, and what each is for.
pub(super) struct Faces {
    pub fonts: Vec<Font>,
    pub text: Face,
    pub title: Face,
    pub heading: Face,
    pub second: Face,
}

impl Faces {
    /// Reads the fonts that are needed; none where no font can write Chinese.
    pub(super) fn of(fonts: &Fonts) -> Option<Self> {
        let any = fonts.family()?;
        let database = fonts.database();
        let mut loaded = Loaded { database: &database, fonts: Vec::new() };
        // Charts are written in this one.
        loaded.face(any, Weight::NORMAL);
        let text = loaded.first(TEXT.into_iter().chain(FAMILIES).chain([any]), Weight::NORMAL)?;
        let title = loaded.first(TITLE.into_iter(), Weight::NORMAL);
        let second = loaded.first(SECOND.into_iter(), Weight::NORMAL);
        let heading = loaded.first(HEADING.into_iter().chain(FAMILIES).chain([any]), Weight::NORMAL)?;
        // What has no font of its own is set in that of the text, in bold.
        let bold = loaded.face(&text.family, Weight::BOLD).unwrap_or_else(|| text.clone());
        let (title, second) = (title.unwrap_or_else(|| bold.clone()), second.unwrap_or(bold));
        Some(Self { text, title, heading, second, fonts: loaded.fonts.into_iter().map(|(_, font)| font).collect() })
    }
}

struct Loaded<'a> {
    database: &'a Database,
    fonts: Vec<(ID, Font)>,
}

impl Loaded<'_> {
    fn first<'a>(&mut self, mut families: impl Iterator<Item = &'a str>, weight: Weight) -> Option<Face> {
        families.find_map(|family| self.face(family, weight))
    }

    /// Reads a face, where it has not been read, and tells by which name it goes.
    fn face(&mut self, family: &str, weight: Weight) -> Option<Face> {
        let id = self.database.query(&Query { families: &[Family::Name(family)], weight, ..Query::default() })?;
        let known = self.fonts.iter().find(|(known, _)| *known == id).map(|(_, font)| font.clone());
        let font = if let Some(font) = known {
            font
        } else {
            let read = |data: &[u8], index| Font::new(Bytes::new(data.to_vec()), index);
            let font = self.database.with_face_data(id, read)??;
            self.fonts.push((id, font.clone()));
            font
        };
        Some(Face { family: font.info().family.clone(), weight: weight.0.to_string() })
    }
}
