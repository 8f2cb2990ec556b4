//! Under which account PostgreSQL runs.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::process::{getegid, geteuid};

use super::error::PostgresError;

/// The system's list of accounts.
const PASSWD: &str = "/etc/passwd";

/// An account of the operating system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Account {
    /// The account for a server on this data folder, which may not exist yet.
    ///
    /// An ordinary user is its own. Root, whom PostgreSQL refuses, takes the folder's owner, so that data once made
    /// stay usable whoever starts the service next, and for new data `postgres` or else `nobody`.
    pub(super) fn for_data(data: &Path) -> Result<Self, PostgresError> {
        let passwd = fs::read_to_string(PASSWD).unwrap_or_default();
        let uid = geteuid();
        if !uid.is_root() {
            return Ok(Self::named(&passwd, uid.as_raw(), getegid().as_raw()));
        }
        match fs::metadata(data) {
            Ok(owned) if owned.uid() != 0 => Ok(Self::named(&passwd, owned.uid(), owned.gid())),
            _ => Self::for_new_data(&passwd).ok_or(PostgresError::NoAccount),
        }
    }

    fn for_new_data(passwd: &str) -> Option<Self> {
        ["postgres", "nobody"].iter().find_map(|name| accounts(passwd).find(|account| account.name == *name))
    }

    /// Accounts from a directory service are not in the list; their number is name enough.
    fn named(passwd: &str, uid: u32, gid: u32) -> Self {
        let listed = accounts(passwd).find(|account| account.uid == uid);
        Self { name: listed.map_or_else(|| uid.to_string(), |account| account.name), uid, gid }
    }

    /// The first folder on the way from `/` to `target` that, by its permission bits, turns this account away.
    pub(super) fn first_closed_folder(&self, target: &Path) -> Option<PathBuf> {
        let mut folders: Vec<_> = target.ancestors().collect();
        folders.reverse();
        let closed = folders.into_iter().find(|folder| !self.may_enter(folder))?;
        Some(closed.to_owned())
    }

    fn may_enter(&self, folder: &Path) -> bool {
        fs::metadata(folder).is_ok_and(|about| {
            let search_bit = match about {
                _ if about.uid() == self.uid => 0o100,
                _ if about.gid() == self.gid => 0o010,
                _ => 0o001,
            };
            about.mode() & search_bit != 0
        })
    }
}

/// The accounts of a passwd file: `name:password:uid:gid:…`, one a line.
fn accounts(passwd: &str) -> impl Iterator<Item = Account> {
    passwd.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Account { name, uid, gid })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "\
root:x:0:0:root:/root:/bin/bash
# a comment, and below an entry of a directory service
+::::::
nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin
broken:x:many:1::/:
postgres:x:105:110:PostgreSQL administrator:/var/lib/postgresql:/bin/bash
";

    fn account(name: &str, uid: u32, gid: u32) -> Account {
        Account { name: name.to_owned(), uid, gid }
    }

    #[test]
    fn only_whole_entries_are_accounts() {
        let names: Vec<_> = accounts(SAMPLE).map(|account| account.name).collect();
        assert_eq!(names, ["root", "nobody", "postgres"]);
    }

    #[test]
    fn postgres_goes_before_nobody() {
        assert_eq!(Account::for_new_data(SAMPLE), Some(account("postgres", 105, 110)));

        let without: String =
            SAMPLE.lines().filter(|line| !line.starts_with("postgres")).collect::<Vec<_>>().join("\n");
        assert_eq!(Account::for_new_data(&without), Some(account("nobody", 65534, 65533)));
        assert_eq!(Account::for_new_data("root:x:0:0::/root:/bin/sh"), None);
    }

    #[test]
    fn an_unlisted_account_goes_by_its_number() {
        assert_eq!(Account::named(SAMPLE, 105, 7), account("postgres", 105, 7));
        assert_eq!(Account::named(SAMPLE, 4711, 7), account("4711", 4711, 7));
    }

    #[test]
    fn the_uppermost_closed_folder_is_named() {
        use std::os::unix::fs::{DirBuilderExt, PermissionsExt};

        let base = std::env::temp_dir().join(format!("jixiao-closed-{}", std::process::id()));
        let closed = base.join("closed");
        let target = closed.join("data");
        fs::DirBuilder::new().recursive(true).mode(0o755).create(&target).unwrap();
        let stranger = account("stranger", 4_000_000_001, 4_000_000_001);
        assert_eq!(stranger.first_closed_folder(&target), None);

        fs::set_permissions(&closed, fs::Permissions::from_mode(0o750)).unwrap();
        assert_eq!(stranger.first_closed_folder(&target), Some(closed));
        fs::remove_dir_all(base).unwrap();
    }
}
