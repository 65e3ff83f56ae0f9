use super::super::choose::info;
use super::super::dtype::Descr;
use super::super::head::{Head, Order};
use super::super::literal::Literal;
use super::*;

/// An array of that key, as its header tells.
fn array(file: &str, key: Option<&str>, descr: &str, shape: &[u64]) -> ArrayInfo {
    let head = Head {
        descr: Descr::from_literal(&Literal::Text(descr.to_owned())).unwrap(),
        shape: shape.to_vec(),
        order: Order::C,
        follow: u64::MAX,
    };
    info(file, key.map(str::to_owned), Ok(head))
}

fn glance(file: &str, is: Is) -> Glance {
    Glance {
        path: PathBuf::from("folder").join(file),
        is,
    }
}

fn npy(file: &str, descr: &str, shape: &[u64]) -> Glance {
    glance(file, Is::Arrays(vec![array(file, None, descr, shape)]))
}

fn words(file: &str, words: u64, numbers: bool) -> Glance {
    let words = Some(words);
    glance(file, Is::Words { words, numbers })
}

/// A layer of 1,797 samples is open, with labels of 10 classes.
fn open() -> Open {
    Open {
        layers: vec![OpenLayer {
            name: "relu.npy".to_owned(),
            entries: 1797,
            rows: 1797,
            gives_way: false,
        }],
        classes: vec![10],
    }
}

#[test]
#[allow(clippy::too_many_lines)] // a table
fn what_a_file_is_follows_from_content_shape_dtype_and_name() {
    use Role::{Activations, Basis, ClassNames, Images, Labels};
    for (glance, role, what) in [
        (
            npy("digits.npy", "<i8", &[1797]),
            Labels,
            "labels for 1,797 samples",
        ),
        (
            npy("digits.npy", "|b1", &[1797, 1]),
            Labels,
            "labels for 1,797 samples",
        ),
        (
            npy("x.npy", "<f4", &[1797]),
            Labels,
            "labels for 1,797 samples",
        ),
        (
            npy("x.npy", "<U7", &[1797]),
            Labels,
            "labels for 1,797 samples",
        ),
        (
            npy("x.npy", "<U7", &[10]),
            ClassNames,
            "names of 10 classes",
        ),
        (
            npy("names.npy", "|S7", &[1797]),
            Labels,
            "labels for 1,797 samples",
        ),
        (
            npy("names.npy", "|S7", &[12]),
            ClassNames,
            "names of 12 classes",
        ),
        (
            npy("x.npy", "|u1", &[1797, 8, 8]),
            Images,
            "pictures of 1,797 samples",
        ),
        (
            npy("x.npy", "|u1", &[1797, 8, 8, 3]),
            Images,
            "pictures of 1,797 samples",
        ),
        (
            npy("x.npy", "|u1", &[1797, 3, 8, 8]),
            Images,
            "pictures of 1,797 samples",
        ),
        (
            npy("x.npy", "|u1", &[1797, 6, 8, 8]),
            Activations,
            "activations",
        ),
        (
            npy("x.npy", "<f4", &[1797, 8, 8]),
            Activations,
            "activations",
        ),
        (
            npy("images.npy", "<f4", &[1797, 8, 8]),
            Images,
            "pictures of 1,797 samples",
        ),
        (npy("x.npy", "<f4", &[1797, 24]), Activations, "activations"),
        (npy("x.npy", "<i8", &[1797, 24]), Activations, "activations"),
        (
            npy("my_basis.npy", "<f4", &[40, 24]),
            Basis,
            "a privileged basis",
        ),
        (
            words("x.txt", 1797, true),
            Labels,
            "labels for 1,797 samples",
        ),
        (
            words("x.txt", 1797, false),
            Labels,
            "labels for 1,797 samples",
        ),
        (
            words("x.csv", 1798, false),
            Labels,
            "labels for 1,797 samples",
        ),
        (words("x.txt", 10, false), ClassNames, "names of 10 classes"),
        (words("x.txt", 10, true), ClassNames, "names of 10 classes"),
        (
            glance("pngs", Is::Pictures(1797)),
            Images,
            "1,797 pictures in natural order",
        ),
        (
            glance("run", Is::Folder(50)),
            Activations,
            "a list of 50 files",
        ),
        (glance("x.bin", Is::Unknown), Activations, "activations"),
    ] {
        let found = recognise(std::slice::from_ref(&glance), &open());
        let [found] = &found[..] else {
            panic!("{glance:?}")
        };
        assert_eq!(
            (found.role, found.what.as_str()),
            (role, what),
            "{glance:?}"
        );
        assert_eq!(found.refused, None, "{glance:?}");
    }
}

