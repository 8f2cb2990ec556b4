//! The folder of the demonstration, which is emptied each time: only ever one that a demonstration made.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use jixiao::say;

use super::tell;
use crate::cli::failure::Failure;

/// Says of a folder that a demonstration made it and may remove it.
const MARK: &str = "made-by-jixiao-demo";

/// Makes the folder anew.
///
/// # Errors
/// Where it holds something else than a demonstration, or one that is running.
pub(super) fn renew(folder: &Path) -> Result<(), Failure> {
    let name = folder.display();
    if is_occupied(folder)? {
        if !folder.join(MARK).is_file() {
            return Err(Failure::new(&say!(
                "目录 {name} 不是演示程序建立的，不会清空；请用 --data-dir 另选目录",
                "{name} was not made by a demonstration and is left alone; choose another folder with --data-dir"
            )));
        }
        if is_in_use(folder)? {
            return Err(Failure::new(&say!(
                "目录 {name} 正被另一个演示使用",
                "another demonstration is running in {name}"
            )));
        }
        tell(&say!("清空上次演示的目录 {name}", "removing the last demonstration in {name}"))?;
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    File::create(folder.join(MARK))?.sync_all()?;
    Ok(())
}

fn is_occupied(folder: &Path) -> io::Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether a service holds the folder's lock.
fn is_in_use(folder: &Path) -> io::Result<bool> {
    let lock = match OpenOptions::new().read(true).open(folder.join("lock")) {
        Ok(lock) => lock,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    match lock.try_lock() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
