//! Runs hostile inputs by the million and keeps those that something is wrong with.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::Parser;
use followspot_fuzz::check::{Reached, Wrong, check, most_memory};
use followspot_fuzz::corpus::{Format, Seed, corpus};
use followspot_fuzz::memory::{self, Counting};
use followspot_fuzz::mutate::{Input, input};
use followspot_fuzz::random::Random;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Longest time for one input.
const PATIENCE: Duration = Duration::from_secs(5);

/// Findings of one kind that are kept.
const KEPT: usize = 3;

/// Gives Followspot's readers files that are wrong in every way.
#[derive(Parser)]
struct Args {
    /// Seed of the inputs; the same seed, format and corpus make the same ones.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of the first input.
    #[arg(long, default_value_t = 0)]
    start: u64,
    /// Stops after so many inputs.
    #[arg(long)]
    iterations: Option<u64>,
    /// Stops after so many seconds; 60 where neither is given.
    #[arg(long)]
    seconds: Option<u64>,
    /// Folder of valid files.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data"))]
    corpus: PathBuf,
    /// npy, npz, safetensors, torch, csv, hdf5, session, other or all.
    #[arg(long, default_value = "all")]
    format: String,
    /// Folder for inputs that something is wrong with.
    #[arg(long, default_value = "target/fuzz-findings")]
    findings: PathBuf,
    /// Gives the readers this file only, and says what is wrong with it.
    #[arg(long)]
    replay: Option<PathBuf>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(what) => {
            eprintln!("followspot-fuzz: {what}");
            ExitCode::from(2)
        }
    }
}

/// Runs as the arguments say. Returns how many inputs something was wrong with.
fn run(args: &Args) -> Result<u64, String> {
    listen();
    // Within a pool of one thread nothing waits for another.
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .map_err(|error| error.to_string())?;
    let bench = Arc::new(Bench::new(args)?);
    watch(Arc::clone(&bench))?;
    if let Some(path) = &args.replay {
        return pool.install(|| replay(&bench, path));
    }
    let seeds = corpus(&args.corpus)
        .map_err(|error| format!("cannot read {}: {error}", args.corpus.display()))?;
    let formats = wanted(args, &seeds)?;
    pool.install(|| Ok(many(args, &bench, &seeds, &formats)))
}

/// The formats that are asked for and that there are files of.
fn wanted(args: &Args, seeds: &[Seed]) -> Result<Vec<Format>, String> {
    let there = |format: &Format| seeds.iter().any(|seed| seed.format == *format);
    if args.format == "all" {
        return Ok(Format::ALL.into_iter().filter(there).collect());
    }
    let format = args.format.parse()?;
    if there(&format) {
        Ok(vec![format])
    } else {
        Err(format!("no {} file is in the corpus", format.name()))
    }
}

/// What came of the inputs of a format.
#[derive(Clone, Debug, Default)]
struct Count {
    inputs: u64,
    listed: u64,
    read: u64,
    wrong: u64,
    peak: usize,
    time: Duration,
}

/// Runs inputs until it is enough. Returns how many something was wrong with.
fn many(args: &Args, bench: &Bench, seeds: &[Seed], formats: &[Format]) -> u64 {
    let begun = Instant::now();
    let seconds = args.seconds.or(args.iterations.is_none().then_some(60));
    let end = args
        .iterations
        .map_or(u64::MAX, |most| args.start.saturating_add(most));
    let mut counts = vec![Count::default(); formats.len()];
    let mut told = begun;
    for iteration in args.start..end {
        if seconds.is_some_and(|most| begun.elapsed().as_secs() >= most) {
            break;
        }
        let place = (iteration % formats.len() as u64) as usize;
        let (format, count) = (formats[place], &mut counts[place]);
        let made = input(seeds, format, &mut Random::new(args.seed, iteration));
        let label = format!("{}-{}-{iteration}", format.name(), args.seed);
        let start = Instant::now();
        let (tried, peak) = bench.try_one(&label, made);
        count.time += start.elapsed();
        count.inputs += 1;
        count.peak = count.peak.max(peak);
        match tried {
            Ok(reached) => {
                count.listed += u64::from(reached >= Reached::Listed);
                count.read += u64::from(reached == Reached::Read);
            }
            Err(_) => count.wrong += 1,
        }
        if told.elapsed() > Duration::from_mins(1) {
            told = Instant::now();
            eprintln!(
                "{} inputs after {} s",
                iteration + 1 - args.start,
                begun.elapsed().as_secs()
            );
        }
    }
    tell(formats, &counts, args.seed, begun.elapsed());
    counts.iter().map(|count| count.wrong).sum()
}

fn tell(formats: &[Format], counts: &[Count], seed: u64, time: Duration) {
    let mut lines = String::from(
        "format            inputs     listed       read    wrong   peak MB  inputs/s\n",
    );
    for (format, count) in formats.iter().zip(counts) {
        let _ = writeln!(
            lines,
            "{:<12} {:>11} {:>10} {:>10} {:>8} {:>9.1} {:>9.0}",
            format.name(),
            count.inputs,
            count.listed,
            count.read,
            count.wrong,
            count.peak as f64 / 1e6,
            count.inputs as f64 / count.time.as_secs_f64().max(1e-9),
        );
    }
    let inputs: u64 = counts.iter().map(|count| count.inputs).sum();
    let wrong: u64 = counts.iter().map(|count| count.wrong).sum();
    let _ = writeln!(
        lines,
        "{inputs} inputs with seed {seed} in {:.0} s, {wrong} of them with findings",
        time.as_secs_f64()
    );
    let _ = std::io::stdout().write_all(lines.as_bytes());
}

