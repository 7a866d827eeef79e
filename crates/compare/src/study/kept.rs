//! What a study knows already, as JSON in its folder.

use std::{fs, path::Path};

use salamander_checkpoint as checkpoint;
use serde::{Serialize, de::DeserializeOwned};

use crate::Error;

/// What is in the file, if it is there.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Error> {
    if !path.is_file() {
        return Ok(None);
    }
    let text = fs::read_to_string(path).map_err(Error::io(path, "read"))?;
    serde_json::from_str(&text).map(Some).map_err(|error| Error::result(path, &error))
}

/// Puts it there, whole or not at all; its folder is made if need be.
pub(super) fn keep<T: Serialize>(path: &Path, known: &T) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::io(folder, "written"))?;
    }
    let value = serde_json::to_value(known).map_err(|error| Error::result(path, &error))?;
    Ok(checkpoint::write_json(path, &value)?)
}
