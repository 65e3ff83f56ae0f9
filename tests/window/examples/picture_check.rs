//! Looks at PNG pictures of the window and says whether something is on them.
//!
//! ```text
//! picture_check --size WIDTHxHEIGHT [--darker] PICTURE…
//! ```
//!
//! Every picture must have that size and not be blank: many colours, none of
//! which fills nearly all of it. With `--darker` each picture must be clearly
//! darker than the next. Exits with 1 and a sentence otherwise.

use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::process::ExitCode;

const USAGE: &str = "usage: picture_check --size WIDTHxHEIGHT [--darker] PICTURE…";

/// Text alone has more shades than this, and a window has more than text.
const FEWEST_COLOURS: usize = 200;

/// Most that one colour may fill.
const LARGEST_SHARE: f64 = 0.95;

/// Brightness, 0 to 255, between two pictures of which one is darker.
const CLEARLY: f64 = 60.0;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("picture_check: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut words: impl Iterator<Item = String>) -> Result<()> {
    let (mut size, mut darker, mut pictures) = (None, false, Vec::new());
    while let Some(word) = words.next() {
        match word.as_str() {
            "--size" => {
                let value = words.next().ok_or(USAGE)?;
                let (width, height) = value.split_once('x').ok_or(USAGE)?;
                size = Some((width.parse()?, height.parse()?));
            }
            "--darker" => darker = true,
            _ => pictures.push(Picture::read(&word)?),
        }
    }
    let size = size.ok_or(USAGE)?;
    for picture in &pictures {
        picture.check(size)?;
    }
    if darker {
        for pair in pictures.windows(2) {
            let (first, second) = (&pair[0], &pair[1]);
            if first.brightness() + CLEARLY > second.brightness() {
                return Err(format!(
                    "{} ({:.0} of 255) is not clearly darker than {} ({:.0})",
                    first.name,
                    first.brightness(),
                    second.name,
                    second.brightness()
                )
                .into());
            }
        }
    }
    Ok(())
}

struct Picture {
    name: String,
    size: (u32, u32),
    /// Red, green, blue.
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    fn read(name: &str) -> Result<Self> {
        let read = || -> Result<Self> {
            let mut decoder = png::Decoder::new(BufReader::new(File::open(name)?));
            decoder.set_transformations(png::Transformations::normalize_to_color8());
            let mut reader = decoder.read_info()?;
            let mut data = vec![0; reader.output_buffer_size().ok_or("it is too large")?];
            let info = reader.next_frame(&mut data)?;
            let samples = info.color_type.samples();
            if samples < 3 {
                return Err("it has no colours".into());
            }
            Ok(Self {
                name: name.to_owned(),
                size: (info.width, info.height),
                pixels: data[..info.buffer_size()]
                    .chunks_exact(samples)
                    .map(|pixel| [pixel[0], pixel[1], pixel[2]])
                    .collect(),
            })
        };
        read().map_err(|error| format!("{name}: {error}").into())
    }

    fn check(&self, size: (u32, u32)) -> Result<()> {
        let Self { name, .. } = self;
        if self.size != size {
            let ((width, height), (wide, high)) = (self.size, size);
            return Err(format!("{name} is {width} × {height}, not {wide} × {high}").into());
        }
        let mut times: HashMap<[u8; 3], u32> = HashMap::new();
        for pixel in &self.pixels {
            *times.entry(*pixel).or_default() += 1;
        }
        let colours = times.len();
        let most = times.values().max().copied().unwrap_or(0);
        let share = f64::from(most) / (f64::from(size.0) * f64::from(size.1));
        println!(
            "{name}: {} × {}, {colours} colours, one of them on {:.0}%, brightness {:.0}",
            size.0,
            size.1,
            100.0 * share,
            self.brightness()
        );
        if colours < FEWEST_COLOURS {
            return Err(format!("{name} has only {colours} colours: it looks blank").into());
        }
        if share > LARGEST_SHARE {
            let percent = 100.0 * share;
            return Err(format!("{name} is {percent:.0}% of one colour: it looks blank").into());
        }
        Ok(())
    }

    /// Mean of all channels.
    fn brightness(&self) -> f64 {
        let sum: f64 = self.pixels.iter().flatten().map(|&v| f64::from(v)).sum();
        let count: f64 = self.pixels.iter().map(|_| 3.0).sum();
        sum / count.max(1.0)
    }
}
