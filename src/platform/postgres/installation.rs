//! Which PostgreSQL on this machine to use.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use super::error::PostgresError;

/// Where distributions keep versions side by side: a folder, and how the names in it begin. Each has a `bin`.
const VERSIONED_FOLDERS: [(&str, &str); 5] = [
    ("/usr/lib/postgresql", ""),          // Debian, Ubuntu
    ("/usr", "pgsql-"),                   // PostgreSQL's own packages for Fedora and its kin
    ("/usr/lib", "postgresql"),           // openSUSE
    ("/opt/homebrew/opt", "postgresql@"), // Homebrew on Apple silicon
    ("/usr/local/opt", "postgresql@"),    // Homebrew on Intel
];

/// A release, such as 15.18.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    major: u32,
    minor: u32,
}

/// A PostgreSQL with its server programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Installation {
    bin: PathBuf,
    version: Version,
}

impl Installation {
    /// The one that made `data`, or the newest where there are no data yet; of those in the folder `named`, if any.
    pub(super) fn for_data(data: &Path, named: Option<&Path>) -> Result<Self, PostgresError> {
        let installed = installed(named)?;
        let Some(wanted) = data_version(data) else {
            return newest(installed).ok_or(PostgresError::NotInstalled);
        };
        let majors: BTreeSet<_> = installed.iter().map(|one| one.version.major).collect();
        let found = majors.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
        let fitting = installed.into_iter().filter(|one| one.version.major == wanted).collect();
        newest(fitting).ok_or_else(|| PostgresError::VersionNotInstalled { data: data.to_owned(), wanted, found })
    }

    /// The folder of all its programs.
    pub(super) fn bin(&self) -> &Path {
        &self.bin
    }

    /// The server in this folder, if it is one that runs here. A link leads to the folder with all the programs.
    fn at(folder: &Path) -> Option<Self> {
        let postgres = fs::canonicalize(folder.join("postgres")).ok()?;
        let bin = postgres.parent()?.to_owned();
        if !bin.join("initdb").is_file() {
            return None;
        }
        let answer = Command::new(postgres).arg("--version").output().ok()?;
        let version = parse_version(&String::from_utf8_lossy(&answer.stdout))?;
        Some(Self { bin, version })
    }
}

/// Every usable installation; never empty.
fn installed(named: Option<&Path>) -> Result<Vec<Installation>, PostgresError> {
    if let Some(folder) = named {
        let not_one = || PostgresError::NotABinFolder { folder: folder.to_owned() };
        return Ok(vec![Installation::at(folder).ok_or_else(not_one)?]);
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let versioned = VERSIONED_FOLDERS.iter().flat_map(|(parent, prefix)| bin_folders(Path::new(parent), prefix));
    let found: Vec<_> =
        versioned.chain(env::split_paths(&path)).filter_map(|folder| Installation::at(&folder)).collect();
    if found.is_empty() { Err(PostgresError::NotInstalled) } else { Ok(found) }
}

/// The `bin` of each folder in `parent` whose name begins with `prefix`.
fn bin_folders(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path().join("bin"))
        .collect()
}

/// The newest; of equals the first, as its place is the more telling.
fn newest(installed: Vec<Installation>) -> Option<Installation> {
    installed.into_iter().rev().max_by_key(|one| one.version)
}

/// The major version in `PG_VERSION`, which every data folder has.
fn data_version(data: &Path) -> Option<u32> {
    fs::read_to_string(data.join("PG_VERSION")).ok()?.trim().parse().ok()
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian …)`, also `17beta1`.
fn parse_version(answer: &str) -> Option<Version> {
    let (_, release) = answer.split_once("(PostgreSQL) ")?;
    let mut numbers = release.split(|c: char| !c.is_ascii_digit());
    let major = numbers.next()?.parse().ok()?;
    let minor = numbers.next().and_then(|minor| minor.parse().ok()).unwrap_or(0);
    Some(Version { major, minor })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installation(bin: &str, major: u32, minor: u32) -> Installation {
        Installation { bin: bin.into(), version: Version { major, minor } }
    }

    #[test]
    fn versions_are_read_as_packagers_write_them() {
        let version = |answer| parse_version(answer).map(|version| (version.major, version.minor));
        assert_eq!(version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some((15, 18)));
        assert_eq!(version("postgres (PostgreSQL) 9.6.24\n"), Some((9, 6)));
        assert_eq!(version("postgres (PostgreSQL) 18\n"), Some((18, 0)));
        assert_eq!(version("postgres (PostgreSQL) devel\n"), None);
        assert_eq!(version("sh: postgres: not found\n"), None);
    }

    #[test]
    fn newest_goes_by_number_not_by_spelling() {
        let nine = installation("/usr/lib/postgresql/9.6/bin", 9, 6);
        let fifteen = installation("/usr/lib/postgresql/15/bin", 15, 18);
        let older = installation("/usr/pgsql-15/bin", 15, 2);
        let same = installation("/usr/local/bin", 15, 18);
        assert_eq!(newest(vec![nine.clone(), fifteen.clone(), older, same]), Some(fifteen));
        assert_eq!(newest(vec![nine.clone()]), Some(nine));
        assert_eq!(newest(vec![]), None);
    }

    #[test]
    fn versioned_folders_are_found_by_prefix() {
        let parent = env::temp_dir().join(format!("jixiao-versioned-{}", std::process::id()));
        for name in ["pgsql-15", "pgsql-16", "share"] {
            fs::create_dir_all(parent.join(name)).unwrap();
        }
        let mut found = bin_folders(&parent, "pgsql-");
        found.sort();
        assert_eq!(found, [parent.join("pgsql-15/bin"), parent.join("pgsql-16/bin")]);
        assert_eq!(bin_folders(&parent.join("nowhere"), ""), Vec::<PathBuf>::new());
        fs::remove_dir_all(parent).unwrap();
    }
}
