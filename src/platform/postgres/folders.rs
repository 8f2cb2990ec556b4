//! The folders and files of an embedded PostgreSQL, and who may pass into them.
//!
//! ```text
//! <root>/lock                held by the one service that uses the folder; names its process
//! <root>/postgres.log        what initdb and the server say
//! <root>/postgres/data       the data
//! <root>/postgres/data.new   data in the making
//! <root>/postgres/socket     the socket, unless its path would be too long
//! ```

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;

use super::account::Account;
use super::error::PostgresError;

/// A socket's address has 104 bytes on macOS (108 on Linux), of which `/.s.PGSQL.5432` and a closing zero take 15.
const LONGEST_SOCKET_FOLDER: usize = 89;

/// A log above this size is begun anew at the next start.
const LARGEST_LOG: u64 = 10 * 1024 * 1024;

/// How much of the log goes into an error.
const LOG_TAIL: u64 = 2048;

/// Paths below the root folder, which exists and is absolute.
#[derive(Debug)]
pub(super) struct Folders {
    root: PathBuf,
}

impl Folders {
    /// Makes what is missing of `<root>/postgres`.
    pub(super) fn below(root: &Path) -> Result<Self, PostgresError> {
        make_passable(root).map_err(PostgresError::io(root))?;
        let folders = Self { root: fs::canonicalize(root).map_err(PostgresError::io(root))? };
        make_passable(&folders.home()).map_err(PostgresError::io(&folders.home()))?;
        Ok(folders)
    }

    /// Where everything of PostgreSQL's is, and its programs are started.
    pub(super) fn home(&self) -> PathBuf {
        self.root.join("postgres")
    }

    pub(super) fn data(&self) -> PathBuf {
        self.home().join("data")
    }

    pub(super) fn new_data(&self) -> PathBuf {
        self.home().join("data.new")
    }

    /// Says who runs the server on the data, and in which state it is. PostgreSQL writes it.
    pub(super) fn pid_file(&self) -> PathBuf {
        self.data().join("postmaster.pid")
    }

    fn log(&self) -> PathBuf {
        self.root.join("postgres.log")
    }

    /// Takes the root folder for this process alone, until the lock is dropped or the process ends, be it by `kill -9`.
    pub(super) fn lock(&self) -> Result<Lock, PostgresError> {
        let path = self.root.join("lock");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = options.open(&path).map_err(PostgresError::io(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(self.in_use(&mut file)),
            Err(TryLockError::Error(cause)) => return Err(PostgresError::Io { path, cause }),
        }
        name_holder(&mut file).map_err(PostgresError::io(&path))?;
        Ok(Lock(file))
    }

    fn in_use(&self, lock: &mut File) -> PostgresError {
        let mut pid = String::new();
        // Whatever cannot be read here is only missing from the message.
        drop(lock.read_to_string(&mut pid));
        let pid = if pid.is_empty() { "?" } else { pid.trim() }.to_owned();
        PostgresError::InUse { folder: self.root.clone(), pid }
    }

    /// Opens the log for more.
    pub(super) fn open_log(&self) -> Result<File, PostgresError> {
        let path = self.log();
        let too_large = fs::metadata(&path).is_ok_and(|log| log.len() > LARGEST_LOG);
        let open = || {
            let log = OpenOptions::new().append(true).create(true).mode(0o600).open(&path)?;
            if too_large {
                log.set_len(0)?;
            }
            Ok(log)
        };
        open().map_err(PostgresError::io(&path))
    }

    /// The last lines of the log, as far as they can be had.
    pub(super) fn log_tail(&self) -> String {
        let read = || -> io::Result<Vec<u8>> {
            let mut log = File::open(self.log())?;
            let length = log.metadata()?.len();
            log.seek(SeekFrom::Start(length.saturating_sub(LOG_TAIL)))?;
            let mut tail = Vec::new();
            log.read_to_end(&mut tail)?;
            Ok(tail)
        };
        String::from_utf8_lossy(&read().unwrap_or_default()).trim_end().to_owned()
    }

    /// Makes the folder for the socket, or takes over the one that an earlier run left.
    pub(super) fn make_socket_folder(&self, account: &Account) -> Result<String, PostgresError> {
        let folder = self.socket_folder(account);
        make_private(Path::new(&folder), account)?;
        Ok(folder)
    }

    fn socket_folder(&self, account: &Account) -> String {
        let here = self.home().join("socket").into_os_string();
        // A runtime folder is closed to all but its user.
        let runtime_folder = std::env::var_os("XDG_RUNTIME_DIR").filter(|_| account.uid == geteuid().as_raw());
        let name = format!("jixiao-{:016x}", hash(&self.root));
        let there = runtime_folder.map(|folder| Path::new(&folder).join(&name).into_os_string());
        [Some(here), there].into_iter().flatten().find_map(usable_for_socket).unwrap_or_else(|| format!("/tmp/{name}"))
    }
}

/// The exclusive use of a root folder.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file is not quite enough: a child that was forked this instant, and is yet to become its program,
        // has it open too.
        drop(self.0.unlock());
    }
}

