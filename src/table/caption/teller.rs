//! The parts of a caption, in words.

use super::{CaptionFormat, PROJECTIONS, Planes, SPOTLIGHT, Shown, is_resonance, sums_up};
use crate::data::{Center, Flatten};
use crate::session::{Provenance, Source};
use crate::srm::{Epsilon, EpsilonChoice, Plane, PlaneMode};
use crate::words::{letter, percent, thousands};

/// Planes and files that are named one by one.
const NAMED: usize = 4;

/// Tells the parts of a caption, each without its full stop.
pub(super) struct Teller<'a> {
    pub format: CaptionFormat,
    pub record: &'a Provenance,
}

impl Teller<'_> {
    fn sources(&self) -> &[Source] {
        self.record.samples.sources()
    }

    fn sum(&self, of: fn(&Source) -> usize) -> u64 {
        self.sources().iter().map(|source| of(source) as u64).sum()
    }

    fn n_neurons(&self) -> usize {
        self.sources().first().map_or(0, |source| source.shape[1])
    }

    /// `m`: vectors of the basis.
    fn vectors_in_all(&self) -> usize {
        let basis = self.record.basis.as_ref();
        basis.map_or_else(|| self.n_neurons(), |basis| basis.shape[0])
    }

    fn vector_noun(&self) -> &'static str {
        match self.record.basis {
            None => "neuron",
            Some(_) => "basis vector",
        }
    }

    /// Vectors among which planes are made, where that is not all.
    fn chosen(&self) -> Option<usize> {
        let neurons = &self.record.options.neurons;
        let count = (!neurons.is_all()).then(|| neurons.count(self.vectors_in_all()))?;
        count.filter(|&count| count < self.vectors_in_all())
    }

    /// "The planes are those among 64 of 384 neurons (0:64); norms are over all 384".
    /// Said where it bears on what is shown: a single curve has it only in an `ε` that
    /// was set by it.
    pub fn among(&self, shown: &Shown<'_>) -> Option<String> {
        let chosen = self.chosen()?;
        let format = self.format;
        let auto = self.record.options.epsilon == EpsilonChoice::Auto;
        let subject = match (sums_up(shown), auto) {
            (true, _) => "The planes are those among",
            (false, true) => "The automatic half-angle goes by the planes among",
            (false, false) => return None,
        };
        let all = format.counted(self.vectors_in_all() as u64, self.vector_noun());
        let norms = match self.record.basis {
            None => String::new(),
            Some(_) => " neurons".to_owned(),
        };
        Some(format!(
            "{subject} {} of {all} ({}); norms are over all {}{norms}",
            format.number(&thousands(chosen as u64)),
            format.words(&self.record.options.neurons.to_string()),
            format.number(&thousands(self.n_neurons() as u64)),
        ))
    }

    /// "Signed spotlight resonance (cited) of a.npy (N = 3 samples, d = 2 neurons)".
    pub fn subject(&self, shown: &Shown<'_>) -> String {
        let format = self.format;
        let (method, paper) = match (is_resonance(shown), self.record.options.signed) {
            (false, _) => ("Privileged-plane projections", PROJECTIONS),
            (true, true) => ("Signed spotlight resonance", SPOTLIGHT),
            (true, false) => ("Spotlight resonance", SPOTLIGHT),
        };
        let n_samples = self.sum(|source| source.shape[0] - source.excluded_rows);
        let mut facts = format!(
            "{} samples, {} neurons",
            format.equation("N", &thousands(n_samples)),
            format.equation("d", &thousands(self.n_neurons() as u64)),
        );
        if let Some(basis) = &self.record.basis {
            facts.push_str(", basis of ");
            facts.push_str(&format.number(&thousands(basis.shape[0] as u64)));
            facts.push_str(" vectors ");
            facts.push_str(&self.file(&basis.file_name, basis.key.as_deref()));
        }
        format!(
            "{method}{} of {} ({facts})",
            format.citation(paper),
            self.files()
        )
    }

    /// The files that the samples came from.
    fn files(&self) -> String {
        let sources = self.sources();
        let name = |source: &Source| self.file(&source.file_name, source.key.as_deref());
        if let [only] = sources {
            return name(only);
        }
        let named = if sources.len() > NAMED {
            1
        } else {
            sources.len()
        };
        let mut names: Vec<String> = sources.iter().take(named).map(name).collect();
        let more = (sources.len() - named) as u64;
        if more > 0 {
            names.push(format!("{} more", self.format.number(&thousands(more))));
        }
        let merged = self.format.number(&thousands(sources.len() as u64));
        format!("{merged} merged parts, {}", list(&names))
    }

    fn file(&self, name: &str, key: Option<&str>) -> String {
        let name = self.format.quoted(name);
        match key {
            None => name,
            Some(key) => format!("{name} (array {})", self.format.quoted(key)),
        }
    }

    pub fn shown(&self, shown: &Shown<'_>) -> String {
        let format = self.format;
        match shown {
            Shown::Curves([only]) => format!("the plane {}", format.plane(*only)),
            Shown::Curves(planes) if planes.len() > NAMED => {
                format.counted(planes.len() as u64, "plane")
            }
            Shown::Curves(planes) => {
                let names: Vec<String> = planes.iter().map(|&plane| format.plane(plane)).collect();
                format!("the planes {}", list(&names))
            }
            Shown::Ensemble(planes) => format!(
                "mean {} standard deviation over {}",
                format.plus_minus(),
                self.planes(*planes)
            ),
            Shown::Heatmap { planes, order } => format!(
                "{} over the angle, ordered by {}",
                self.planes(*planes),
                format.words(order)
            ),
            Shown::Atlas { planes, quantity } => format!(
                "{} of {}, one cell each",
                format.words(quantity),
                self.planes(*planes)
            ),
            Shown::Scale { plane, excess } => {
                let over = if *excess {
                    " over that of isotropic data"
                } else {
                    ""
                };
                let plane = format.plane(*plane);
                format!("the plane {plane} at every half-angle, fraction of samples{over}")
            }
            Shown::Projection {
                plane,
                planes,
                drawn,
            } => {
                let drawn = format.words(drawn);
                let on = match plane {
                    Some(plane) => format!("the plane {}", format.plane(*plane)),
                    None => self.planes(*planes),
                };
                format!("projections of the samples on {on}, {drawn}")
            }
            Shown::Directions {
                counts: [shown, lit, in_all],
            } => {
                if *lit == 0 {
                    return format!(
                        "the {}, none of which is lit",
                        format.counted(*in_all, "privileged direction")
                    );
                }
                let (lit, in_all) = (thousands(*lit), thousands(*in_all));
                format!(
                    "the {}, of {} that are lit and {} in all",
                    format.counted(*shown, "most lit privileged direction"),
                    format.number(&lit),
                    format.number(&in_all)
                )
            }
            Shown::Panels(panels) => {
                let lettered = |(place, panel): (usize, &Shown<'_>)| {
                    format!("({}) {}", letter(place), self.shown(panel))
                };
                let panels: Vec<String> = panels.iter().enumerate().map(lettered).collect();
                panels.join("; ")
            }
        }
    }

    fn planes(&self, Planes { swept, in_all }: Planes) -> String {
        let format = self.format;
        let mode = match self.record.options.planes {
            PlaneMode::Combinations => format.math("i < j"),
            PlaneMode::Permutations => {
                format!("{} and {}", format.math("(i, j)"), format.math("(j, i)"))
            }
        };
        let all = format.number(&thousands(in_all));
        let among = self.chosen().map_or_else(String::new, |chosen| {
            format!(
                " among {}",
                format.counted(chosen as u64, self.vector_noun())
            )
        });
        if (swept, in_all) == (1, 1) {
            return format!("the only plane{among} ({mode})");
        }
        if swept == in_all {
            return format!("all {all} planes{among} ({mode})");
        }
        let drawn = match (self.record.options.max_planes, self.record.options.seed) {
            (Some(_), seed) => format!(", drawn at random with seed {}", seed.unwrap_or(0)),
            (None, _) => String::new(),
        };
        let swept = format.number(&thousands(swept));
        format!("{swept} of {all} planes{among} ({mode}{drawn})")
    }

    /// `ε`: as it was given, or rounded down.
    fn epsilon_text(&self) -> String {
        let epsilon = Epsilon::clamped(self.record.epsilon);
        self.record.options.epsilon.tells(epsilon)
    }

    /// What is counted, and how.
    pub fn method(&self, shown: &Shown<'_>) -> String {
        let format = self.format;
        let epsilon = Epsilon::clamped(self.record.epsilon);
        let share = format.percent(&percent(epsilon.null_share(self.n_neurons())));
        let chosen = match self.record.options.epsilon {
            EpsilonChoice::Value(_) => format!("; it would light {share} of isotropic data"),
            EpsilonChoice::NullShare(_) => {
                format!(", set to light {share} of isotropic data")
            }
            EpsilonChoice::Auto => {
                format!(", set automatically; it would light {share} of isotropic data")
            }
        };
        let scale = format.equation("ε", &self.epsilon_text());
        let half_angle = format.degrees(&format!("{:.1}", epsilon.half_angle_deg()));
        if let Shown::Directions { .. } = shown {
            return format!(
                "A bar is the fraction of samples within a cone of half-angle {half_angle} \
                 ({scale}{chosen}) around the direction"
            );
        }
        let less = if self.record.options.signed {
            ", less the fraction within the opposite cone"
        } else {
            ""
        };
        let (whose, turns) = match shown {
            Shown::Curves([Plane { i, j }]) => {
                let (from, towards) = (format.vector(*i), format.vector(*j));
                ("The curve", format!("from {from} towards {towards}"))
            }
            _ => (
                "A plane's curve",
                "from its first vector towards its second".to_owned(),
            ),
        };
        let angles = format.counted(self.record.options.angles as u64, "angle");
        let all_round = format.math("2π");
        format!(
            "{whose} is the fraction of samples within a cone of half-angle {half_angle} \
             ({scale}{chosen}) around a probe that turns {turns} in {angles} from 0 to \
             {all_round}{less}"
        )
    }

    /// What a scale view is.
    pub fn scaled(&self, shown: &Shown<'_>) -> String {
        let format = self.format;
        let less = if self.record.options.signed {
            ", less the fraction within the opposite cone"
        } else {
            ""
        };
        let line = format.equation("ε", &self.epsilon_text());
        let turns = match shown {
            Shown::Scale {
                plane: Plane { i, j },
                ..
            } => format!("from {} towards {}", format.vector(*i), format.vector(*j)),
            _ => "from its first vector towards its second".to_owned(),
        };
        let angles = format.counted(self.record.options.angles as u64, "angle");
        let (scale, all_round) = (format.math("ε"), format.math("2π"));
        format!(
            "A point of the picture is the fraction of samples within a cone around a probe that \
             turns {turns} in {angles} from 0 to {all_round}{less}, the cosine of the cone's \
             half-angle being {scale}; the line is at {line}"
        )
    }

    /// Which samples are projected.
    pub fn projected(&self, shown: &Shown<'_>) -> String {
        let format = self.format;
        // Said already where nothing else is shown.
        let beside = is_resonance(shown);
        let cited = beside.then(|| format.citation(PROJECTIONS));
        let cited = cited.unwrap_or_default();
        let scale = format.equation("ε", &self.epsilon_text());
        format!(
            "A sample is kept in a plane if its projection on it has at least {scale} of its norm, \
             and drawn at its coordinates there{cited}"
        )
    }

    pub fn vectors(&self) -> String {
        let vector = self.format.any_vector();
        let index = self.format.math("i");
        match &self.record.basis {
            None => format!("{vector} is neuron {index}, counted from 0"),
            Some(basis) => {
                let name = self.format.quoted(&basis.file_name);
                format!("{vector} is row {index} of {name}, counted from 0")
            }
        }
    }

    /// How an array of more axes became samples, where all were read alike.
    pub fn positions(&self) -> Option<String> {
        let flatten = self.common(|source| source.read_as.flatten)?;
        Some(match flatten {
            Flatten::Positions => "Every position of the array is a sample".to_owned(),
            Flatten::Mean => "A sample is the mean over its positions".to_owned(),
            Flatten::Max => "A sample is the largest value over its positions".to_owned(),
            Flatten::Position(place) => {
                let place = self.format.number(&place.to_string());
                format!("A sample is its position {place}, counted from 0")
            }
        })
    }

    /// That only some of the rows were read.
    pub fn part(&self) -> Option<String> {
        let [only] = self.sources() else {
            return None;
        };
        let read_as = &only.read_as;
        let range = read_as
            .rows
            .map(|rows| self.format.words(&rows.to_string()));
        let Some(most) = read_as.sample_rows else {
            return range.map(|range| format!("Only the rows {range} are read"));
        };
        let of = range.map_or_else(String::new, |range| format!(" of the rows {range}"));
        Some(format!(
            "At most {}{of} are read, drawn at random (seed {})",
            self.format.counted(most as u64, "row"),
            self.format.number(&read_as.seed.unwrap_or(0).to_string())
        ))
    }

    /// What all sources have in common.
    fn common<T: PartialEq>(&self, of: impl Fn(&Source) -> Option<T>) -> Option<T> {
        let (first, others) = self.sources().split_first()?;
        let first = of(first);
        let same = others.iter().all(|other| of(other) == first);
        first.filter(|_| same)
    }

    pub fn centred(&self) -> Option<String> {
        let is_centred = |source: &Source| source.read_as.center == Some(Center::Mean);
        self.sources()
            .iter()
            .any(is_centred)
            .then(|| "From each neuron its mean over the samples is subtracted first".to_owned())
    }

    pub fn left_out(&self) -> Option<String> {
        let rows = self.sum(|source| source.excluded_rows);
        let hold = if rows == 1 { "holds" } else { "hold" };
        let are = if rows == 1 { "is" } else { "are" };
        (rows > 0).then(|| {
            format!(
                "{} that {hold} a NaN or an infinity {are} left out of {}",
                self.format.counted(rows, "row"),
                self.format.math("N")
            )
        })
    }

    pub fn zero(&self) -> Option<String> {
        let rows = self.sum(|source| source.zero_rows);
        let are = if rows == 1 { "is" } else { "are" };
        let lit = if self.record.epsilon > 0.0 {
            "never"
        } else {
            "always"
        };
        (rows > 0).then(|| {
            let rows = self.format.counted(rows, "row");
            format!("{rows} {are} zero and {lit} within the cone")
        })
    }
}

/// "a, b and c".
fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
