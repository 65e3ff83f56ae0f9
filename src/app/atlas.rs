//! The atlas between the worker and the screen: what is asked for, and the tiles
//! of it that are textures.
//!
//! No texture is wider than [`TILE`], and a frame uploads at most
//! [`UPLOAD_BYTES`]. Where a tile is still missing, the coarser level that is
//! there is drawn larger; a new picture takes the place of the old one only once
//! all its tiles in view are there, so nothing flickers while `ε` moves.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Color32, ColorImage, Context, Painter, Pos2, TextureHandle, TextureOptions, pos2};

use crate::scene::{
    AtlasCamera, AtlasLayout, AtlasOrder, ColorMap, ColorScale, Level, Palette, Quantity, Raster,
    atlas_bar, atlas_table,
};
use crate::worker::Generation;
use crate::worker::atlas_job::{AtlasPicture, AtlasRequest, draw_atlas};

use super::App;
use super::document::PlanesAs;
use super::requests::BLINK;

/// Blocks of a tile's side.
const TILE: usize = 256;

/// Bytes of textures that a frame may upload, beyond its first tile.
const UPLOAD_BYTES: usize = 1 << 20;

/// Tiles that are kept: 40 MB.
const MOST_TILES: usize = 160;

/// How long a picture may be old before that is marked on it: live pictures
/// follow each other faster.
const PATIENCE: Duration = Duration::from_millis(200);

/// What a request of an atlas asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct AtlasKey {
    pub sweep: Generation,
    /// Planes of the sweep: a first draw and the whole are two pictures.
    pub planes: usize,
    pub quantity: Quantity,
    pub order: AtlasOrder,
    pub scale: ColorScale,
}

impl App {
    /// The atlas to show: of the shown layer, or for a moment of the one before.
    pub(super) fn shown_atlas(&self) -> Option<&Arc<AtlasPicture>> {
        let layer = self.document.layer()?;
        let picture = self.state.atlas.result()?;
        let just_asked = self
            .state
            .sweep_asked
            .is_some_and(|at| at.elapsed() < BLINK);
        (just_asked || picture.layer.id == layer.id).then_some(picture)
    }

    /// Asks for the atlas that the choices ask for, while it is looked at.
    pub(super) fn request_atlas(&mut self) {
        if let Some(old) = self.atlas.take_done_with() {
            self.worker.discard(old);
        }
        if self.preferences.planes_as != PlanesAs::Atlas {
            return;
        }
        let Some(view) = self.own_sweep() else {
            return;
        };
        let (layer, sweep) = (Arc::clone(&view.layer), Arc::clone(&view.sweep));
        let quantity = self.preferences.quantity;
        let key = AtlasKey {
            sweep: view.generation,
            planes: view.sweep.records.len(),
            quantity,
            order: self.preferences.atlas_order,
            scale: match quantity {
                // Its colours have no scale to choose.
                Quantity::Alignment => ColorScale::Linear,
                Quantity::Peak | Quantity::Lit => self.preferences.scale,
            },
        };
        if !self.state.atlas.needs(&key) {
            return;
        }
        let request = AtlasRequest {
            layer,
            sweep,
            quantity: key.quantity,
            order: key.order,
            scale: key.scale,
        };
        let generation = draw_atlas(&self.worker, request);
        self.state.atlas.ask(key, generation);
    }

    /// Whether the atlas, if it is looked at, is all on screen.
    pub(super) fn atlas_is_settled(&self) -> bool {
        let state = &self.state.atlas;
        self.preferences.planes_as != PlanesAs::Atlas
            || (!state.is_stale() && state.shown.is_some() && self.atlas.is_complete)
    }
}

/// What tiles are coloured with.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Look {
    map: ColorMap,
    palette: Palette,
}

/// Level, row and column of a tile.
type TileKey = [usize; 3];

struct Tile {
    texture: TextureHandle,
    /// The last frame that drew it.
    used: u64,
}

