//! The panels of a figure of several: rows of views.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{FigureError, FigureView, as_text};

/// Most panels of a figure.
pub const MOST_PANELS: usize = 64;

/// One panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panel {
    /// What it shows; never [`FigureView::Panel`].
    pub view: FigureView,
    /// Of which layer, from 0 on; the shown one where `None`.
    pub layer: Option<usize>,
    /// The plane `[i, j]` of a polar plot, a scale view or a projection; where `None` the
    /// selected one, with those pinned, or all planes of a projection of all.
    pub plane: Option<[u32; 2]>,
}

impl Panel {
    /// That view of what is shown.
    #[must_use]
    pub fn of(view: FigureView) -> Self {
        Self {
            view,
            layer: None,
            plane: None,
        }
    }
}

/// Panels, row after row: `polar@3:7,heatmap/ensemble#2`. A comma separates the
/// panels of a row and a slash the rows (rows of as many panels stand in line); `@I:J` is the plane of a polar plot, a scale view or a projection, and
/// `#K` takes the K-th file. Empty: what suits the figure's width.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Panels {
    /// The rows, none of them empty.
    rows: Vec<Vec<Panel>>,
}

impl Panels {
    /// # Errors
    /// If a row is empty, a panel is one of panels, or there are too many.
    pub fn new(rows: Vec<Vec<Panel>>) -> Result<Self, FigureError> {
        let panels: usize = rows.iter().map(Vec::len).sum();
        if panels > MOST_PANELS {
            return Err(FigureError(format!(
                "{panels} panels are too many for a figure: at most {MOST_PANELS}"
            )));
        }
        if rows.iter().any(Vec::is_empty) {
            return Err(FigureError("a row of panels is empty".to_owned()));
        }
        if rows
            .iter()
            .flatten()
            .any(|panel| panel.view == FigureView::Panel)
        {
            return Err(FigureError(
                "a panel cannot be a panel itself: choose polar, ensemble, heatmap, atlas, scale or pppm"
                    .to_owned(),
            ));
        }
        Ok(Self { rows })
    }

    /// The rows.
    #[must_use]
    pub fn rows(&self) -> &[Vec<Panel>] {
        &self.rows
    }

    /// The same, with those that show what is shown showing that layer.
    #[must_use]
    pub fn of_layer(&self, shown: usize) -> Self {
        let mut panels = self.clone();
        for panel in panels.rows.iter_mut().flatten() {
            panel.layer.get_or_insert(shown);
        }
        panels
    }

    /// Whether none was chosen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What suits a page of that width: three beside each other where there is
    /// room, else below each other.
    #[must_use]
    pub fn for_width_mm(width_mm: f64) -> Self {
        const WIDE_MM: f64 = 120.0;
        let row = |views: &[FigureView]| views.iter().copied().map(Panel::of).collect();
        let rows = if width_mm >= WIDE_MM {
            vec![row(&[
                FigureView::Polar,
                FigureView::Heatmap,
                FigureView::Ensemble,
            ])]
        } else {
            vec![
                row(&[FigureView::Polar, FigureView::Atlas]),
                row(&[FigureView::Heatmap]),
                row(&[FigureView::Ensemble]),
            ]
        };
        Self { rows }
    }
}

impl fmt::Display for Panel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view.fmt(f)?;
        if let Some([i, j]) = self.plane {
            write!(f, "@{i}:{j}")?;
        }
        match self.layer {
            Some(layer) => write!(f, "#{}", layer + 1),
            None => Ok(()),
        }
    }
}

impl FromStr for Panel {
    type Err = FigureError;

    fn from_str(text: &str) -> Result<Self, FigureError> {
        let text = text.trim();
        let not_understood = |what: &str| {
            FigureError(format!(
                "`{text}` is no panel: {what}, as in polar@3:7 or heatmap#2"
            ))
        };
        // The view, then its plane and its file in either order.
        let end = text.find(['@', '#']).unwrap_or(text.len());
        let (view, mut rest) = text.split_at(end);
        let (mut layer, mut plane) = (None, None);
        while let Some(mark) = rest.chars().next() {
            let after = &rest[1..];
            let end = after.find(['@', '#']).unwrap_or(after.len());
            let (value, next) = after.split_at(end);
            if mark == '#' && layer.is_none() {
                let number = value.parse().ok().filter(|&number: &usize| number > 0);
                let number = number.ok_or_else(|| not_understood("`#` takes a file's number"))?;
                layer = Some(number - 1);
            } else if mark == '@' && plane.is_none() {
                let numbers = value
                    .split_once(':')
                    .and_then(|(i, j)| Some([i.parse().ok()?, j.parse().ok()?]));
                let numbers = numbers.filter(|[i, j]: &[u32; 2]| i != j);
                let two = || not_understood("`@` takes two different vectors' numbers");
                plane = Some(numbers.ok_or_else(two)?);
            } else {
                return Err(not_understood("it has one plane and one file at most"));
            }
            rest = next;
        }
        let view: FigureView = view.parse()?;
        if plane.is_some() && !view.has_plane() {
            return Err(not_understood("only polar, scale and pppm have a plane"));
        }
        Ok(Self { view, layer, plane })
    }
}

impl fmt::Display for Panels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, row) in self.rows.iter().enumerate() {
            if k > 0 {
                f.write_str("/")?;
            }
            for (k, panel) in row.iter().enumerate() {
                if k > 0 {
                    f.write_str(",")?;
                }
                panel.fmt(f)?;
            }
        }
        Ok(())
    }
}

impl FromStr for Panels {
    type Err = FigureError;

    fn from_str(text: &str) -> Result<Self, FigureError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let row = |text: &str| text.split(',').map(str::parse).collect();
        let rows: Result<Vec<Vec<Panel>>, FigureError> = text.split('/').map(row).collect();
        Self::new(rows?)
    }
}

as_text!(Panels);