#[test]
fn what_fits_no_layer_is_refused_with_both_counts() {
    for (glance, said) in [
        (
            npy("labels.npy", "<i8", &[1500]),
            "labels.npy holds 1,500 labels, but relu.npy has 1,797 samples",
        ),
        (
            npy("images.npy", "|u1", &[300, 8, 8]),
            "images.npy holds 300 pictures, but relu.npy has 1,797 samples",
        ),
        (
            glance("pngs", Is::Pictures(1)),
            "pngs holds 1 picture, but relu.npy has 1,797 samples",
        ),
        (
            words("y.txt", 5, true),
            "y.txt holds 5 labels, but relu.npy has 1,797 samples",
        ),
    ] {
        let found = recognise(&[glance], &open());
        assert_eq!(found[0].refused.as_deref(), Some(said));
    }
    let none = recognise(&[npy("y.npy", "<i8", &[5])], &Open::default());
    assert!(
        none[0]
            .refused
            .as_ref()
            .unwrap()
            .contains("no dump is open")
    );
    // A million numbers, of which nothing else can be made, and pictures, of which can.
    let other = recognise(&[npy("images.npy", "|u1", &[300, 8, 8])], &open());
    assert_eq!(other[0].others, [Role::Activations]);
}

#[test]
fn files_that_come_together_are_sorted_out_together() {
    use Role::{Activations, ClassNames, Images, Labels};
    // The sample that is open gives way to the dump that comes.
    let mut open = open();
    open.layers[0].gives_way = true;
    open.classes.clear();
    let group = [
        words("animals.txt", 3, false),
        npy("y.npy", "<i8", &[60]),
        npy("acts.npy", "<f4", &[60, 6]),
        npy("x.npy", "|u1", &[60, 4, 4]),
    ];
    let found = recognise(&group, &open);
    let roles: Vec<Role> = found.iter().map(|found| found.role).collect();
    assert_eq!(roles, [ClassNames, Labels, Activations, Images]);
    assert!(found.iter().all(|found| found.refused.is_none()));
    let late = recognise(&[npy("y.npy", "<i8", &[1797]), group[2].clone()], &open);
    assert_eq!(
        late[0].refused.as_deref(),
        Some("y.npy holds 1,797 labels, but acts.npy has 60 samples")
    );
}

#[test]
fn an_archive_brings_the_labels_of_its_own_samples() {
    let file = "data.npz";
    let of = |labels: u64| {
        let arrays = vec![
            array(file, Some("x"), "<f4", &[60, 6]),
            array(file, Some("y"), "<i8", &[labels]),
        ];
        recognise(&[glance(file, Is::Arrays(arrays))], &Open::default())
    };
    let found = of(60);
    assert_eq!(found.len(), 2);
    assert_eq!(
        (found[0].role, found[0].key.as_deref()),
        (Role::Activations, None)
    );
    assert_eq!(
        (found[1].role, found[1].key.as_deref()),
        (Role::Labels, Some("y"))
    );
    // Numbers of something else are no reason to complain.
    assert_eq!(of(61).len(), 1);
    let alone = vec![
        array(file, Some("labels"), "<i8", &[1797]),
        array(file, Some("names"), "<U5", &[10]),
    ];
    let found = recognise(&[glance(file, Is::Arrays(alone))], &open());
    let roles: Vec<Role> = found.iter().map(|found| found.role).collect();
    assert_eq!(roles, [Role::Labels, Role::ClassNames]);
}