/// A picture and its tiles that are textures.
struct Uploads {
    picture: Arc<AtlasPicture>,
    look: Look,
    table: Vec<Color32>,
    bar: Arc<Raster>,
    tiles: HashMap<TileKey, Tile>,
}

/// What of the atlas is on screen.
#[derive(Default)]
pub struct AtlasScreen {
    shown: Option<Uploads>,
    /// The picture that takes its place once its tiles are there.
    coming: Option<Uploads>,
    /// Pictures that are done with: freeing one takes a while.
    done_with: Vec<Uploads>,
    frame: u64,
    /// Since when the shown picture is not what is asked for.
    stale_since: Option<Instant>,
    /// Whether what is shown is the picture that is wanted.
    is_newest: bool,
    /// The level that the last frame drew.
    pub level: usize,
    /// Whether every tile in view of the newest picture is drawn.
    pub is_complete: bool,
    /// What of the square is looked at.
    pub camera: AtlasCamera,
    /// The side that the camera is for: another width is seen whole again.
    camera_side: usize,
}

impl AtlasScreen {
    /// Takes all pictures off the screen.
    pub fn clear(&mut self) {
        self.is_complete = false;
        self.done_with.extend(self.shown.take());
        self.done_with.extend(self.coming.take());
    }

    /// What is to be freed, off the window's thread.
    pub fn take_done_with(&mut self) -> Option<impl Send + 'static> {
        let any = !self.done_with.is_empty();
        any.then(|| std::mem::take(&mut self.done_with))
    }

    /// Whether anything is on screen.
    pub fn is_clear(&self) -> bool {
        self.shown.is_none()
    }

    /// Takes the picture to show.
    pub fn want(&mut self, picture: &Arc<AtlasPicture>, map: ColorMap, palette: Palette) {
        let side = picture.atlas.side;
        if self.camera_side != side {
            self.camera_side = side;
            self.camera = AtlasCamera::default();
        }
        let look = Look { map, palette };
        let is_it = |tiles: &Uploads| Arc::ptr_eq(&tiles.picture, picture) && tiles.look == look;
        let fits = |tiles: &Uploads| tiles.picture.atlas.side == side;
        self.is_newest = self.shown.as_ref().is_some_and(is_it);
        if self.is_newest {
            self.done_with.extend(self.coming.take());
        } else if !self.shown.as_ref().is_some_and(fits) {
            self.clear();
            self.shown = Some(Uploads::new(picture, look));
            self.is_newest = true;
        } else if !self.coming.as_ref().is_some_and(fits) {
            // One that is being uploaded is finished first: while pictures come
            // faster than they can be uploaded, every few are seen, not none.
            self.done_with.extend(self.coming.take());
            self.coming = Some(Uploads::new(picture, look));
        }
    }

    /// The picture on screen and its colour bar.
    pub fn picture(&self) -> Option<(&Arc<AtlasPicture>, &Arc<Raster>)> {
        let tiles = self.shown.as_ref()?;
        Some((&tiles.picture, &tiles.bar))
    }

    /// Whether the picture has been old for so long that it is to be said.
    pub fn is_long_stale(&mut self, stale: bool, ctx: &Context) -> bool {
        if !stale {
            self.stale_since = None;
            return false;
        }
        let since = *self.stale_since.get_or_insert_with(Instant::now);
        let left = PATIENCE.saturating_sub(since.elapsed());
        if !left.is_zero() {
            ctx.request_repaint_after(left);
        }
        left.is_zero()
    }

    /// Paints the cells, and uploads what is missing as far as the frame allows.
    pub fn paint(&mut self, painter: &Painter, origin: Pos2, layout: &AtlasLayout) {
        self.frame += 1;
        let frame = self.frame;
        let ctx = painter.ctx();
        let mut budget = UPLOAD_BYTES;
        if let Some(coming) = &mut self.coming
            && coming.upload(ctx, layout, frame, &mut budget)
        {
            let replaced = std::mem::replace(&mut self.shown, self.coming.take());
            self.done_with.extend(replaced);
        }
        let mut complete = self.is_newest;
        if let Some(shown) = &mut self.shown {
            complete &= shown.upload(ctx, layout, frame, &mut budget);
            let level = shown.level(ctx, layout);
            if level != self.level {
                // It is said above the picture, which is drawn by now.
                self.level = level;
                ctx.request_repaint();
            }
            shown.paint(painter, origin, layout, frame);
            shown.forget(frame);
        }
        self.is_complete = complete;
        if !complete {
            ctx.request_repaint();
        }
    }
}

