//! Reads the figures that the program wrote, each by means of its own: SVG as XML,
//! PNG chunk by chunk, PDF by its page and by poppler's programs.
#![allow(dead_code)] // each test file uses its part
#![allow(clippy::unwrap_used)] // helpers of tests fail as tests do

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use base64::Engine as _;
use followspot::scene::font_files;
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::roxmltree::{Document, Node};
use resvg::usvg::{FontResolver, Options, Tree, fontdb};

/// Points in a millimetre.
pub const POINTS: f64 = 72.0 / 25.4;

const XLINK: &str = "http://www.w3.org/1999/xlink";

/// Every view, as it is typed.
pub const VIEWS: [&str; 6] = [
    "--view polar --plane 0,3",
    "--view ensemble",
    "--view ensemble --axes polar",
    "--view heatmap",
    "--view atlas",
    "--view panel",
];

/// Pixels, each red, green, blue, alpha.
pub struct Pixels {
    pub width: usize,
    pub height: usize,
    pub rgba: Vec<[u8; 4]>,
}

impl Pixels {
    pub fn at(&self, x: usize, y: usize) -> [u8; 4] {
        self.rgba[y * self.width + x]
    }

    /// The upper left part of that size.
    pub fn cut(&self, width: usize, height: usize) -> Self {
        let rows = self.rgba.chunks_exact(self.width).take(height);
        Self {
            width,
            height,
            rgba: rows.flat_map(|row| row[..width].to_vec()).collect(),
        }
    }

    /// Mean difference of the colours over white, as a share of the whole range.
    #[track_caller]
    pub fn difference(&self, other: &Self) -> f64 {
        assert_eq!((self.width, self.height), (other.width, other.height));
        let over_white = |[r, g, b, a]: [u8; 4]| {
            let alpha = f64::from(a) / 255.0;
            [r, g, b].map(|c| f64::from(c) * alpha + 255.0 * (1.0 - alpha))
        };
        let both = self.rgba.iter().zip(&other.rgba);
        let sum: f64 = both
            .map(|(&a, &b)| {
                let (a, b) = (over_white(a), over_white(b));
                a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f64>()
            })
            .sum();
        sum / (self.rgba.len() * 3) as f64 / 255.0
    }
}

/// A PNG: its pixels, how many of them an inch has, and its text by keyword.
pub struct Png {
    pub pixels: Pixels,
    pub dpi: [f64; 2],
    pub texts: Vec<(String, String)>,
}

#[track_caller]
pub fn png(bytes: &[u8]) -> Png {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::ALPHA);
    let mut reader = decoder.read_info().unwrap();
    let mut data = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut data).unwrap();
    assert_eq!(frame.color_type, png::ColorType::Rgba);
    reader.finish().unwrap();
    let info = reader.info();
    let dpi = info.pixel_dims.map_or([0.0; 2], |dims| {
        assert_eq!(dims.unit, png::Unit::Meter);
        [dims.xppu, dims.yppu].map(|per_metre| f64::from(per_metre) * 0.0254)
    });
    let text = |chunk: &png::text_metadata::ITXtChunk| {
        let text = chunk.get_text().unwrap();
        (chunk.keyword.clone(), text)
    };
    Png {
        texts: info.utf8_text.iter().map(text).collect(),
        dpi,
        pixels: Pixels {
            width: frame.width as usize,
            height: frame.height as usize,
            rgba: data
                .chunks_exact(4)
                .map(|c| [c[0], c[1], c[2], c[3]])
                .collect(),
        },
    }
}

/// A text of an SVG with the size of its letters in points; sub- and superscripts
/// are within the text, but do not count for its size.
#[derive(Debug)]
pub struct Label {
    pub text: String,
    pub size: f64,
    /// Whether it is all of one kind of letter, on one line.
    pub is_plain: bool,
}

/// An image of an SVG.
pub struct Image {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
    pub pixels: Pixels,
}

/// A path of an SVG.
#[derive(Debug)]
pub struct Line {
    pub points: Vec<[f64; 2]>,
    pub closed: bool,
    pub stroke: Option<String>,
    pub width: f64,
}

/// A circle of an SVG.
#[derive(Clone, Copy, Debug)]
pub struct Circle {
    pub centre: [f64; 2],
    pub radius: f64,
}

/// What an SVG of ours is made of.
pub struct Svg {
    pub width_mm: f64,
    pub height_mm: f64,
    /// Of the box that is seen, in points.
    pub size: [f64; 2],
    pub labels: Vec<Label>,
    pub images: Vec<Image>,
    pub paths: Vec<Line>,
    pub circles: Vec<Circle>,
    /// Widths of all lines.
    pub lines: Vec<f64>,
    pub title: String,
    pub date: Option<String>,
}

fn number(node: &Node<'_, '_>, name: &str) -> Option<f64> {
    let text = node.attribute(name)?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text}")))
}

#[track_caller]
fn mm(node: &Node<'_, '_>, name: &str) -> f64 {
    let text = node.attribute(name).unwrap();
    text.strip_suffix("mm").unwrap().parse().unwrap()
}

fn plain(node: &Node<'_, '_>) -> String {
    node.descendants()
        .filter_map(|n| n.is_text().then(|| n.text()).flatten())
        .collect()
}

