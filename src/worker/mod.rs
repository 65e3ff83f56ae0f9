//! The background threads and their lanes.
//!
//! Ten named threads serve [`Lane`]s. One makes curves, with a rayon pool of its
//! own, so that a curve waits for nothing; another lists the samples in the spotlight,
//! on the same pool; another reads their pictures. One computes the rest, the atlas and the
//! heatmap before the sweep; one tests by rotation, and one reads files, so that a slow
//! disk holds nothing up: these three share a second pool. Two hash files and save
//! sessions, each by itself. The last two make previews of figures and write figures and
//! tables, on a third pool. Newest wins within a lane, but for what has to do with files, which
//! queues: no file that was asked for is forgotten because another followed it.
//!
//! Long work calls [`Context::yield_now`] between two pieces, which serves
//! whatever is more urgent on its thread at once; so a heatmap waits for a piece of
//! a sweep, never for the sweep. A superseded or cancelled job finds its flag set and ends; what
//! it still says is dropped, since nothing carries its generation any more. A
//! panic in a job is caught and reported, and the thread goes on.

pub mod atlas_job;
pub mod companion_job;
pub mod export_job;
pub mod heatmap_job;
pub mod jobs;
pub mod message;
pub mod picture_job;
pub mod rotation_job;
pub mod samples_job;
pub mod session_job;
pub mod source_file;
pub mod table_job;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::words::panic_text;

/// Kinds of work.
const LANES: usize = 16;

/// A kind of work. The order is that of urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// What *auto* comes to among a choice of neurons: nothing is shown before.
    Overview,
    /// The selected and the pinned planes' curves.
    Curve,
    /// The class of each sample.
    Classes,
    /// The samples in the spotlight.
    Samples,
    /// Their pictures, as they come into view.
    Thumbnails,
    /// Reading files and preparing them for a basis; jobs queue.
    Load,
    /// The samples about each privileged direction; asked for only while it is on screen.
    Directions,
    /// The selected plane at every scale, or the samples' projections; likewise.
    Picture,
    /// Coding what a sweep gave as a square; likewise.
    Atlas,
    /// Ordering and colouring what a sweep gave.
    Heatmap,
    /// The whole layer.
    Sweep,
    /// Tests by many rotations.
    Test,
    /// Writing sessions; jobs queue.
    Save,
    /// Hashing files; jobs queue.
    Hash,
    /// The picture of a figure as it will be.
    Preview,
    /// Writing figures and tables; jobs queue.
    Export,
}

impl Lane {
    /// All of them, most urgent first.
    pub const ALL: [Self; LANES] = [
        Self::Overview,
        Self::Curve,
        Self::Classes,
        Self::Samples,
        Self::Thumbnails,
        Self::Load,
        Self::Directions,
        Self::Picture,
        Self::Atlas,
        Self::Heatmap,
        Self::Sweep,
        Self::Test,
        Self::Save,
        Self::Hash,
        Self::Preview,
        Self::Export,
    ];

    /// Those of the thread that serves this one, most urgent first.
    fn family(self) -> &'static [Self] {
        match self {
            Self::Overview | Self::Curve | Self::Classes => CURVES,
            Self::Samples => LISTING,
            Self::Thumbnails => PICTURING,
            Self::Test => TESTING,
            Self::Load => FILES,
            Self::Save => SAVING,
            Self::Hash => HASHING,
            Self::Preview => PREVIEWING,
            Self::Export => EXPORTING,
            Self::Directions | Self::Picture | Self::Atlas | Self::Heatmap | Self::Sweep => {
                COMPUTING
            }
        }
    }

    /// Whether the worker ends only once its jobs have run: what was to be saved is.
    fn finishes(self) -> bool {
        self == Self::Save
    }

    fn queues(self) -> bool {
        matches!(self, Self::Load | Self::Save | Self::Hash | Self::Export)
    }
}

/// Lanes of the thread that makes curves.
const CURVES: &[Lane] = &[Lane::Overview, Lane::Curve, Lane::Classes];