impl Uploads {
    fn new(picture: &Arc<AtlasPicture>, look: Look) -> Self {
        let quantity = picture.atlas.quantity;
        let table = atlas_table(quantity, look.map, &look.palette);
        Self {
            picture: Arc::clone(picture),
            look,
            table: table
                .iter()
                .map(|&[r, g, b, a]| Color32::from_rgba_unmultiplied(r, g, b, a))
                .collect(),
            bar: Arc::new(atlas_bar(quantity, look.map, &look.palette)),
            tiles: HashMap::new(),
        }
    }

    /// The tiles in view at a level.
    fn in_view(&self, layout: &AtlasLayout, level: usize) -> Vec<TileKey> {
        let Some(blocks) = self.picture.atlas.levels.get(level) else {
            return Vec::new();
        };
        let [rows, columns] = layout
            .seen()
            .map(|range| range.start >> blocks.shift..range.end.div_ceil(1 << blocks.shift))
            .map(|range| range.start / TILE..range.end.div_ceil(TILE));
        rows.flat_map(|row| columns.clone().map(move |column| [level, row, column]))
            .collect()
    }

    /// The level to draw.
    fn level(&self, ctx: &Context, layout: &AtlasLayout) -> usize {
        let pixels = layout.cell_points() * f64::from(ctx.pixels_per_point());
        self.picture.atlas.level_for(pixels)
    }

    /// Uploads tiles: the coarsest of all, those in view, and the coarser ones
    /// around them, for the way out. Whether all those in view are there.
    fn upload(
        &mut self,
        ctx: &Context,
        layout: &AtlasLayout,
        frame: u64,
        budget: &mut usize,
    ) -> bool {
        let level = self.level(ctx, layout);
        let coarsest = [self.picture.atlas.levels.len() - 1, 0, 0];
        let in_view = self.in_view(layout, level);
        let around = self.in_view(layout, level + 1);
        let wanted: Vec<TileKey> = std::iter::once(coarsest).chain(in_view).collect();
        for &key in wanted.iter().chain(&around) {
            if *budget == 0 {
                break;
            }
            if !self.tiles.contains_key(&key) {
                let image = self.image(key);
                *budget = budget.saturating_sub(image.pixels.len() * 4);
                let texture = ctx.load_texture("atlas tile", image, TextureOptions::NEAREST);
                let used = frame;
                self.tiles.insert(key, Tile { texture, used });
            }
        }
        wanted.iter().all(|key| self.tiles.contains_key(key))
    }

    fn image(&self, [level, row, column]: TileKey) -> ColorImage {
        let blocks = &self.picture.atlas.levels[level];
        let range = |tile: usize| tile * TILE..((tile + 1) * TILE).min(blocks.side);
        let (rows, columns) = (range(row), range(column));
        let size = [columns.len(), rows.len()];
        let mut pixels = Vec::with_capacity(size[0] * size[1]);
        for row in rows {
            let codes = blocks.row(row, columns.clone());
            pixels.extend(codes.iter().map(|&code| self.table[usize::from(code)]));
        }
        ColorImage::new(size, pixels)
    }