/// Makes a folder, and those above it, through which PostgreSQL's account can pass, whatever the umask; what lies within
/// is protected by permissions of its own. A folder that exists stays as its owner wants it.
fn make_passable(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    fs::set_permissions(folder, Permissions::from_mode(0o711))
}

/// Makes a folder that only the account (and root) can use, or accepts one which is so already.
///
/// Others may write where it is made, as in `/tmp`, so what exists there is not trusted by its name.
pub(super) fn make_private(folder: &Path, account: &Account) -> Result<(), PostgresError> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => return Err(PostgresError::io(folder)(cause)),
        _ => {}
    }
    let about = fs::symlink_metadata(folder).map_err(PostgresError::io(folder))?;
    let ours = [account.uid, geteuid().as_raw()].contains(&about.uid());
    if !ours || !about.is_dir() || about.mode() & 0o077 != 0 {
        return Err(PostgresError::NotPrivate { folder: folder.to_owned(), account: account.name.clone() });
    }
    if about.uid() == account.uid {
        return Ok(());
    }
    // It is new, and still root's.
    chown(folder, Some(account.uid), Some(account.gid)).map_err(PostgresError::io(folder))
}

/// The folder as text, if it is short enough and PostgreSQL cannot mistake it for a list of folders.
fn usable_for_socket(folder: OsString) -> Option<String> {
    let folder = folder.into_string().ok()?;
    (folder.len() <= LONGEST_SOCKET_FOLDER && !folder.contains([',', '"'])).then_some(folder)
}

fn name_holder(lock: &mut File) -> io::Result<()> {
    lock.set_len(0)?;
    write!(lock, "{}", std::process::id())
}

fn hash(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(root: &str) -> Folders {
        Folders { root: root.into() }
    }

    fn nobody() -> Account {
        // Not the account of this test, so that no runtime folder comes into play.
        Account { name: "stranger".to_owned(), uid: 4_000_000_001, gid: 4_000_000_001 }
    }

    #[test]
    fn a_socket_stays_with_its_data_while_the_path_is_short() {
        assert_eq!(folders("/srv/绩效").socket_folder(&nobody()), "/srv/绩效/postgres/socket");

        let longest = format!("/{}", "x".repeat(LONGEST_SOCKET_FOLDER - "//postgres/socket".len()));
        assert_eq!(folders(&longest).socket_folder(&nobody()).len(), LONGEST_SOCKET_FOLDER);

        let too_long = folders(&format!("{longest}x")).socket_folder(&nobody());
        assert!(too_long.starts_with("/tmp/jixiao-"), "{too_long}");
        assert!(folders("/srv/a,b").socket_folder(&nobody()).starts_with("/tmp/jixiao-"));
    }

    #[test]
    fn two_roots_never_share_a_socket_folder() {
        let long = format!("/{}", "x".repeat(100));
        let (one, other) = (folders(&format!("{long}1")), folders(&format!("{long}2")));
        assert_ne!(one.socket_folder(&nobody()), other.socket_folder(&nobody()));
        assert_eq!(one.socket_folder(&nobody()), one.socket_folder(&nobody()));
    }

    #[test]
    fn an_existing_folder_must_be_private() {
        let folder = std::env::temp_dir().join(format!("jixiao-private-{}", std::process::id()));
        let me = Account { name: "me".to_owned(), uid: geteuid().as_raw(), gid: rustix::process::getegid().as_raw() };
        make_private(&folder, &me).unwrap();
        make_private(&folder, &me).unwrap();

        fs::set_permissions(&folder, Permissions::from_mode(0o750)).unwrap();
        assert!(matches!(make_private(&folder, &me), Err(PostgresError::NotPrivate { .. })));
        fs::remove_dir(&folder).unwrap();

        std::os::unix::fs::symlink("/tmp", &folder).unwrap();
        assert!(matches!(make_private(&folder, &me), Err(PostgresError::NotPrivate { .. })));
        fs::remove_file(&folder).unwrap();
    }
}
