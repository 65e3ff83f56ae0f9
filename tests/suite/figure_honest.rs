//! What a figure shows is what was counted: its cells and curves, read from the
//! file, held against a sweep.
#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use crate::pages;
use crate::program;

use std::f64::consts::TAU;

use followspot::scene::{ColorMap, ColorScale, outermost};
use pages::{Image, Svg, svg};
use program::{Place, case};

#[track_caller]
fn run(place: &Place, args: &str) {
    let args: Vec<&str> = args.split_whitespace().collect();
    place.run(&args).good();
}

#[track_caller]
fn figure(place: &Place, options: &str) -> Svg {
    run(
        place,
        &format!("figure acts.npy -o f.svg --force {options}"),
    );
    svg(&place.bytes("f.svg"))
}

/// The only image that is not a colour bar, and the bar.
fn cells(page: &Svg) -> (&Image, &Image) {
    let [cells, bar] = &page.images[..] else {
        panic!("{} images", page.images.len());
    };
    assert_eq!((bar.pixels.width, bar.pixels.height), (1, 256));
    (cells, bar)
}

/// The colour of a count, from the map's 256 colours.
fn colour(count: i64, most: i64, table: &[[u8; 4]], scale: ColorScale, signed: bool) -> [u8; 4] {
    let place = scale.place(count as f64, most as f64);
    let place = if signed {
        f64::midpoint(place, 1.0)
    } else {
        place
    };
    table[(place * 255.0).round() as usize]
}

/// Checks every cell of a heatmap in the order of the planes' numbers.
fn check_cells(name: &str, options: &str, map: ColorMap, scale: ColorScale) {
    let place = Place::of(&case(name));
    let signed = options.contains("--signed");
    run(&place, &format!("sweep acts.npy -o s.npz {options}"));
    let counts = place.npz("s.npz").counts();
    let lit: Vec<&Vec<i64>> = counts
        .iter()
        .filter(|c| c.iter().any(|&c| c != 0))
        .collect();
    assert!(lit.len() > 10);
    let most = lit
        .iter()
        .flat_map(|c| c.iter())
        .map(|c| c.abs())
        .max()
        .unwrap();
    let map_name = map.name().to_lowercase();
    let scale_name = ["linear", "sqrt", "log"][scale as usize];
    let look =
        format!("--view heatmap --order plane --color-map {map_name} --color-scale {scale_name}");
    let page = figure(&place, &format!("{options} {look}"));
    let (image, bar) = cells(&page);
    let table = map.table(signed);
    let pixels = &image.pixels;
    assert_eq!(pixels.width, counts[0].len());
    // Dark planes have rows of their own where there are rows for all.
    let shown: Vec<&Vec<i64>> = match pixels.height {
        height if height == counts.len() => counts.iter().collect(),
        _ => lit,
    };
    assert_eq!(pixels.height, shown.len());
    for (row, counts) in shown.iter().enumerate() {
        for (column, &count) in counts.iter().enumerate() {
            let wanted = colour(count, most, &table, scale, signed);
            let at = format!("{name} {options}: row {row}, column {column}");
            assert_eq!(pixels.at(column, row), wanted, "{at}");
        }
    }
    for (place, &wanted) in table.iter().rev().enumerate() {
        assert_eq!(bar.pixels.at(0, place), wanted);
    }
}

#[test]
fn a_cell_of_a_heatmap_is_a_pixel_in_the_colour_of_its_count() {
    use ColorMap::{Cividis, Inferno, Viridis};
    use ColorScale::{Linear, Log, Sqrt};
    check_cells("digits_relu_eps050_comb", "--epsilon 0.5", Viridis, Linear);
    check_cells(
        "digits_relu_eps050_comb",
        "--epsilon 0.4 --angles 60",
        Cividis,
        Log,
    );
    check_cells(
        "digits_relu_eps050_perm",
        "--epsilon 0.5 --planes permutations --angles 33",
        Inferno,
        Sqrt,
    );
    check_cells(
        "digits_relu_signed",
        "--epsilon 0.35 --signed --angles 60",
        Viridis,
        Linear,
    );
    check_cells(
        "normal_200x6_comb",
        "--epsilon 0.6 --angles 100",
        Viridis,
        Sqrt,
    );
}

#[test]
fn rows_by_peak_hold_the_same_planes_highest_first() {
    let place = Place::of(&case("digits_relu_eps050_comb"));
    run(&place, "sweep acts.npy -o s.npz --epsilon 0.5");
    let counts = place.npz("s.npz").counts();
    let most = *counts.iter().flatten().max().unwrap();
    let page = figure(&place, "--epsilon 0.5 --view heatmap --order peak");
    let table = ColorMap::Viridis.table(false);
    let colours = |counts: &Vec<i64>| -> Vec<[u8; 4]> {
        let of = |&count: &i64| colour(count, most, &table, ColorScale::Linear, false);
        counts.iter().map(of).collect()
    };
    let mut lit: Vec<&Vec<i64>> = counts.iter().filter(|c| c.iter().any(|&c| c > 0)).collect();
    lit.sort_by_key(|c| std::cmp::Reverse(c.iter().max().copied()));
    let (image, _) = cells(&page);
    let pixels = &image.pixels;
    let rows: Vec<Vec<[u8; 4]>> = (0..lit.len())
        .map(|row| (0..pixels.width).map(|x| pixels.at(x, row)).collect())
        .collect();
    // The peaks fall; among equal ones any order is one.
    for (row, counts) in rows.iter().zip(&lit) {
        let place_of = |c: &[u8; 4]| table.iter().position(|t| t == c).unwrap();
        let peak = row.iter().map(place_of).max().unwrap();
        let wanted = counts.iter().max().unwrap();
        let wanted = colour(*wanted, most, &table, ColorScale::Linear, false);
        assert_eq!(peak, place_of(&wanted));
    }
    let sorted = |mut rows: Vec<Vec<[u8; 4]>>| {
        rows.sort();
        rows
    };
    let wanted: Vec<Vec<[u8; 4]>> = lit.iter().map(|c| colours(c)).collect();
    assert!(sorted(rows) == sorted(wanted));
}

