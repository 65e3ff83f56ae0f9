//! Views as pages for papers: one SVG, with its text as text and its size in
//! millimetres, and PDF and PNG made from that SVG. So all three agree, and what a
//! preview shows is the picture itself.
//!
//! The way from a session to a file:
//! ```text
//! Session ─▶ prepare: ε and plane, where the choice left them open
//!         ─▶ gather: curves, sweep, rows of the heatmap, atlas ─▶ Material   (computes)
//!         ─▶ draw: views on a page ─▶ Scene ─▶ SVG ─▶ Figure                 (milliseconds)
//!         ─▶ encode: SVG, PDF or PNG, with the session embedded
//! ```
//! The same session and data give the same bytes: no dates unless asked for, no
//! machine, no folder, and no name of the output.

mod caption;
mod compose;
mod date;
mod directions;
mod fonts;
mod gather;
mod needs;
mod pdf;
mod pictures;
mod png;
mod prepare;
mod rows;
mod simplify;
mod split;
mod svg;
mod views;

use std::path::Path;
use std::str::FromStr;

use resvg::usvg::Tree;

use crate::scene::{Fonts, Item, Palette, Raster, Scene};
use crate::session::figure::{FigureError, FigureSpec};
use crate::session::{OptionsError, Session};
use crate::srm::Cancelled;
use crate::table::{CaptionFormat, TableError};
use crate::words::{self, thousands};

pub use caption::caption;
pub use date::Date;
pub use directions::MOST_DIRECTIONS;
pub use fonts::read_font;
pub use gather::{
    CURVES_CAP_BYTES, FigureLayer, Known, MOST_FAINT, Material, ROTATING, Watch, gather,
};
pub use needs::{Needs, draws_rotations, shows_classes, shows_view, splits_curves};
pub use pictures::{
    ClassColors, DensityWanted, ProjectionMaterial, ScaleMaterial, projection_material,
    scale_material,
};
pub use prepare::{prepare, shows_all};
pub use simplify::{TOLERANCE_PT, simplified};
pub use split::{
    OTHER_SAMPLES, SplitCurve, color_of_class, hidden_classes, share_shown, way_shown,
};

/// Why there is no figure.
#[derive(Debug, thiserror::Error)]
pub enum FigureFailure {
    /// The options cannot be swept.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The specification cannot be drawn.
    #[error(transparent)]
    Spec(#[from] FigureError),
    /// A plane that is not there.
    #[error("{file} has no plane {i},{j}: {why}")]
    NoPlane {
        /// The file of the layer.
        file: String,
        /// First vector.
        i: u32,
        /// Second vector.
        j: u32,
        /// Why it has not.
        why: String,
    },
    /// A heatmap without a row.
    #[error(
        "no plane of {file} is significant at a false discovery rate of {}: leave --significant \
         out, or choose another epsilon",
        words::rate(*.rate)
    )]
    NoneSignificant {
        /// The file of the layer.
        file: String,
        /// The rate.
        rate: f64,
    },
    /// Files that nothing shows.
    #[error(
        "the figure shows nothing of {0}: give --panels that count the files, such as \
         heatmap#1,heatmap#2, or leave it out"
    )]
    NotShown(String),
    /// The page has no room for what belongs on it.
    #[error(
        "the figure does not fit: {have:.0} × {high:.0} mm leave no room beside the text; make it \
         larger, or the font smaller than {font} pt"
    )]
    TooSmall {
        /// Width of the page in millimetres.
        have: f64,
        /// Its height.
        high: f64,
        /// Size of the text in points.
        font: f32,
    },
    /// The picture would be too large.
    #[error(
        "a picture of {} × {} pixels is too large: lower the resolution",
        thousands(u64::from(.0[0])), thousands(u64::from(.0[1]))
    )]
    TooManyPixels([u32; 2]),
    /// The reader's own font.
    #[error("cannot use the font {file}: {why}")]
    Font {
        /// The file's name.
        file: String,
        /// What is wrong.
        why: String,
    },
    /// The ending of a file's name promises no kind of figure.
    #[error("`{0}` is no kind of figure: name it .svg, .pdf or .png")]
    NoFormat(String),
    /// `SOURCE_DATE_EPOCH`.
    #[error("{0}")]
    Date(String),
    /// The file.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Called off.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// A library refused what it should not.
    #[error("{0}")]
    Internal(String),
}

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Scalable Vector Graphics.
    Svg,
    /// Portable Document Format.
    Pdf,
    /// Portable Network Graphics.
    Png,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pdf, Self::Svg, Self::Png];

    /// Ending of its files.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Pdf => "pdf",
            Self::Png => "png",
        }
    }

    /// The kind that a file's name asks for.
    ///
    /// # Errors
    /// If it asks for none.
    pub fn of_path(path: &Path) -> Result<Self, FigureFailure> {
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        ending.parse().map_err(|()| {
            let name = path.file_name().unwrap_or(path.as_os_str());
            FigureFailure::NoFormat(name.to_string_lossy().into_owned())
        })
    }
}