/// Lanes of the thread that lists samples.
const LISTING: &[Lane] = &[Lane::Samples];

/// Lanes of the thread that reads pictures.
const PICTURING: &[Lane] = &[Lane::Thumbnails];

/// Lanes of the thread that computes the rest.
const COMPUTING: &[Lane] = &[
    Lane::Directions,
    Lane::Picture,
    Lane::Atlas,
    Lane::Heatmap,
    Lane::Sweep,
];

/// Lanes of the thread that tests.
const TESTING: &[Lane] = &[Lane::Test];

/// Lanes of the thread that reads files.
const FILES: &[Lane] = &[Lane::Load];

/// Lanes of the thread that writes sessions.
const SAVING: &[Lane] = &[Lane::Save];

/// Lanes of the thread that hashes files.
const HASHING: &[Lane] = &[Lane::Hash];

/// Lanes of the thread that makes previews.
const PREVIEWING: &[Lane] = &[Lane::Preview];

/// Lanes of the thread that exports.
const EXPORTING: &[Lane] = &[Lane::Export];

/// Number of a request; later ones are larger.
pub type Generation = u64;

/// What the worker says.
#[derive(Debug)]
pub enum Event<E> {
    /// A job's own message.
    Said {
        /// Its lane.
        lane: Lane,
        /// Its request.
        generation: Generation,
        /// The message.
        message: E,
    },
    /// A job panicked; the worker goes on.
    Panicked {
        /// Its lane.
        lane: Lane,
        /// Its request.
        generation: Generation,
        /// The panic's message.
        message: String,
    },
}

type Job<E> = Box<dyn FnOnce(&Context<E>) + Send>;

struct Request<E> {
    generation: Generation,
    cancel: Arc<AtomicBool>,
    label: String,
    job: Job<E>,
}

/// One lane's waiting and running jobs.
struct Queue<E> {
    waiting: VecDeque<Request<E>>,
    running: Option<(Generation, Arc<AtomicBool>, String)>,
}

struct Shared<E> {
    queues: Mutex<[Queue<E>; LANES]>,
    wake: Condvar,
    stop: AtomicBool,
    holding: AtomicBool,
    done: [AtomicUsize; LANES],
    total: [AtomicUsize; LANES],
    repaint: Box<dyn Fn() + Send + Sync>,
    pool: Option<rayon::ThreadPool>,
    curve_pool: Option<rayon::ThreadPool>,
    export_pool: Option<rayon::ThreadPool>,
}

/// How far a lane's running job is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// What it does, for people.
    pub label: String,
    /// Pieces done.
    pub done: usize,
    /// Pieces in all; 0 where unknown.
    pub total: usize,
}

/// The handle that the window keeps.
pub struct Worker<E> {
    shared: Arc<Shared<E>>,
    events: Receiver<Event<E>>,
    next: AtomicU64,
    threads: Vec<JoinHandle<()>>,
}

/// What a running job sees.
pub struct Context<E> {
    shared: Arc<Shared<E>>,
    events: Sender<Event<E>>,
    lane: Lane,
    generation: Generation,
    cancel: Arc<AtomicBool>,
}

