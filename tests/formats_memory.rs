//! No broken file makes a loader reserve memory beyond the file's size and 64 MB.
#![allow(clippy::unwrap_used)] // a test says what it stumbles over

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use followspot::data::{list, load, load_matrix};

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
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn bad_files_stay_small() {
    const MARGIN: usize = 64 << 20;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats/bad");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let size = usize::try_from(path.metadata().unwrap().len()).unwrap();
        let mut keys = vec![None];
        let before = NOW.load(Ordering::Relaxed);
        PEAK.store(before, Ordering::Relaxed);
        if let Ok(arrays) = list(&path) {
            keys.extend(arrays.into_iter().map(|array| array.key));
        }
        for key in keys {
            let _ = load(&path, key.as_deref(), &AtomicBool::new(false));
            let _ = load_matrix(&path, key.as_deref(), &AtomicBool::new(false));
        }
        let peak = PEAK.load(Ordering::Relaxed) - before;
        assert!(peak <= size + MARGIN, "{}: {peak} bytes", path.display());
        assert!(peak > 0, "nothing was counted");
        seen += 1;
    }
    assert!(seen > 30, "only {seen} files");
}