fn path(node: &Node<'_, '_>) -> Line {
    let data = node.attribute("d").unwrap();
    let closed = data.ends_with('Z');
    let numbers: Vec<f64> = data
        .split(['M', 'L', 'Z', ' '])
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().unwrap_or_else(|_| panic!("{data}")))
        .collect();
    Line {
        points: numbers.chunks_exact(2).map(|p| [p[0], p[1]]).collect(),
        closed,
        stroke: node.attribute("stroke").map(str::to_owned),
        width: number(node, "stroke-width").unwrap_or(0.0),
    }
}

#[track_caller]
pub fn svg(bytes: &[u8]) -> Svg {
    let text = std::str::from_utf8(bytes).unwrap();
    let document = Document::parse(text).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "svg");
    let view_box: Vec<f64> = root
        .attribute("viewBox")
        .unwrap()
        .split(' ')
        .map(|part| part.parse().unwrap())
        .collect();
    assert_eq!(view_box[..2], [0.0, 0.0]);
    let mut svg = Svg {
        width_mm: mm(&root, "width"),
        height_mm: mm(&root, "height"),
        size: [view_box[2], view_box[3]],
        labels: Vec::new(),
        images: Vec::new(),
        paths: Vec::new(),
        circles: Vec::new(),
        lines: Vec::new(),
        title: String::new(),
        date: None,
    };
    for node in root.descendants().filter(Node::is_element) {
        if node.attribute("stroke").is_some() {
            svg.lines.push(number(&node, "stroke-width").unwrap());
        }
        match node.tag_name().name() {
            "text" => {
                let size = number(&node, "font-size").unwrap();
                let label = Label {
                    text: plain(&node),
                    size,
                    is_plain: !node.children().any(|child| child.is_element()),
                };
                svg.labels.push(label);
            }
            "path" => svg.paths.push(path(&node)),
            "circle" => svg.circles.push(Circle {
                centre: ["cx", "cy"].map(|name| number(&node, name).unwrap()),
                radius: number(&node, "r").unwrap(),
            }),
            "title" => svg.title = plain(&node),
            "metadata" if node.attribute("id") == Some("followspot-date") => {
                svg.date = Some(plain(&node));
            }
            "image" => {
                let place = |name| number(&node, name).unwrap();
                // Not every program knows a bare `href`.
                let data = node.attribute((XLINK, "href")).unwrap();
                let data = data.strip_prefix("data:image/png;base64,").unwrap();
                let bytes = base64::engine::general_purpose::STANDARD.decode(data);
                svg.images.push(Image {
                    x: place("x"),
                    y: place("y"),
                    width: place("width"),
                    height: place("height"),
                    pixels: png(&bytes.unwrap()).pixels,
                });
            }
            _ => {}
        }
    }
    svg
}

/// All words of an SVG, one label a line.
pub fn words(svg: &Svg) -> String {
    let lines: Vec<&str> = svg.labels.iter().map(|label| label.text.as_str()).collect();
    lines.join("\n")
}

/// An SVG in pixels, drawn with the bundled fonts.
#[track_caller]
pub fn drawn(bytes: &[u8], width: usize, height: usize) -> Pixels {
    let mut fonts = fontdb::Database::new();
    for file in [
        font_files::SANS,
        font_files::SANS_BOLD,
        font_files::SANS_ITALIC,
        font_files::FALLBACK,
        font_files::FALLBACK_BOLD,
    ] {
        fonts.load_font_data(file.to_vec());
    }
    let options = Options {
        fontdb: Arc::new(fonts),
        // The SVG says itself which letters stand in another font.
        font_resolver: FontResolver {
            select_fallback: Box::new(|_, _, _| None),
            ..FontResolver::default()
        },
        ..Options::default()
    };
    let tree = Tree::from_data(bytes, &options).unwrap();
    let mut pixmap = Pixmap::new(width as u32, height as u32).unwrap();
    pixmap.fill(Color::WHITE);
    let scale = Transform::from_scale(
        width as f32 / tree.size().width(),
        height as f32 / tree.size().height(),
    );
    resvg::render(&tree, scale, &mut pixmap.as_mut());
    let rgba = pixmap.pixels().iter().map(|pixel| {
        let c = pixel.demultiply();
        [c.red(), c.green(), c.blue(), c.alpha()]
    });
    Pixels {
        width,
        height,
        rgba: rgba.collect(),
    }
}

/// Width and height of the only page of a PDF, in points.
#[track_caller]
pub fn pdf_page(bytes: &[u8]) -> [f64; 2] {
    assert!(bytes.starts_with(b"%PDF-"));
    let text = String::from_utf8_lossy(bytes);
    let boxes: Vec<&str> = text.split("/MediaBox").skip(1).collect();
    let [page] = boxes[..] else {
        panic!("{} pages", boxes.len());
    };
    let page = page.trim_start().strip_prefix('[').unwrap();
    let page = page.split(']').next().unwrap();
    let numbers: Vec<f64> = page
        .split_whitespace()
        .map(|n| n.parse().unwrap())
        .collect();
    assert_eq!(numbers[..2], [0.0, 0.0]);
    [numbers[2], numbers[3]]
}

/// What a program says that looks at figures; `None`, and said so, where the
/// machine lacks it. Where everything is checked (`CI` is set) it must be there.
pub fn look(program: &str, args: &[&str], folder: &Path) -> Option<Vec<u8>> {
    let output = Command::new(program)
        .args(args)
        .current_dir(folder)
        .output();
    match output {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{program} {args:?}: {said}");
            Some(output.stdout)
        }
        Err(error) => {
            let must = std::env::var_os("CI").is_some();
            assert!(!must, "{program} cannot be run: {error}");
            eprintln!("{program} is not installed: what it would show is not checked");
            None
        }
    }
}
