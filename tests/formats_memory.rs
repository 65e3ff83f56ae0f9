//! No broken file makes a loader reserve memory beyond the file's size and 64 MB,
//! and of a sound one the values are held once: in whole lines, so that a narrow
//! layer takes as much more than its file as `Activations` says.
#![allow(clippy::unwrap_used)] // a test says what it stumbles over

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs::File;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use followspot::data::{Pick, list, load, load_matrix};

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, counting what is held and the most that was.
struct Counting;

// SAFETY: every call is passed on unchanged to the system's allocator.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise, passed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        let now = NOW.fetch_add(size, Ordering::Relaxed) + size;
        PEAK.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller's promise, passed on.
        let moved = unsafe { System.realloc(pointer, layout, size) };
        if moved != pointer && layout.size() > LARGE {
            MOVED.fetch_add(1, Ordering::Relaxed);
        }
        moved
    }
}

/// Bytes from which on the system's allocator shrinks where it stands.
const LARGE: usize = 1 << 20;
/// Large pieces of memory that were moved.
static MOVED: AtomicUsize = AtomicUsize::new(0);

/// One test at a time, for the counters.
static TURN: Mutex<()> = Mutex::new(());

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn bad_files_stay_small() {
    const MARGIN: usize = 64 << 20;
    let _turn = TURN.lock().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats/bad");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let size = usize::try_from(path.metadata().unwrap().len()).unwrap();
        let mut keys = vec![None];
        let before = NOW.load(Ordering::Relaxed);
        PEAK.store(before, Ordering::Relaxed);
        if let Ok(arrays) = list(&path, &AtomicBool::new(false)) {
            keys.extend(arrays.into_iter().map(|array| array.key));
        }
        for key in keys {
            let _ = load(&path, &Pick::key(key.as_deref()), &AtomicBool::new(false));
            let _ = load_matrix(&path, &Pick::key(key.as_deref()), &AtomicBool::new(false));
        }
        let peak = PEAK.load(Ordering::Relaxed) - before;
        assert!(peak <= size + MARGIN, "{}: {peak} bytes", path.display());
        assert!(peak > 0, "nothing was counted");
        seen += 1;
    }
    assert!(seen > 30, "only {seen} files");
}

#[test]
fn values_are_held_once() {
    const ROWS: usize = 20_000;
    const COLUMNS: usize = 256;
    // Blocks that are read at a time, norms, what is known of odd rows.
    const MARGIN: usize = 6 << 20;
    let _turn = TURN.lock().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let npy = folder.path().join("x.npy");
    let npz = folder.path().join("x.npz");
    let values = |row: usize| if row % 5 == 3 { f32::NAN } else { 1.0 };
    let array = ndarray::Array2::from_shape_fn((ROWS, COLUMNS), |(row, _)| values(row));
    let turned = array.t().as_standard_layout().into_owned();
    let check = |path: &Path| {
        let (before, moved) = (NOW.load(Ordering::Relaxed), MOVED.load(Ordering::Relaxed));
        PEAK.store(before, Ordering::Relaxed);
        let dump = load(path, &Pick::key(None), &AtomicBool::new(false)).unwrap();
        assert_eq!(dump.activations.excluded_rows().len(), ROWS / 5);
        let peak = PEAK.load(Ordering::Relaxed) - before;
        let one = ROWS * COLUMNS * 4;
        assert!((one..one + MARGIN).contains(&peak), "{peak}, not {one}");
        let held = NOW.load(Ordering::Relaxed) - before;
        assert!(held < one / 5 * 4 + MARGIN / 4, "{held}");
        assert_eq!(MOVED.load(Ordering::Relaxed), moved);
    };
    ndarray_npy::write_npy(&npy, &array).unwrap();
    check(&npy);
    ndarray_npy::write_npy(&npy, &turned.t()).unwrap();
    check(&npy);
    for method in [
        zip::CompressionMethod::Stored,
        zip::CompressionMethod::Deflated,
    ] {
        let mut zip = zip::ZipWriter::new(File::create(&npz).unwrap());
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(method)
            .compression_level(Some(1).filter(|_| method != zip::CompressionMethod::Stored));
        zip.start_file("a.npy", options).unwrap();
        std::io::copy(&mut File::open(&npy).unwrap(), &mut zip).unwrap();
        zip.finish().unwrap();
        check(&npz);
    }
}

#[test]
fn narrow_files_take_what_is_said_of_them() {
    const ROWS: usize = 1_000_000;
    // Norms, what is known of odd rows, blocks that are read at a time.
    const MARGIN: usize = 24 << 20;
    let _turn = TURN.lock().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    let check = |most: usize| {
        let before = NOW.load(Ordering::Relaxed);
        PEAK.store(before, Ordering::Relaxed);
        let dump = load(&path, &Pick::key(None), &AtomicBool::new(false)).unwrap();
        assert_eq!(dump.activations.n_samples(), ROWS);
        let peak = PEAK.load(Ordering::Relaxed) - before;
        let size = usize::try_from(path.metadata().unwrap().len()).unwrap();
        assert!(peak <= most * size + MARGIN, "{peak}: {}", peak / size);
        assert!(peak >= most * size - MARGIN, "{peak}: {}", peak / size);
    };
    let bytes = ndarray::Array2::from_elem((ROWS, 2), 1u8);
    ndarray_npy::write_npy(&path, &bytes).unwrap();
    check(32);
    // One row that single precision would lose bits of.
    let mut values = ndarray::Array2::from_elem((ROWS, 2), 1.0f32);
    (values[[7, 0]], values[[7, 1]]) = (1e30, 1e-20);
    ndarray_npy::write_npy(&path, &values).unwrap();
    check(24);
    ndarray_npy::write_npy(&path, &ndarray::Array2::from_elem((ROWS, 2), 1.0f64)).unwrap();
    check(8);
}
