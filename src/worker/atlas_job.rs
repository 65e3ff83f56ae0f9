//! The square of planes, from a finished sweep.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::message::{Layer, Message, WindowWorker};
use super::{Generation, Lane};
use crate::scene::{Atlas, AtlasOrder, AtlasSource, ColorScale, Quantity, atlas};
use crate::srm::Sweep;

/// What an atlas is made from.
#[derive(Clone, Debug)]
pub struct AtlasRequest {
    /// The layer that was swept.
    pub layer: Arc<Layer>,
    /// The sweep.
    pub sweep: Arc<Sweep>,
    /// What colours the cells.
    pub quantity: Quantity,
    /// Order of the vectors.
    pub order: AtlasOrder,
    /// How fractions become colours.
    pub scale: ColorScale,
}

/// A finished atlas, with the sweep that it shows: what the pointer reads is of
/// the same sweep as what is seen.
#[derive(Debug)]
pub struct AtlasPicture {
    /// The square.
    pub atlas: Atlas,
    /// The sweep.
    pub sweep: Arc<Sweep>,
    /// The layer that was swept.
    pub layer: Arc<Layer>,
}

/// Asks for an atlas.
pub fn draw_atlas(worker: &WindowWorker, request: AtlasRequest) -> Generation {
    worker.submit(Lane::Atlas, "Drawing the atlas", move |context| {
        let basis = request.layer.coordinates.basis();
        let source = AtlasSource {
            sweep: &request.sweep,
            degenerate: basis.degenerate_pairs(),
            quantity: request.quantity,
            order: request.order,
            scale: request.scale,
            most: None,
        };
        let mut go_on = || {
            context.yield_now();
            !context.cancel().load(Relaxed)
        };
        if let Some(atlas) = atlas(&source, &mut go_on) {
            context.say(Message::Atlas(Arc::new(AtlasPicture {
                atlas,
                sweep: Arc::clone(&request.sweep),
                layer: Arc::clone(&request.layer),
            })));
        }
    })
}
