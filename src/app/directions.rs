//! The samples about each privileged direction: asked for while the table of them is on
//! screen, and the way from a direction to its plane and its samples.

use std::f64::consts::PI;
use std::sync::Arc;

use crate::srm::{Direction, DominantClass, Epsilon, Plane, PlaneMode, Pole, Side, Subset};
use crate::worker::samples_job::{DirectionList, about_directions};

use super::App;
use super::classes::ClassesKey;
use super::document::PlanesAs;
use super::pending::Pending;

/// What counts about directions follow from.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectionsKey {
    /// The layer's number.
    pub layer: u64,
    /// Among which vectors.
    pub subset: Subset,
    /// How wide the spotlight is.
    pub epsilon: Epsilon,
    /// Whose classes, where they are known.
    pub classes: Option<ClassesKey>,
}

/// By what directions are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DirectionSort {
    /// Their numbers, `+` before `−`.
    Direction,
    /// Samples lit.
    #[default]
    Lit,
    /// Their most common classes.
    Class,
    /// Its share of those lit.
    Precision,
    /// The share of the class that is lit.
    Recall,
    /// The chance of so many.
    P,
}

/// What the table of directions shows, and how.
#[derive(Debug, Default)]
pub struct DirectionState {
    /// The counts.
    pub list: Pending<DirectionsKey, Arc<DirectionList>>,
    /// How they are sorted.
    pub sort: DirectionSort,
    /// The other way around than is usual.
    pub turned: bool,
    /// The places in the list in the order that is shown, with what that follows from.
    order: Option<(usize, DirectionSort, bool, Arc<[u32]>)>,
}

impl DirectionState {
    /// Sorts by that, or turns the order around.
    pub fn sort_by(&mut self, sort: DirectionSort) {
        self.turned = self.sort == sort && !self.turned;
        self.sort = sort;
    }

    /// The order that is shown; a few thousand at most are sorted, when it changes.
    pub fn order(&mut self, list: &Arc<DirectionList>) -> Arc<[u32]> {
        let of = Arc::as_ptr(list) as usize;
        if let Some((known, sort, turned, order)) = &self.order
            && (*known, *sort, *turned) == (of, self.sort, self.turned)
        {
            return Arc::clone(order);
        }
        let mut order: Vec<u32> = (0..list.directions.len() as u32).collect();
        let at = |index: u32| &list.directions[index as usize];
        order.sort_by(|&a, &b| compare(at(a), at(b), self.sort).then(a.cmp(&b)));
        if self.turned {
            order.reverse();
        }
        let order: Arc<[u32]> = order.into();
        self.order = Some((of, self.sort, self.turned, Arc::clone(&order)));
        order
    }
}

/// Those without a class last, the more telling first.
fn compare(a: &Direction, b: &Direction, sort: DirectionSort) -> std::cmp::Ordering {
    let number = |of: fn(&DominantClass) -> f64| {
        let value = |one: &Direction| one.class.as_ref().map_or(f64::INFINITY, of);
        value(a).total_cmp(&value(b))
    };
    match sort {
        DirectionSort::Direction => a.pole.cmp(&b.pole),
        DirectionSort::Lit => b.lit.cmp(&a.lit),
        DirectionSort::Class => number(|class| f64::from(class.class)),
        DirectionSort::Precision => number(|class| -class.precision),
        DirectionSort::Recall => number(|class| -class.recall),
        DirectionSort::P => number(|class| class.ln_p_adjusted),
    }
}

impl App {
    /// The counts about the directions of the shown layer, once they are known.
    pub(super) fn direction_list(&self) -> Option<&Arc<DirectionList>> {
        let layer = self.document.layer()?;
        let (key, list) = self.state.directions.list.shown.as_ref()?;
        (key.layer == layer.id).then_some(list)
    }

    /// Asks for the counts about the directions, while they are looked at.
    pub(super) fn request_directions(&mut self) {
        if self.preferences.planes_as != PlanesAs::Directions {
            return;
        }
        let (Some(layer), choices) = (self.document.layer().cloned(), &self.document.choices)
        else {
            return;
        };
        let classes = self.classes().cloned();
        let key = DirectionsKey {
            layer: layer.id,
            subset: choices.subset(&layer),
            epsilon: choices.epsilon,
            classes: classes.as_ref().and_then(|_| self.classes_key()),
        };
        if !self.state.directions.list.needs(&key) {
            return;
        }
        let (subset, epsilon) = (key.subset.clone(), key.epsilon);
        let generation = about_directions(&self.worker, layer, subset, epsilon, classes);
        self.state.directions.list.ask(key, generation);
    }

    /// Whether the counts about the directions, if they are looked at, are on screen.
    pub(super) fn directions_are_settled(&self) -> bool {
        let list = &self.state.directions.list;
        self.preferences.planes_as != PlanesAs::Directions
            || (!list.is_stale() && list.shown.is_some())
    }

    /// The plane in which a direction is best seen, the vector's with the partner that
    /// most samples light it with, and the direction's angle in it.
    pub(super) fn plane_along(&self, pole: Pole) -> Option<(Plane, f64)> {
        let layer = self.document.layer()?;
        let (basis, choices) = (layer.coordinates.basis(), &self.document.choices);
        let k = pole.vector;
        let plane_with = |l: u32| match choices.mode {
            PlaneMode::Combinations => Plane {
                i: k.min(l),
                j: k.max(l),
            },
            PlaneMode::Permutations => Plane { i: k, j: l },
        };
        let sweep = self.own_sweep().map(|view| &view.sweep);
        let lit = |plane: Plane| {
            let index = sweep?.spec.planes.position(plane)?;
            Some(sweep?.records.lit(index))
        };
        let subset = choices.subset(layer);
        let partners = subset.iter().filter(|&l| l != k).map(plane_with);
        let planes = partners.filter(|&plane| basis.spans(plane));
        let plane = first_largest(planes, |&plane| lit(plane).unwrap_or(0))?;
        let towards = if plane.i == k {
            0.0
        } else {
            basis.frame(plane).alpha_rad()
        };
        let angle = match pole.side {
            Side::Plus => towards,
            Side::Minus => towards + PI,
        };
        Some((plane, angle))
    }

    /// The direction that the spotlight points along, if it is one of a plane's four.
    pub(super) fn pole_shown(&self) -> Option<Pole> {
        let layer = self.document.layer()?;
        let (plane, angle) = (self.document.choices.plane?, self.spotlight_rad()?);
        let alpha = layer.coordinates.basis().frame(plane).alpha_rad();
        let at = |towards: f64| (angle - towards).sin().abs() < 1e-9;
        let side = |towards: f64| {
            if (angle - towards).cos() > 0.0 {
                Side::Plus
            } else {
                Side::Minus
            }
        };
        let pole = |vector, towards| Pole {
            vector,
            side: side(towards),
        };
        if at(0.0) {
            Some(pole(plane.i, 0.0))
        } else {
            at(alpha).then(|| pole(plane.j, alpha))
        }
    }
}

/// The first of those with the largest key.
fn first_largest<T, K: Ord>(items: impl Iterator<Item = T>, key: impl Fn(&T) -> K) -> Option<T> {
    let mut best: Option<(K, T)> = None;
    for item in items {
        let value = key(&item);
        if best.as_ref().is_none_or(|(most, _)| value > *most) {
            best = Some((value, item));
        }
    }
    best.map(|(_, item)| item)
}
