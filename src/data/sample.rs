//! The bundled sample, with its labels and images.

use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use sha2::{Digest, Sha256};

use super::{DataError, Dump, Images, Labels, Pick, hex, load_bytes};

/// The bundled sample: the latent layer of a `ReLU` autoencoder of handwritten
/// digits, 1,797 × 24 (see `assets/sample/README.md`).
///
/// # Errors
/// None, as long as the bundled file is what it was when it was tested.
pub fn sample() -> Result<Dump, DataError> {
    let never = AtomicBool::new(false);
    load_bytes(SAMPLE_NAME, SAMPLE_BYTES.into(), &Pick::default(), &never)
}

/// The digit on each image of the bundled sample.
///
/// # Errors
/// [`DataError::Cancelled`]; none else, as long as the file is what it was when it was
/// tested.
pub fn sample_labels(cancel: &AtomicBool) -> Result<Labels, DataError> {
    let bytes = include_bytes!("../../assets/sample/labels.npy").as_slice();
    Labels::of_bytes("labels.npy", bytes.into(), &Pick::default(), cancel)
}

/// The images of the bundled sample, 8 × 8 pixels each.
///
/// # Errors
/// As [`sample_labels`].
pub fn sample_images(cancel: &AtomicBool) -> Result<Images, DataError> {
    let bytes = include_bytes!("../../assets/sample/images.npy").as_slice();
    Images::of_bytes("images.npy", bytes.into(), &Pick::default(), cancel)
}

const SAMPLE_NAME: &str = "relu_epoch_3000.npy";

const SAMPLE_BYTES: &[u8] = include_bytes!("../../assets/sample/relu_epoch_3000.npy");

/// SHA-256 of the bundled sample's file in hexadecimal, worked out once.
#[must_use]
pub fn sample_sha256() -> &'static str {
    static SHA256: OnceLock<String> = OnceLock::new();
    SHA256.get_or_init(|| hex(&Sha256::digest(SAMPLE_BYTES)))
}
