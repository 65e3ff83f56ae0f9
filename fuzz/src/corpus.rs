//! Valid files, from which all inputs are made.

use std::fs;
use std::io;
use std::path::Path;
use std::str::FromStr;

use followspot::session::{FigureSpec, LayerRecord, Options, Session, View};

use crate::archive::{Member, unpacked};

/// Largest file that is changed: small ones are as telling and many more a second.
const LARGEST: u64 = 128 << 10;

/// What readers there are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// `NumPy`'s array.
    Npy,
    /// Archives of these.
    Npz,
    /// Hugging Face's tensors.
    Safetensors,
    /// `PyTorch`'s archives.
    Torch,
    /// Tables of text.
    Csv,
    /// HDF5.
    Hdf5,
    /// Sessions, and figures that carry one.
    Session,
    /// Files that are recognised only.
    Other,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Npy,
        Self::Npz,
        Self::Safetensors,
        Self::Torch,
        Self::Csv,
        Self::Hdf5,
        Self::Session,
        Self::Other,
    ];

    /// As it is typed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Npy => "npy",
            Self::Npz => "npz",
            Self::Safetensors => "safetensors",
            Self::Torch => "torch",
            Self::Csv => "csv",
            Self::Hdf5 => "hdf5",
            Self::Session => "session",
            Self::Other => "other",
        }
    }

    fn of(extension: &str) -> Self {
        match extension {
            "npy" => Self::Npy,
            "npz" => Self::Npz,
            "safetensors" => Self::Safetensors,
            "pt" | "pth" | "bin" => Self::Torch,
            "csv" | "tsv" | "txt" | "dat" => Self::Csv,
            "h5" | "hdf5" => Self::Hdf5,
            "followspot" | "svg" | "pdf" | "png" => Self::Session,
            _ => Self::Other,
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|format| format.name() == text);
        known.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("`{text}` is none of {names} and all")
        })
    }
}

/// A file to be changed.
#[derive(Clone, Debug)]
pub struct Seed {
    /// What reads it.
    pub format: Format,
    /// The end of its name.
    pub extension: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// What lies inside it, guarded by checksums or escapes.
    pub inside: Inside,
}

/// What lies inside a file.
#[derive(Clone, Debug)]
pub enum Inside {
    /// Nothing that would need care.
    Plain,
    /// Files in an archive.
    Zip(Vec<Member>),
    /// A session in a file of that kind.
    Session,
}

/// The files below a folder, and sessions.
///
/// # Errors
/// If the folder cannot be read.
pub fn corpus(folder: &Path) -> io::Result<Vec<Seed>> {
    let mut seeds = sessions();
    walk(folder, &mut seeds)?;
    Ok(seeds)
}

fn walk(folder: &Path, seeds: &mut Vec<Seed>) -> io::Result<()> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    // Whatever order the system has, a seed makes the same inputs.
    paths.sort();
    for path in paths {
        if path.is_dir() {
            walk(&path, seeds)?;
            continue;
        }
        if !path.is_file() || path.metadata()?.len() > LARGEST {
            continue;
        }
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        let bytes = fs::read(&path)?;
        seeds.push(Seed {
            format: Format::of(&extension),
            extension: extension.into_owned(),
            inside: unpacked(&bytes).map_or(Inside::Plain, Inside::Zip),
            bytes,
        });
    }
    Ok(())
}

/// Sessions as text; they are put into files of every kind once they are changed.
fn sessions() -> Vec<Seed> {
    let source = r#"{"file_name":"acts.npz","sha256":null,"key":"layer1","shape":[200,6],
        "array_shape":[20,10,6],"read_as":{"flatten":"positions","rows":"::2","sample_rows":90},
        "dtype":"float32","excluded_rows":1,"zero_rows":0}"#;
    let layer =
        format!(r#"{{"source":{source},"epsilon":0.75,"planes":[15,15],"path":"a/acts.npz"}}"#);
    let session = |layers: &str| {
        let json = format!(
            r#"{{"format":1,"program":"followspot","version":"0.1.0","layers":[{layers}],
            "options":{{"epsilon":"auto","angles":361,"planes":"combinations","signed":false,
            "max_planes":null,"seed":null}},"view":{{"plane":[0,1],"pins":[[2,3]]}}}}"#
        );
        Session::from_json(&json).ok()
    };
    let read = [layer.as_str(), &format!("{layer},{layer}")].map(session);
    let none = Session::new(
        Vec::<LayerRecord>::new(),
        0,
        Options::default(),
        View::default(),
    );
    let sessions = read.into_iter().flatten();
    let mut texts: Vec<String> = sessions
        .flat_map(|session| {
            let figure = session.clone().with_figure(FigureSpec::default());
            [session.to_json_file(), figure.to_json()]
        })
        .collect();
    texts.push(none.to_json());
    texts
        .into_iter()
        .map(|text| Seed {
            format: Format::Session,
            extension: "followspot".to_owned(),
            bytes: text.into_bytes(),
            inside: Inside::Session,
        })
        .collect()
}

/// A session's text in a figure of that extension, or as it is.
#[must_use]
pub fn figure_of(text: &[u8], extension: &str) -> Vec<u8> {
    let escaped: Vec<u8> = text
        .iter()
        .flat_map(|&byte| match byte {
            b'<' => b"&lt;".to_vec(),
            b'&' => b"&amp;".to_vec(),
            other => vec![other],
        })
        .collect();
    match extension {
        "svg" => [
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"><metadata id=\"followspot-session\">",
            &escaped[..],
            b"</metadata></svg>",
        ]
        .concat(),
        "pdf" => [
            b"%PDF-1.7\n<pdf:Keywords>followspot-session ",
            &escaped[..],
            b"</pdf:Keywords>\n%%EOF",
        ]
        .concat(),
        "png" => {
            let chunk = [b"iTXtfollowspot-session\0\0\0\0\0", text].concat();
            let length = (chunk.len() - 4) as u32;
            [
                b"\x89PNG\r\n\x1a\n",
                &length.to_be_bytes()[..],
                &chunk,
                &crc32fast::hash(&chunk).to_be_bytes(),
                b"\0\0\0\0IEND\xae\x42\x60\x82",
            ]
            .concat()
        }
        _ => text.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use followspot::session::read_session_bytes;

    use super::*;

    #[test]
    fn sessions_are_read_from_every_kind_of_file() {
        let seeds = sessions();
        assert_eq!(seeds.len(), 5);
        for extension in ["followspot", "svg", "pdf", "png"] {
            for seed in &seeds[..4] {
                let bytes = figure_of(&seed.bytes, extension);
                let read = read_session_bytes("x", &bytes);
                read.unwrap_or_else(|error| panic!("{extension}: {error}"));
            }
        }
    }

    #[test]
    fn the_corpus_has_files_of_every_format_that_is_read() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/formats");
        let seeds = corpus(&folder).unwrap();
        for format in [
            Format::Npy,
            Format::Npz,
            Format::Safetensors,
            Format::Session,
        ] {
            let of = seeds.iter().filter(|seed| seed.format == format);
            assert!(of.count() >= 5, "{format:?}");
        }
    }
}
