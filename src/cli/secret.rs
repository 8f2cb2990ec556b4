//! The secret that seals the signing keys.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jixiao::platform::message::Message;
use jixiao::say;
use secrecy::{ExposeSecret, SecretString};

use super::failure::Failure;

/// The fewest characters that make a secret.
const SHORTEST: usize = 32;

/// Checks the secret of the settings.
pub(super) fn given(secret: &SecretString) -> Result<SecretString, Failure> {
    if is_long_enough(secret) {
        Ok(secret.clone())
    } else {
        Err(Failure::setting("--secret (JIXIAO_SECRET)", &too_short()))
    }
}

/// The secret in the data folder, made where there is none. Whoever calls holds the folder's lock.
pub(super) fn kept_in(data_dir: &Path) -> Result<SecretString, Failure> {
    let file = data_dir.join("secret");
    let named = |error: io::Error| {
        Failure::setting(&file.display().to_string(), &say!("无法读写", "it cannot be used")).caused_by(&error)
    };
    let secret = match fs::read_to_string(&file) {
        Ok(text) => SecretString::from(text.trim_end()),
        Err(error) if error.kind() == ErrorKind::NotFound => make(data_dir, &file).map_err(named)?,
        Err(error) => return Err(named(error)),
    };
    if is_long_enough(&secret) { Ok(secret) } else { Err(Failure::setting(&file.display().to_string(), &too_short())) }
}

/// Writes 256 random bits to a file that only its owner may read. It gets its name when it is whole, so that a crash
/// leaves no half of a secret.
fn make(data_dir: &Path, file: &Path) -> io::Result<SecretString> {
    let secret = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let unfinished = data_dir.join("secret.new");
    let mut writer = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    writeln!(writer, "{secret}")?;
    writer.sync_all()?;
    fs::rename(unfinished, file)?;
    File::open(data_dir)?.sync_all()?;
    Ok(secret.into())
}

fn is_long_enough(secret: &SecretString) -> bool {
    secret.expose_secret().chars().count() >= SHORTEST
}

fn too_short() -> Message {
    say!("至少需要 {SHORTEST} 个字符", "it needs at least {SHORTEST} characters")
}