impl<E: Send + 'static> Worker<E> {
    /// Starts the threads. `repaint` is called, from any thread, whenever there
    /// is something new to show.
    ///
    /// # Errors
    /// If the system refuses a thread.
    pub fn new(repaint: impl Fn() + Send + Sync + 'static) -> std::io::Result<Self> {
        let (sender, events) = channel();
        let shared = Arc::new(Shared {
            queues: Mutex::new(Lane::ALL.map(|_| Queue {
                waiting: VecDeque::new(),
                running: None,
            })),
            wake: Condvar::new(),
            stop: AtomicBool::new(false),
            holding: AtomicBool::new(false),
            done: Lane::ALL.map(|_| AtomicUsize::new(0)),
            total: Lane::ALL.map(|_| AtomicUsize::new(0)),
            repaint: Box::new(repaint),
            pool: pool("pool", 2),
            curve_pool: pool("curve-pool", 2),
            export_pool: pool("export-pool", 2),
        });
        let start = |name: &str, lanes: &'static [Lane]| {
            let (shared, sender) = (Arc::clone(&shared), sender.clone());
            std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || {
                    while let Some((lane, request)) = wait(&shared, lanes) {
                        execute(&shared, &sender, lane, request);
                    }
                })
        };
        let threads = vec![
            start("followspot-curves", CURVES)?,
            start("followspot-samples", LISTING)?,
            start("followspot-pictures", PICTURING)?,
            start("followspot-worker", COMPUTING)?,
            start("followspot-tests", TESTING)?,
            start("followspot-files", FILES)?,
            start("followspot-save", SAVING)?,
            start("followspot-hash", HASHING)?,
            start("followspot-preview", PREVIEWING)?,
            start("followspot-export", EXPORTING)?,
        ];
        Ok(Self {
            shared,
            events,
            next: AtomicU64::new(1),
            threads,
        })
    }

    /// Hands a job to its lane; where the lane doesn't queue, whatever waits or
    /// runs there is superseded.
    pub fn submit(
        &self,
        lane: Lane,
        label: impl Into<String>,
        job: impl FnOnce(&Context<E>) + Send + 'static,
    ) -> Generation {
        let generation = self.next.fetch_add(1, Ordering::Relaxed);
        let request = Request {
            generation,
            cancel: Arc::new(AtomicBool::new(false)),
            label: label.into(),
            job: Box::new(job),
        };
        let mut queues = lock(&self.shared.queues);
        let queue = &mut queues[lane as usize];
        if !lane.queues() {
            queue.cancel();
        }
        queue.waiting.push_back(request);
        drop(queues);
        self.shared.wake.notify_all();
        generation
    }

    /// Calls off all that waits or runs in a lane.
    pub fn cancel(&self, lane: Lane) {
        lock(&self.shared.queues)[lane as usize].cancel();
    }

    /// Calls off one job of a lane, waiting or running.
    pub fn call_off(&self, lane: Lane, generation: Generation) {
        let queue = &mut lock(&self.shared.queues)[lane as usize];
        queue
            .waiting
            .retain(|request| request.generation != generation);
        if let Some((running, cancel, _)) = &queue.running
            && *running == generation
        {
            cancel.store(true, Ordering::Relaxed);
        }
    }

    /// Whether a lane has work, waiting or running.
    #[must_use]
    pub fn is_busy(&self, lane: Lane) -> bool {
        let queue = &lock(&self.shared.queues)[lane as usize];
        !queue.waiting.is_empty() || queue.running.is_some()
    }

    /// How far a lane's running job is.
    #[must_use]
    pub fn progress(&self, lane: Lane) -> Option<Progress> {
        let label = lock(&self.shared.queues)[lane as usize]
            .running
            .as_ref()?
            .2
            .clone();
        Some(Progress {
            label,
            done: self.shared.done[lane as usize].load(Ordering::Relaxed),
            total: self.shared.total[lane as usize].load(Ordering::Relaxed),
        })
    }

    /// Has jobs that say first results stay at them, until told otherwise: for tests
    /// of what is shown meanwhile, however fast the machine is.
    pub fn hold_first_results(&self, hold: bool) {
        self.shared.holding.store(hold, Ordering::Relaxed);
    }

    /// Frees something large, off the calling thread.
    pub fn discard(&self, large: impl Send + 'static) {
        match &self.shared.pool {
            Some(pool) => pool.spawn(move || drop(large)),
            None => drop(large),
        }
    }

    /// The next thing said, if any.
    pub fn poll(&self) -> Option<Event<E>> {
        self.events.try_recv().ok()
    }
}