    fn paint(&mut self, painter: &Painter, origin: Pos2, layout: &AtlasLayout, frame: u64) {
        let level = self.level(painter.ctx(), layout);
        for key in self.in_view(layout, level) {
            // The tile itself, or the finest coarser one that covers it.
            let levels = self.picture.atlas.levels.len();
            let Some((above, parent)) = (0..levels - level)
                .map(|above| (above, parent(key, above)))
                .find(|(_, key)| self.tiles.contains_key(key))
            else {
                continue;
            };
            let Level {
                shift: at, side, ..
            } = self.picture.atlas.levels[level];
            let [first, last] = corners(key, side);
            let corner = |cell: [usize; 2]| {
                let rect = layout.block(cell.map(|place| place << at), 1);
                pos2(origin.x + rect.x, origin.y + rect.y)
            };
            let rect = egui::Rect::from_min_max(corner(first), corner(last));
            let coarse = self.picture.atlas.levels[parent[0]].side;
            let share = |block| share_within(parent, coarse, block, above);
            let part = egui::Rect::from_min_max(share(first), share(last));
            if let Some(tile) = self.tiles.get_mut(&parent) {
                tile.used = frame;
                painter.image(tile.texture.id(), rect, part, Color32::WHITE);
            }
        }
    }

    /// Lets go of the tiles that were not drawn for longest, where there are too many.
    fn forget(&mut self, frame: u64) {
        let surplus = self.tiles.len().saturating_sub(MOST_TILES);
        if surplus == 0 {
            return;
        }
        let mut old: Vec<(u64, TileKey)> = self
            .tiles
            .iter()
            .filter(|(key, tile)| tile.used < frame && key[0] + 1 < self.picture.atlas.levels.len())
            .map(|(&key, tile)| (tile.used, key))
            .collect();
        old.sort_unstable();
        for (_, key) in old.into_iter().take(surplus) {
            self.tiles.remove(&key);
        }
    }
}

/// The tile so many levels above that covers a tile.
fn parent([level, row, column]: TileKey, above: usize) -> TileKey {
    [level + above, row >> above, column >> above]
}

/// The first block of a tile, and the one after its last, as row and column of a
/// level of so many blocks a side.
fn corners([_, row, column]: TileKey, side: usize) -> [[usize; 2]; 2] {
    let blocks = |[row, column]: [usize; 2]| [row, column].map(|tile| (tile * TILE).min(side));
    [blocks([row, column]), blocks([row + 1, column + 1])]
}

/// Where the corner of a block lies within a tile so many levels above it, in
/// shares of the tile's width and height.
fn share_within([_, row, column]: TileKey, side: usize, block: [usize; 2], above: usize) -> Pos2 {
    let share = |place: usize, tile: usize| {
        let start = (tile * TILE) as f32;
        let length = ((tile + 1) * TILE).min(side) as f32 - start;
        (place as f32 / (1u64 << above) as f32 - start) / length
    };
    pos2(share(block[1], column), share(block[0], row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_is_drawn_from_its_own_part_of_a_coarser_one() {
        // 2,000 blocks a side; four levels up 125, in one tile.
        let [first, last] = corners([0, 3, 7], 2000);
        assert_eq!((first, last), ([768, 1792], [1024, 2000]));
        let above = parent([0, 3, 7], 4);
        assert_eq!(above, [4, 0, 0]);
        let [from, to] = [first, last].map(|block| share_within(above, 125, block, 4));
        assert_eq!((from.x, from.y), (112.0 / 125.0, 48.0 / 125.0));
        assert_eq!((to.x, to.y), (1.0, 64.0 / 125.0));
        // From itself all of it is drawn.
        let [from, to] = [first, last].map(|block| share_within([0, 3, 7], 2000, block, 0));
        assert_eq!((from, to), (pos2(0.0, 0.0), pos2(1.0, 1.0)));
        // One level up the tile is the second of two in each direction.
        let above = parent([0, 3, 7], 1);
        let [from, to] = [first, last].map(|block| share_within(above, 1000, block, 1));
        assert_eq!((from.y, to.y), (0.5, 1.0));
        assert!((from.x - 128.0 / 232.0).abs() < 1e-6 && to.x == 1.0);
    }

    #[test]
    fn a_tile_lies_within_its_parents() {
        assert_eq!(parent([0, 5, 9], 0), [0, 5, 9]);
        assert_eq!(parent([1, 5, 9], 2), [3, 1, 2]);
    }
}