#[test]
fn fewer_rows_than_planes_show_the_largest_of_each_block() {
    let place = Place::of(&case("digits_relu_eps050_comb"));
    run(&place, "sweep acts.npy -o s.npz --epsilon 0.5 --angles 61");
    let counts = place.npz("s.npz").counts();
    let options = "--epsilon 0.5 --angles 61 --view heatmap --order plane --dpi 30";
    let page = figure(&place, options);
    let lit: Vec<&Vec<i64>> = counts.iter().filter(|c| c.iter().any(|&c| c > 0)).collect();
    let most = *counts.iter().flatten().max().unwrap();
    let (image, _) = cells(&page);
    let (rows, planes) = (image.pixels.height, lit.len());
    assert!(rows < planes / 2, "{rows} rows");
    let table = ColorMap::Viridis.table(false);
    for row in 0..rows {
        let block = &lit[row * planes / rows..(row + 1) * planes / rows];
        for column in 0..61 {
            let count = block.iter().map(|counts| counts[column]).max().unwrap();
            let wanted = colour(count, most, &table, ColorScale::Linear, false);
            assert_eq!(image.pixels.at(column, row), wanted, "{row}, {column}");
        }
    }
}

type Point = [f64; 2];

fn distance([x, y]: Point, [a, b]: [Point; 2]) -> f64 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 {
        (((x - a[0]) * dx + (y - a[1]) * dy) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (x - a[0] - along * dx).hypot(y - a[1] - along * dy)
}

/// Farthest of some points from a closed curve.
fn farthest(points: &[Point], curve: &[Point]) -> f64 {
    let ends = |k: usize| [curve[k], curve[(k + 1) % curve.len()]];
    let near = |&point: &Point| {
        let distances = (0..curve.len()).map(|k| distance(point, ends(k)));
        distances.fold(f64::INFINITY, f64::min)
    };
    points.iter().map(near).fold(0.0, f64::max)
}

/// Where a closed curve of fractions runs in a polar plot of the page.
fn whole(page: &Svg, fractions: &[f64], most: f64) -> Vec<Point> {
    let rim = page
        .circles
        .iter()
        .copied()
        .max_by(|a, b| a.radius.total_cmp(&b.radius));
    let rim = rim.unwrap();
    let steps = fractions.len() - 1;
    let at = |k: usize| {
        let (sin, cos) = (k as f64 / steps as f64 * TAU).sin_cos();
        let radius = rim.radius * fractions[k] / most;
        [rim.centre[0] + radius * cos, rim.centre[1] - radius * sin]
    };
    (0..steps).map(at).collect()
}

/// The promise, in points.
const CLOSE: f64 = 0.05;

#[test]
fn a_polar_curve_lies_where_its_counts_put_it_with_fewer_points() {
    let place = Place::of(&case("digits_relu_eps050_comb"));
    let options = "--plane 0,3 --epsilon 0.5 --angles 7201";
    run(&place, &format!("plane acts.npy {options} -o p.npz"));
    let npz = place.npz("p.npz");
    let n = npz.scalar::<i64>("n_samples") as f64;
    let fractions: Vec<f64> = npz.counts()[0].iter().map(|&c| c as f64 / n).collect();
    let highest = fractions.iter().copied().fold(0.0, f64::max);
    for width in ["icml-column", "neurips-text", "slide"] {
        let page = figure(
            &place,
            &format!("{options} --width {width} --class-colors #123456"),
        );
        let of_curve =
            |line: &&pages::Line| line.stroke.as_deref() == Some("#123456") && line.closed;
        let curves: Vec<&pages::Line> = page.paths.iter().filter(of_curve).collect();
        let [curve] = curves[..] else {
            panic!("{} curves", curves.len());
        };
        let whole = whole(&page, &fractions, outermost(highest));
        let far = farthest(&whole, &curve.points);
        assert!(far < CLOSE, "{width}: {far} pt");
        let far = farthest(&curve.points, &whole);
        assert!(far < CLOSE, "{width}: {far} pt");
        assert!(
            curve.points.len() < 3000,
            "{width}: {} points",
            curve.points.len()
        );
    }
}

#[test]
fn the_mean_of_all_planes_lies_where_the_sweep_puts_it() {
    let place = Place::of(&case("digits_relu_eps050_comb"));
    run(&place, "sweep acts.npy --epsilon 0.5 --angles 721 -o s.npz");
    let npz = place.npz("s.npz");
    let (mean, std) = (npz.floats("mean"), npz.floats("std"));
    let highest = mean
        .iter()
        .zip(&std)
        .map(|(m, s)| m + s)
        .fold(0.0, f64::max);
    let options = "--view ensemble --axes polar --no-every-plane --epsilon 0.5 --angles 721";
    let page = figure(&place, &format!("{options} --class-colors #123456"));
    let is_mean = |line: &&pages::Line| line.stroke.as_deref() == Some("#123456") && line.closed;
    let curve = page.paths.iter().find(is_mean).unwrap();
    let whole = whole(&page, &mean, outermost(highest));
    let far = farthest(&whole, &curve.points).max(farthest(&curve.points, &whole));
    assert!(far < CLOSE, "{far} pt");
}