/// Gives one file to the readers.
fn replay(bench: &Bench, path: &Path) -> Result<u64, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let input = Input {
        name: name.into_owned(),
        bytes,
    };
    let (tried, peak) = bench.try_one("replayed", input);
    println(&format!("{tried:?}, at most {peak} bytes held"));
    Ok(u64::from(tried.is_err()))
}

fn println(line: &str) {
    let _ = std::io::stdout().write_all(format!("{line}\n").as_bytes());
}

/// What a panic said last, and where.
static SAID: Mutex<Option<String>> = Mutex::new(None);

/// Notes what panics say instead of printing it.
fn listen() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let what = info.payload_as_str().unwrap_or("something");
        let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
        said.get_or_insert_with(|| format!("panicked at {place}: {what}"));
    }));
}

/// Where inputs are tried.
struct Bench {
    findings: PathBuf,
    /// The number of the input that is tried, should the program end with it.
    progress: Mutex<File>,
    /// What is tried, and since when.
    under_way: Mutex<Option<UnderWay>>,
    /// What was found, in kinds.
    kinds: Mutex<Vec<(String, usize)>>,
    done: AtomicBool,
}

/// An input that is tried: since when, its label, its name and its bytes.
type UnderWay = (Instant, String, String, Arc<[u8]>);

impl Drop for Bench {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
    }
}

impl Bench {
    fn new(args: &Args) -> Result<Self, String> {
        let folder = &args.findings;
        let io = |error| format!("cannot write to {}: {error}", folder.display());
        std::fs::create_dir_all(folder).map_err(io)?;
        let progress = folder.join(format!("last-{}-{}", args.format, args.seed));
        Ok(Self {
            findings: folder.clone(),
            progress: Mutex::new(File::create(progress).map_err(io)?),
            under_way: Mutex::default(),
            kinds: Mutex::default(),
            done: AtomicBool::new(false),
        })
    }

    /// Tries an input. Returns how far it came, and the most memory that was held.
    fn try_one(&self, label: &str, input: Input) -> (Result<Reached, Wrong>, usize) {
        let bytes: Arc<[u8]> = input.bytes.into();
        self.note(label);
        let entry = (
            Instant::now(),
            label.to_owned(),
            input.name.clone(),
            Arc::clone(&bytes),
        );
        *lock(&self.under_way) = Some(entry);
        *lock(&SAID) = None;
        let before = memory::reset();
        let tried = catch_unwind(AssertUnwindSafe(|| check(&input.name, &bytes)));
        let peak = memory::peak().saturating_sub(before);
        *lock(&self.under_way) = None;
        let most = most_memory(&bytes);
        let tried = match tried {
            Err(_) => Err(Wrong(lock(&SAID).take().unwrap_or_default())),
            Ok(Ok(_)) if peak > most => Err(Wrong(format!(
                "takes memory beyond its size: {peak} bytes held for a file of {}",
                bytes.len()
            ))),
            Ok(tried) => tried,
        };
        if let Err(wrong) = &tried {
            self.keep(label, &input.name, &bytes, wrong);
        }
        (tried, peak)
    }

    /// Writes down which input is tried.
    fn note(&self, label: &str) {
        let mut file = lock(&self.progress);
        let _ = file.seek(SeekFrom::Start(0));
        let _ = file.write_all(format!("{label:<60}\n").as_bytes());
    }

    /// Keeps an input that something is wrong with.
    fn keep(&self, label: &str, name: &str, bytes: &[u8], wrong: &Wrong) {
        let kind: String = wrong.0.split(':').take(3).collect::<Vec<_>>().join(":");
        let kind: String = kind
            .chars()
            .filter(|c| !c.is_ascii_digit())
            .take(60)
            .collect();
        let mut kinds = lock(&self.kinds);
        let known = kinds.iter().position(|(known, _)| *known == kind);
        let place = known.unwrap_or_else(|| {
            kinds.push((kind, 0));
            kinds.len() - 1
        });
        kinds[place].1 += 1;
        let seen = kinds[place].1;
        if seen > KEPT {
            return;
        }
        let file = format!("{label}.{}", name.rsplit('.').next().unwrap_or_default());
        let shown: String = wrong.0.chars().take(500).collect();
        eprintln!("{file}: {shown}");
        let kept = std::fs::write(self.findings.join(&file), bytes)
            .and_then(|()| std::fs::write(self.findings.join(format!("{label}.why")), &wrong.0));
        if let Err(error) = kept {
            eprintln!("{file} cannot be kept: {error}");
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends the program if an input takes too long: nothing else stops it.
fn watch(bench: Arc<Bench>) -> Result<(), String> {
    let look = move || {
        while !bench.done.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(200));
            let under_way = lock(&bench.under_way);
            let Some((since, label, name, bytes)) = &*under_way else {
                continue;
            };
            if since.elapsed() > PATIENCE {
                let wrong = Wrong(format!("takes longer than {} s", PATIENCE.as_secs()));
                bench.keep(label, name, bytes, &wrong);
                std::process::exit(1);
            }
        }
    };
    let thread = std::thread::Builder::new().name("watch".to_owned());
    thread
        .spawn(look)
        .map(drop)
        .map_err(|error| error.to_string())
}