impl<E> Queue<E> {
    /// Sets every job's flag, but takes none away.
    fn hurry(&mut self) {
        let running = self.running.iter().map(|(_, cancel, _)| cancel);
        let waiting = self.waiting.iter().map(|request| &request.cancel);
        for cancel in running.chain(waiting) {
            cancel.store(true, Ordering::Relaxed);
        }
    }

    fn cancel(&mut self) {
        self.waiting.clear();
        if let Some((_, cancel, _)) = &self.running {
            cancel.store(true, Ordering::Relaxed);
        }
    }
}

impl<E> Drop for Worker<E> {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        for (queue, lane) in lock(&self.shared.queues).iter_mut().zip(Lane::ALL) {
            if lane.finishes() {
                queue.hurry();
            } else {
                queue.cancel();
            }
        }
        self.shared.wake.notify_all();
        for thread in self.threads.drain(..) {
            // A panic of the thread itself has been reported where it arose.
            let _ = thread.join();
        }
    }
}

impl<E: Send + 'static> Context<E> {
    /// Set once the job is superseded or cancelled.
    #[must_use]
    pub fn cancel(&self) -> &AtomicBool {
        &self.cancel
    }

    /// Says something to the window.
    pub fn say(&self, message: E) {
        // A window that is gone needs no messages.
        let _ = self.events.send(Event::Said {
            lane: self.lane,
            generation: self.generation,
            message,
        });
        (self.shared.repaint)();
    }

    /// Reports how far the job is, to whoever looks.
    pub fn progress(&self, done: usize, total: usize) {
        let lane = self.lane as usize;
        self.shared.done[lane].store(done, Ordering::Relaxed);
        self.shared.total[lane].store(total, Ordering::Relaxed);
    }

    /// Serves what is more urgent than this job, now.
    pub fn yield_now(&self) {
        let family = self.lane.family();
        let urgent = &family[..family.iter().take_while(|&&lane| lane < self.lane).count()];
        while let Some((lane, request)) = take(&self.shared, urgent) {
            execute(&self.shared, &self.events, lane, request);
        }
    }

    /// Stays here while first results are held, and serves what is more urgent.
    pub fn after_first_results(&self) {
        while self.shared.holding.load(Ordering::Relaxed) && !self.cancel.load(Ordering::Relaxed) {
            self.yield_now();
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// All cores but a share for the window, where there are enough; at least as many
/// threads as there are lanes.
fn pool(name: &'static str, lanes: usize) -> Option<rayon::ThreadPool> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    rayon::ThreadPoolBuilder::new()
        .num_threads(if cores > 3 { cores - 1 } else { cores }.max(lanes))
        .thread_name(move |index| format!("followspot-{name}-{index}"))
        .build()
        .ok()
}

/// Blocks until there is work; `None` when the worker is to stop.
fn wait<E>(shared: &Shared<E>, lanes: &[Lane]) -> Option<(Lane, Request<E>)> {
    let mut queues = lock(&shared.queues);
    loop {
        // Whoever stops the worker has emptied the lanes that need not finish.
        if let Some(found) = next(&mut queues, lanes) {
            return Some(found);
        }
        if shared.stop.load(Ordering::Relaxed) {
            return None;
        }
        queues = shared
            .wake
            .wait(queues)
            .unwrap_or_else(PoisonError::into_inner);
    }
}

fn take<E>(shared: &Shared<E>, lanes: &[Lane]) -> Option<(Lane, Request<E>)> {
    next(&mut lock(&shared.queues), lanes)
}

/// Takes the most urgent request of those lanes, and marks it as running.
fn next<E>(queues: &mut [Queue<E>; LANES], lanes: &[Lane]) -> Option<(Lane, Request<E>)> {
    for &lane in lanes {
        let queue = &mut queues[lane as usize];
        if queue.running.is_none()
            && let Some(request) = queue.waiting.pop_front()
        {
            let cancel = Arc::clone(&request.cancel);
            queue.running = Some((request.generation, cancel, request.label.clone()));
            return Some((lane, request));
        }
    }
    None
}

fn execute<E: Send + 'static>(
    shared: &Arc<Shared<E>>,
    events: &Sender<Event<E>>,
    lane: Lane,
    request: Request<E>,
) {
    shared.done[lane as usize].store(0, Ordering::Relaxed);
    shared.total[lane as usize].store(0, Ordering::Relaxed);
    let context = Context {
        shared: Arc::clone(shared),
        events: events.clone(),
        lane,
        generation: request.generation,
        cancel: request.cancel,
    };
    let job = request.job;
    // That it runs is something to show.
    (shared.repaint)();
    // Nothing of the job's state outlives it, so nothing half-done is seen.
    let pool = match lane {
        Lane::Overview | Lane::Curve | Lane::Classes | Lane::Samples => &shared.curve_pool,
        // They compute nothing: a thread of the pool would only wait with them.
        Lane::Save | Lane::Hash | Lane::Thumbnails => &None,
        // What they compute must not stand before a sweep or a file.
        Lane::Preview | Lane::Export => &shared.export_pool,
        Lane::Load
        | Lane::Directions
        | Lane::Picture
        | Lane::Atlas
        | Lane::Heatmap
        | Lane::Sweep
        | Lane::Test => &shared.pool,
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| match pool {
        Some(pool) => pool.install(|| job(&context)),
        None => job(&context),
    }));
    lock(&shared.queues)[lane as usize].running = None;
    if let Err(panic) = outcome {
        let message = panic_text(&*panic);
        let _ = events.send(Event::Panicked {
            lane,
            generation: request.generation,
            message,
        });
    }
    (shared.repaint)();
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next_event(worker: &Worker<&'static str>) -> Event<&'static str> {
        worker
            .events
            .recv_timeout(Duration::from_secs(20))
            .unwrap_or_else(|e| panic!("nothing was said: {e}"))
    }

    fn said(worker: &Worker<&'static str>) -> &'static str {
        match next_event(worker) {
            Event::Said { message, .. } => message,
            Event::Panicked { message, .. } => panic!("{message}"),
        }
    }

    /// A job that runs until it is called off, in pieces.
    fn endless(context: &Context<&'static str>) {
        context.say("started");
        while !context.cancel().load(Ordering::Relaxed) {
            context.yield_now();
            std::thread::yield_now();
        }
        context.say("called off");
    }

    #[test]
    fn a_heatmap_runs_between_two_pieces_of_a_sweep() {
        let worker = Worker::new(|| ()).unwrap();
        worker.submit(Lane::Sweep, "sweep", endless);
        assert_eq!(said(&worker), "started");
        worker.submit(Lane::Heatmap, "heatmap", |context| context.say("heatmap"));
        assert_eq!(said(&worker), "heatmap");
        assert!(worker.is_busy(Lane::Sweep));
        worker.cancel(Lane::Sweep);
        assert_eq!(said(&worker), "called off");
    }

    #[test]
    fn first_results_stay_while_they_are_held() {
        let worker = Worker::new(|| ()).unwrap();
        worker.hold_first_results(true);
        worker.submit(Lane::Sweep, "sweep", |context| {
            context.say("first");
            context.after_first_results();
            context.say("all");
        });
        assert_eq!(said(&worker), "first");
        worker.submit(Lane::Heatmap, "heatmap", |context| context.say("heatmap"));
        assert_eq!(said(&worker), "heatmap");
        worker.hold_first_results(false);
        assert_eq!(said(&worker), "all");
    }

    #[test]
    fn a_curve_waits_for_no_piece_of_a_sweep() {
        let worker = Worker::new(|| ()).unwrap();
        worker.submit(Lane::Sweep, "sweep", |context| {
            context.say("started");
            // One long piece, which serves nobody.
            while !context.cancel().load(Ordering::Relaxed) {
                std::thread::yield_now();
            }
            context.say("called off");
        });
        assert_eq!(said(&worker), "started");
        worker.submit(Lane::Curve, "curve", |context| context.say("curve"));
        assert_eq!(said(&worker), "curve");
        worker.cancel(Lane::Sweep);
        assert_eq!(said(&worker), "called off");
    }

    #[test]
    fn an_export_holds_up_nothing_and_the_next_one_waits_for_it() {
        let worker = Worker::new(|| ()).unwrap();
        worker.submit(Lane::Export, "first", |context| {
            context.say("started");
            // One long piece, which serves nobody.
            while !context.cancel().load(Ordering::Relaxed) {
                std::thread::yield_now();
            }
            context.say("called off");
        });
        assert_eq!(said(&worker), "started");
        for lane in [Lane::Curve, Lane::Load, Lane::Sweep, Lane::Preview] {
            worker.submit(lane, "other", |context| context.say("other"));
            assert_eq!(said(&worker), "other");
        }
        worker.submit(Lane::Export, "second", |context| context.say("second"));
        assert!(worker.poll().is_none());
        // The lane is called off as a whole, then goes on.
        worker.cancel(Lane::Export);
        assert_eq!(said(&worker), "called off");
        worker.submit(Lane::Export, "third", |context| context.say("third"));
        assert_eq!(said(&worker), "third");
    }

    #[test]
    fn the_newest_sweep_supersedes_the_running_one_at_once() {
        let worker = Worker::new(|| ()).unwrap();
        let first = worker.submit(Lane::Sweep, "first", endless);
        assert_eq!(said(&worker), "started");
        let second = worker.submit(Lane::Sweep, "second", |context| context.say("second"));
        assert!(second > first);
        assert_eq!(said(&worker), "called off");
        assert_eq!(said(&worker), "second");
    }

    #[test]
    fn a_slow_load_does_not_hold_up_a_curve() {
        let worker = Worker::new(|| ()).unwrap();
        worker.submit(Lane::Load, "load", endless);
        assert_eq!(said(&worker), "started");
        worker.submit(Lane::Curve, "curve", |context| context.say("curve"));
        assert_eq!(said(&worker), "curve");
        assert!(worker.is_busy(Lane::Load));
        worker.cancel(Lane::Load);
        assert_eq!(said(&worker), "called off");
    }

    #[test]
    fn loads_queue() {
        let worker = Worker::new(|| ()).unwrap();
        for name in ["a", "b", "c"] {
            worker.submit(Lane::Load, name, move |context| context.say(name));
        }
        assert_eq!(
            [said(&worker), said(&worker), said(&worker)],
            ["a", "b", "c"]
        );
    }

    #[test]
    fn a_panic_is_reported_and_survived() {
        let worker = Worker::new(|| ()).unwrap();
        worker.submit(Lane::Sweep, "bad", |_| panic!("a broken job"));
        match next_event(&worker) {
            Event::Panicked { lane, message, .. } => {
                assert_eq!((lane, message.as_str()), (Lane::Sweep, "a broken job"));
            }
            Event::Said { message, .. } => panic!("{message}"),
        }
        worker.submit(Lane::Sweep, "good", |context| context.say("alive"));
        assert_eq!(said(&worker), "alive");
    }

    #[test]
    fn what_is_to_be_saved_is_saved_before_the_worker_ends() {
        let worker = Worker::new(|| ()).unwrap();
        let (sender, receiver) = channel();
        worker.submit(Lane::Save, "first", endless);
        for n in 0..3 {
            let sender = sender.clone();
            worker.submit(Lane::Save, "save", move |_| sender.send(n).unwrap());
        }
        worker.submit(Lane::Load, "load", endless);
        drop((worker, sender));
        assert_eq!(receiver.iter().collect::<Vec<_>>(), [0, 1, 2]);
    }

    #[test]
    fn dropping_the_worker_ends_its_thread() {
        let worker = Worker::new(|| ()).unwrap();
        worker.submit(Lane::Sweep, "sweep", endless);
        assert_eq!(said(&worker), "started");
        drop(worker);
    }
}
