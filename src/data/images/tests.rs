use std::fs::File;
use std::io::Write as _;

use super::super::npy::MAGIC;
use super::*;

fn npy(descr: &str, shape: &str, fortran: &str, body: &[u8]) -> Vec<u8> {
    let header =
        format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
    let mut bytes = MAGIC.to_vec();
    bytes.extend([1, 0]);
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(body);
    bytes
}

fn open(name: &str, bytes: Vec<u8>) -> Result<Images, String> {
    let never = AtomicBool::new(false);
    let origin = Origin::of_bytes(name, bytes);
    Images::open_array(origin, Path::new(name), &Pick::default(), &never).map_err(|e| e.to_string())
}

/// The first channel of each pixel.
fn greys(images: &Images, entry: usize) -> Vec<u8> {
    images
        .picture(entry)
        .unwrap()
        .rgb
        .iter()
        .step_by(3)
        .copied()
        .collect()
}

#[test]
fn shades_are_taken_as_they_are_or_stretched_and_said() {
    let floats =
        |values: [f32; 2]| -> Vec<u8> { values.into_iter().flat_map(f32::to_le_bytes).collect() };
    for (descr, body, expected, note) in [
        ("|u1", vec![0, 200], [0, 200], None),
        (
            "|u1",
            vec![0, 16],
            [0, 255],
            Some("values from 0 to 16 are stretched from black to white"),
        ),
        ("|u1", vec![0, 0], [0, 0], None),
        ("|b1", vec![0, 7], [0, 255], None),
        ("<f4", floats([0.0, 0.2]), [0, 51], None),
        ("<f4", floats([0.0, 127.0]), [0, 127], None),
        (
            "<f4",
            floats([-1.0, 1.0]),
            [0, 255],
            Some("values from -1 to 1 are stretched from black to white"),
        ),
        ("<f4", floats([f32::NAN, 1.0]), [0, 255], None),
        (
            ">i2",
            vec![0, 0, 16, 0],
            [0, 255],
            Some("values from 0 to 4096 are stretched from black to white"),
        ),
    ] {
        let images = open("x.npy", npy(descr, "(1, 1, 2)", "False", &body)).unwrap();
        assert_eq!(greys(&images, 0), expected, "{descr} {body:?}");
        assert_eq!(images.notes.first().map(String::as_str), note);
    }
}

/// Values of two pictures, 2 high and 3 wide, of which picture 1 begins with 100.
fn six() -> Vec<u8> {
    (0..12).map(|n| if n < 6 { n } else { 94 + n }).collect()
}

#[test]
fn every_order_of_axes_gives_the_same_pictures() {
    let c = open("c.npy", npy("|u1", "(2, 2, 3)", "False", &six())).unwrap();
    assert_eq!((c.entries(), c.size), (2, [3, 2]));
    assert_eq!(greys(&c, 1), [100, 101, 102, 103, 104, 105]);
    // Fortran order: the first index varies fastest.
    let mut turned = vec![0; 12];
    for (at, value) in six().into_iter().enumerate() {
        let (n, y, x) = (at / 6, at / 3 % 2, at % 3);
        turned[n + 2 * (y + 2 * x)] = value;
    }
    let f = open("f.npy", npy("|u1", "(2, 2, 3)", "True", &turned)).unwrap();
    assert_eq!(f.picture(1).unwrap(), c.picture(1).unwrap());
    // Channels first and last.
    let last = [255, 0, 128, 1, 2, 3];
    let first = [255, 1, 0, 2, 128, 3];
    let last = open("l.npy", npy("|u1", "(1, 1, 2, 3)", "False", &last)).unwrap();
    let first = open("c.npy", npy("|u1", "(1, 3, 1, 2)", "False", &first)).unwrap();
    assert_eq!(last.picture(0).unwrap().rgb, [255, 0, 128, 1, 2, 3]);
    assert_eq!(first.picture(0).unwrap(), last.picture(0).unwrap());
    // Half of a red over white.
    let alpha = open(
        "a.npy",
        npy("|u1", "(1, 1, 1, 4)", "False", &[255, 0, 0, 128]),
    )
    .unwrap();
    assert_eq!(alpha.picture(0).unwrap().rgb, [255, 127, 127]);
}

#[test]
fn packed_pictures_are_the_same_as_those_that_lie_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let never = AtomicBool::new(false);
    for method in [
        zip::CompressionMethod::Stored,
        zip::CompressionMethod::Deflated,
    ] {
        let path = folder.path().join("x.npz");
        let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        zip.start_file("acts.npy", options).unwrap();
        zip.write_all(&npy("|u1", "(2, 2)", "False", &[0; 4]))
            .unwrap();
        zip.start_file("images.npy", options).unwrap();
        zip.write_all(&npy("|u1", "(2, 2, 3)", "False", &six()))
            .unwrap();
        zip.finish().unwrap();
        let images = Images::open(&path, &Pick::default(), &never).unwrap();
        assert_eq!(images.key.as_deref(), Some("images"));
        assert_eq!(greys(&images, 1), [100, 101, 102, 103, 104, 105]);
    }
}

