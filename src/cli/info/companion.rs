//! What is no activations: labels, class names and images, read as such.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::Entry;
use crate::cli::failure::Failure;
use crate::data::{
    ArrayInfo, ClassNames, DataError, Glance, Images, Is, Labels, Open, Pick, Role, classes,
    recognise,
};
use crate::words::{count, times};

/// A file of words, or a folder of pictures.
pub(super) fn file(
    glance: &Glance,
    file: &str,
    pick: &Pick,
    cancel: &AtomicBool,
) -> Result<Entry, Failure> {
    let mut entry = Entry::of(file);
    let found = recognise(std::slice::from_ref(glance), &Open::default());
    let role = match (&glance.is, found.first()) {
        (Is::Pictures(_), _) | (_, None) => Role::Images,
        (_, Some(found)) => found.role,
    };
    read(&mut entry, role, &glance.path, pick, cancel)?;
    Ok(entry)
}

/// An array whose head says that it is one of these.
pub(super) fn array(
    entry: &mut Entry,
    path: &Path,
    array: &ArrayInfo,
    pick: &Pick,
    cancel: &AtomicBool,
) -> Result<(), Failure> {
    if !matches!(array.role, Role::Labels | Role::ClassNames | Role::Images) {
        return Ok(());
    }
    let pick = Pick {
        memory_limit: pick.memory_limit,
        ..Pick::key(array.key.as_deref())
    };
    read(entry, array.role, path, &pick, cancel)
}

fn read(
    entry: &mut Entry,
    role: Role,
    path: &Path,
    pick: &Pick,
    cancel: &AtomicBool,
) -> Result<(), Failure> {
    entry.role = Some(role.name());
    let told = match role {
        Role::Labels => Labels::load(path, pick, cancel).map(|labels| {
            let entries = labels.entries();
            let note = format!(
                "{} of {}",
                count(entries as u64, "label"),
                classes(labels.classes.len())
            );
            (entries, labels.dtype, note)
        }),
        Role::ClassNames => ClassNames::load(path, pick, cancel).map(|names| {
            let of = names.names.len();
            (of, "text".to_owned(), format!("names of {}", classes(of)))
        }),
        _ => Images::open(path, pick, cancel).map(|images| {
            let entries = images.entries();
            let size = times(&images.size.map(|n| n as u64));
            let mut note = format!("{} of {size} pixels", count(entries as u64, "picture"));
            for more in &images.notes {
                note = format!("{note}; {more}");
            }
            (entries, images.dtype, note)
        }),
    };
    match told {
        Err(DataError::Cancelled) => return Err(Failure::Interrupted),
        Err(error) => entry.error = Some(error.to_string()),
        Ok((rows, dtype, note)) => {
            entry.rows = Some(rows);
            entry.dtype.get_or_insert(dtype);
            entry.note = Some(note);
            entry.error = None;
        }
    }
    Ok(())
}