impl FromStr for Format {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let is = |format: &Self| text.eq_ignore_ascii_case(format.extension());
        Self::ALL.into_iter().find(is).ok_or(())
    }
}

/// What a file says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// A line for lists of documents.
    pub title: String,
    /// What is seen, for those who cannot see it.
    pub description: String,
    /// What made it.
    pub software: String,
    /// The session in JSON.
    pub session: String,
    /// When it was made, where that is wanted.
    pub date: Option<Date>,
}

/// A figure, ready to be written.
pub struct Figure {
    svg: String,
    tree: Tree,
    stamp: Stamp,
    dpi: u32,
    missing: String,
    session: Session,
}

impl std::fmt::Debug for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Figure")
            .field("stamp", &self.stamp)
            .finish_non_exhaustive()
    }
}

impl Figure {
    /// Draws what was gathered as the session's specification asks for it.
    ///
    /// # Errors
    /// If it does not fit on the page.
    pub fn draw(
        session: &Session,
        material: &Material,
        fonts: &Fonts,
        date: Option<Date>,
    ) -> Result<Self, FigureFailure> {
        let spec = &session.figure;
        spec.check()?;
        let (scene, session) = compose::compose(session, material, fonts)?;
        let spec = session.figure.clone();
        let description = caption(&session, CaptionFormat::Text);
        let missing = missing_letters(&scene, fonts);
        let stamp = Stamp {
            title: views::title(&session),
            description,
            software: format!("{} {}", session.program, session.version),
            session: session.to_json(),
            date: date.filter(|_| spec.date),
        };
        let background = Some(palette(&spec).background);
        let page = svg::Page {
            scene: &scene,
            width_mm: spec.width.mm(),
            background: background.filter(|_| !spec.background.is_transparent()),
            fonts,
            stamp: &stamp,
        };
        let svg = svg::svg(&page)?;
        let tree = Tree::from_str(&svg, &fonts::options(fonts.own.as_ref()))
            .map_err(|e| FigureFailure::Internal(format!("the SVG is not understood: {e}")))?;
        Ok(Self {
            svg,
            tree,
            dpi: spec.dpi,
            stamp,
            missing,
            session,
        })
    }

    /// Width and height in millimetres.
    #[must_use]
    pub fn size_mm(&self) -> [f64; 2] {
        let size = self.tree.size();
        [size.width(), size.height()].map(|pixels| f64::from(pixels) * 25.4 / 96.0)
    }

    /// The session, with what the figure has to say of each layer.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Letters that no font has: each is drawn as an empty box.
    #[must_use]
    pub fn missing_letters(&self) -> &str {
        &self.missing
    }

    /// What it says about itself.
    #[must_use]
    pub fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// The SVG.
    #[must_use]
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// The file of that kind.
    ///
    /// # Errors
    /// If a picture is too large.
    pub fn encode(&self, format: Format) -> Result<Vec<u8>, FigureFailure> {
        match format {
            Format::Svg => Ok(self.svg.clone().into_bytes()),
            Format::Pdf => pdf::pdf(&self.tree, &self.stamp),
            Format::Png => png::png(&self.tree, self.dpi, &self.stamp),
        }
    }

    /// The picture in pixels, so many of them wide, for a preview or the clipboard.
    ///
    /// # Errors
    /// If it is too large.
    pub fn picture(&self, width: u32) -> Result<Raster, FigureFailure> {
        let scale = width.max(1) as f32 / self.tree.size().width();
        let pixmap = png::pixmap(&self.tree, scale)?;
        let rgba = pixmap.pixels().iter().map(|pixel| {
            let pixel = pixel.demultiply();
            [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()]
        });
        Ok(Raster {
            width: pixmap.width() as usize,
            height: pixmap.height() as usize,
            rgba: rgba.collect(),
        })
    }
}

fn missing_letters(scene: &Scene, fonts: &Fonts) -> String {
    let mut missing = String::new();
    for item in &scene.items {
        let Item::Text { text, bold, .. } = item else {
            continue;
        };
        for run in text.runs() {
            for letter in run.text.chars() {
                if !missing.contains(letter) && !fonts.has(letter, run.slant, *bold) {
                    missing.push(letter);
                }
            }
        }
    }
    missing
}

/// The colours of a figure.
#[must_use]
pub fn palette(spec: &FigureSpec) -> Palette {
    if spec.background.is_dark() {
        Palette::PAPER_DARK
    } else {
        Palette::PAPER
    }
}
