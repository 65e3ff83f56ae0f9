//! Where the plots of a page are: in line with each other, with room around each for
//! what belongs to it.

use super::{POINTS, Page, View, entries, row_most};
use crate::figure::FigureFailure;
use crate::scene::{
    Entry, Margins, Point, atlas_margins, directions_margins, ensemble_margins, heatmap_margins,
    legend_row_height, legend_size, polar_margins, projection_margins, scale_margins, within_width,
};
use crate::session::figure::LegendPlace as Wanted;

/// Smallest plot that shows anything, as a multiple of the letters' height.
const LEAST_PLOT: f32 = 4.0;

/// Where the plots are.
pub(super) struct Grid {
    /// Left edge and width of each row's plots: rows of as many plots have them in
    /// line.
    pub columns: Vec<Vec<(f32, f32)>>,
    /// Room to the left of them.
    pub lefts: Vec<Vec<f32>>,
    /// Upper edge and height of each row of plots.
    pub rows: Vec<(f32, f32)>,
    /// Room around each panel's plot.
    pub margins: Vec<Vec<Margins>>,
    pub height: f32,
}

impl Page<'_> {
    /// Space between panels.
    fn between(&self) -> f32 {
        self.style.font * 1.2
    }

    pub(super) fn grid(&self, rows: &[Vec<View<'_>>]) -> Result<Grid, FigureFailure> {
        // Numbers of an axis depend a little on its length, the length on their
        // width: twice is enough.
        let about = |views: &Vec<View<'_>>| {
            let width = self.width / views.len().max(1) as f32 * 0.7;
            [width, 10.0 * self.style.font]
        };
        let mut sizes: Vec<Point> = rows.iter().map(about).collect();
        for _ in 0..2 {
            let grid = self.grid_with(rows, &sizes);
            let plots = grid.columns.iter().zip(&grid.rows);
            sizes = plots
                .map(|(columns, row)| [columns.first().map_or(0.0, |c| c.1), row.1])
                .collect();
        }
        let grid = self.grid_with(rows, &sizes);
        let widths = grid.columns.iter().flatten().map(|column| column.1);
        let least = grid.rows.iter().map(|row| row.1).chain(widths);
        if least.fold(f32::INFINITY, f32::min) < LEAST_PLOT * self.style.font {
            return Err(self.too_small(grid.height));
        }
        Ok(grid)
    }

    /// The grid, with margins as plots of about those sizes, one a row, have them.
    fn grid_with(&self, rows: &[Vec<View<'_>>], sizes: &[Point]) -> Grid {
        let edge = self.style.gap;
        let margins: Vec<Vec<Margins>> = rows
            .iter()
            .enumerate()
            .map(|(row, views)| {
                let margins = |(column, view)| self.margins(view, sizes[row], row, column);
                views.iter().enumerate().map(margins).collect()
            })
            .collect();
        let (mut columns, mut lefts) = (Vec::new(), Vec::new());
        for row in &margins {
            let alike = || margins.iter().filter(|other| other.len() == row.len());
            let side = |k: usize| alike().fold(Margins::default(), |all, other| all.or(other[k]));
            let sides: Vec<Margins> = (0..row.len()).map(side).collect();
            let used: f32 = sides.iter().map(|side| side.left + side.right).sum();
            let gaps = self.between() * row.len().saturating_sub(1) as f32;
            let plot = (self.width - 2.0 * edge - used - gaps) / row.len().max(1) as f32;
            let mut x = edge;
            let mut places = Vec::new();
            for side in &sides {
                places.push((x + side.left, plot));
                x += side.left + plot + side.right + self.between();
            }
            columns.push(places);
            lefts.push(sides.iter().map(|side| side.left).collect());
        }
        let ends = |row: &Vec<Margins>| row.iter().fold(Margins::default(), |all, &m| all.or(m));
        let ends: Vec<Margins> = margins.iter().map(ends).collect();
        let heights = self.heights(rows, &columns, &ends);
        let mut y = edge + self.head_height();
        let mut places = Vec::new();
        for (end, &height) in ends.iter().zip(&heights) {
            places.push((y + end.top, height));
            y += end.top + height + end.bottom + self.between();
        }
        let height = self
            .page_height()
            .unwrap_or(y - self.between() + self.foot_height() + edge);
        Grid {
            columns,
            lefts,
            rows: places,
            margins,
            height,
        }
    }

    pub(super) fn too_small(&self, height: f32) -> FigureFailure {
        FigureFailure::TooSmall {
            have: self.spec.width.mm(),
            high: f64::from(height) / POINTS,
            font: self.style.font,
        }
    }

    /// The page's height in points, where it is given.
    fn page_height(&self) -> Option<f32> {
        self.spec.height_mm().map(|mm| (mm * POINTS) as f32)
    }

    /// Heights of the rows' plots.
    fn heights(
        &self,
        rows: &[Vec<View<'_>>],
        columns: &[Vec<(f32, f32)>],
        ends: &[Margins],
    ) -> Vec<f32> {
        let single = rows.iter().map(Vec::len).sum::<usize>() == 1;
        let suits = rows.iter().zip(columns).map(|(views, columns)| {
            let both = views.iter().zip(columns);
            let wanted = both.map(|(view, column)| self.wanted_height(view, column.1, single));
            wanted.fold(0.0, f32::max)
        });
        let suits: Vec<f32> = suits.collect();
        let Some(page) = self.page_height() else {
            return suits;
        };
        let around: f32 = ends.iter().map(|end| end.top + end.bottom).sum();
        let gaps = self.between() * rows.len().saturating_sub(1) as f32;
        let rest =
            page - 2.0 * self.style.gap - self.head_height() - self.foot_height() - around - gaps;
        let all: f32 = suits.iter().sum();
        suits.iter().map(|height| rest * height / all).collect()
    }

    /// What suits a view: circles and squares as wide as they may be, but none
    /// larger than a page needs.
    fn wanted_height(&self, view: &View<'_>, plot: f32, single: bool) -> f32 {
        let most = self.style.font * 26.0;
        match view {
            View::Polar(_) => plot.min(self.style.font * 21.0),
            View::Atlas(_) | View::Projection(_) => plot.min(most),
            View::Heatmap(_) | View::Scale(_) if single => (plot * 0.68).min(most),
            View::Heatmap(_) | View::Scale(_) => (plot * 0.9).min(self.style.font * 14.0),
            View::Directions(view) => {
                let rows = view.bars.len() as f32 * self.style.font * 1.5;
                // No less than the least plot, whatever is rounded.
                rows.max(self.style.font * (LEAST_PLOT + 0.5))
            }
            View::Ensemble(_) if single => (plot * 0.5).min(self.style.font * 20.0),
            View::Ensemble(_) => (plot * 0.75).min(self.style.font * 12.0),
        }
    }

    fn margins(&self, view: &View<'_>, about: Point, row: usize, column: usize) -> Margins {
        let (style, [_, height]) = (self.style, about);
        let mut margins = match view {
            View::Polar(view) => polar_margins(view, style),
            View::Ensemble(view) => ensemble_margins(view, height, style),
            View::Heatmap(view) => heatmap_margins(view, about, style),
            View::Scale(view) => scale_margins(view, about, style),
            View::Projection(part) => projection_margins(&part.view, about, style),
            View::Directions(view) => directions_margins(view, about[0], style),
            View::Atlas(part) => atlas_margins(part.atlas, part.has_bar, &part.note, about, style),
        };
        if self.is_below(view, about) {
            let most = row_most(about[0], margins);
            let entries = within_width(entries(view, style), most, style);
            margins.bottom += style.gap + legend_row_height(&entries, most, style);
        }
        let (letter, file) = &self.letters[row][column];
        match view {
            // Its upper name stands in the middle, too.
            View::Polar(_) if !file.is_empty() => margins.top += style.font * 1.6,
            _ if !letter.is_empty() || !file.is_empty() => {
                margins.top = margins.top.max(style.font * 1.7);
            }
            _ => {}
        }
        margins
    }

    /// Whether a view's legend stands below it.
    pub(super) fn is_below(&self, view: &View<'_>, about: Point) -> bool {
        match (view, self.spec.legend) {
            (_, Wanted::None)
            | (View::Heatmap(_) | View::Atlas(_) | View::Directions(_) | View::Scale(_), _) => {
                false
            }
            (View::Projection(part), _) if part.view.classes.is_empty() => false,
            (_, Wanted::Below) => true,
            (View::Ensemble(view), Wanted::Auto) => {
                let [wide, high] = legend_size(&view.entries(self.style), self.style);
                wide > 0.6 * about[0] || high > 0.55 * about[1]
            }
            (View::Projection(part), Wanted::Auto) => part.view.classes.len() > 1,
            (View::Polar(view), Wanted::Auto) => {
                let entries = view.entries(self.style);
                entries.len() > 1 && !self.has_room_beside(&entries, about)
            }
            _ => false,
        }
    }

    /// Whether a legend fits beside a circle.
    fn has_room_beside(&self, entries: &[Entry], [width, height]: Point) -> bool {
        let circle = height.min(width);
        let beside = (width - circle) / 2.0;
        beside > legend_size(entries, self.style)[0]
    }
}