#[test]
fn what_is_no_images_is_one_sentence() {
    for (descr, shape, body, said) in [
        (
            "|u1",
            "(2, 3)",
            6,
            "x.npy is 2 × 3, but images are N × H × W, or",
        ),
        (
            "|u1",
            "(1, 2, 2, 2)",
            8,
            "x.npy is 1 × 2 × 2 × 2, but images are",
        ),
        ("|u1", "(1, 0, 2)", 0, "x.npy is 1 × 0 × 2, but images are"),
        (
            "|u1",
            "(2, 4097, 4096)",
            64,
            "x.npy promises 2 × 4,097 × 4,096",
        ),
        (
            "|u1",
            "(99999999999, 9999999999, 9999999999)",
            9,
            "x.npy promises",
        ),
        ("<U1", "(1, 1, 1)", 4, "x.npy holds text"),
    ] {
        let error = open("x.npy", npy(descr, shape, "False", &vec![1; body])).unwrap_err();
        assert!(error.starts_with(said), "{error}");
    }
    let large = open(
        "x.npy",
        npy("|u1", "(1, 1, 16777217)", "False", &vec![1; 1 << 25]),
    )
    .unwrap_err();
    assert!(
        large.contains("more than the 16,777,216 that are read"),
        "{large}"
    );
    let images = open("x.npy", npy("|u1", "(2, 2, 3)", "False", &six())).unwrap();
    let beyond = images.picture(2).unwrap_err().to_string();
    assert_eq!(beyond, "x.npy holds 2 pictures, none of number 2");
}

fn write_png(path: &Path, width: u32, color: png::ColorType, depth: png::BitDepth, data: &[u8]) {
    let mut encoder = png::Encoder::new(File::create(path).unwrap(), width, 1);
    encoder.set_color(color);
    encoder.set_depth(depth);
    if color == png::ColorType::Indexed {
        encoder.set_palette(vec![1, 2, 3, 250, 251, 252]);
    }
    encoder
        .write_header()
        .unwrap()
        .write_image_data(data)
        .unwrap();
}

#[test]
fn a_folder_of_pngs_is_read_in_the_order_in_which_a_person_counts() {
    use png::{BitDepth, ColorType};
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write_png(
        &at("10.png"),
        1,
        ColorType::Rgba,
        BitDepth::Eight,
        &[255, 0, 0, 128],
    );
    write_png(&at("2.PNG"), 2, ColorType::Indexed, BitDepth::Four, &[0x01]);
    write_png(
        &at("0.png"),
        2,
        ColorType::Grayscale,
        BitDepth::Sixteen,
        &[0x80, 0, 0xff, 0xff],
    );
    std::fs::write(at("note.txt"), "x").unwrap();
    std::fs::write(at("11.png"), "no png").unwrap();
    let never = AtomicBool::new(false);
    let images = Images::open(folder.path(), &Pick::default(), &never).unwrap();
    assert_eq!((images.entries(), images.size), (4, [2, 1]));
    assert_eq!(images.notes, ["1 file ignored, no PNG"]);
    let rgb = |entry| {
        images
            .picture(entry)
            .map(|picture| picture.rgb)
            .map_err(|e| e.to_string())
    };
    assert_eq!(rgb(0).unwrap(), [128, 128, 128, 255, 255, 255]);
    assert_eq!(rgb(1).unwrap(), [1, 2, 3, 250, 251, 252]);
    assert_eq!(rgb(2).unwrap(), [255, 127, 127]);
    let damaged = rgb(3).unwrap_err();
    assert!(
        damaged.starts_with("11.png is no PNG that can be read"),
        "{damaged}"
    );
}

#[test]
fn a_png_that_claims_to_be_huge_is_refused_by_its_head() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("0.png");
    write_png(
        &path,
        1,
        png::ColorType::Rgb,
        png::BitDepth::Eight,
        &[1, 2, 3],
    );
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    let sum = crc32fast::hash(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    std::fs::write(&path, bytes).unwrap();
    let never = AtomicBool::new(false);
    let error = Images::open(folder.path(), &Pick::default(), &never)
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("0.png "), "{error}");
    assert!(
        error.contains("that are read: save a smaller") || error.contains("more memory"),
        "{error}"
    );
}

#[test]
fn small_pictures_are_means_of_large_ones() {
    let rgb = (0..16u8).flat_map(|n| [n * 10, 0, 255]).collect();
    let picture = Picture {
        width: 4,
        height: 4,
        rgb,
    };
    let small = picture.clone().at_most(2);
    assert_eq!((small.width, small.height), (2, 2));
    assert_eq!(small.rgb[..6], [25, 0, 255, 45, 0, 255]);
    assert_eq!(picture.clone().at_most(4), picture);
    let line = Picture {
        width: 9,
        height: 1,
        rgb: vec![7; 27],
    };
    assert_eq!(line.at_most(3).rgb, vec![7; 9]);
}
