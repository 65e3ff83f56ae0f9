//! Requests on their way, and what is shown meanwhile.

use std::time::{Duration, Instant};

use crate::worker::Generation;

/// A request on its way and the result that is shown meanwhile.
#[derive(Debug)]
pub struct Pending<K, T> {
    /// The last request and its number.
    pub asked: Option<(K, Generation)>,
    /// When it was made.
    pub since: Option<Instant>,
    /// What is to be asked for once the last request has shown something.
    pub held: Option<K>,
    /// A request that was called off or failed: not made again by itself.
    pub refused: Option<K>,
    /// The last result and what it answers.
    pub shown: Option<(K, T)>,
    /// Number of the request that it answers.
    pub answered: Generation,
}

impl<K, T> Default for Pending<K, T> {
    fn default() -> Self {
        Self {
            asked: None,
            since: None,
            held: None,
            refused: None,
            shown: None,
            answered: 0,
        }
    }
}

impl<K: Clone + PartialEq, T> Pending<K, T> {
    /// Whether `key` was neither asked for last nor called off.
    pub fn needs(&mut self, key: &K) -> bool {
        self.held = None;
        let asked = self.asked.as_ref().is_some_and(|(asked, _)| asked == key);
        !asked && self.refused.as_ref() != Some(key)
    }

    /// Remembers a request.
    pub fn ask(&mut self, key: K, generation: Generation) {
        self.asked = Some((key, generation));
        self.since = Some(Instant::now());
        self.refused = None;
    }

    /// Puts a request off until the last has shown something.
    pub fn hold(&mut self, key: K) {
        self.held = Some(key);
    }

    /// Whether the last request has shown nothing yet and is not older than that.
    pub fn is_fresh(&self, age: Duration) -> bool {
        let waits = self
            .asked
            .as_ref()
            .is_some_and(|(_, generation)| *generation != self.answered);
        waits && self.since.is_some_and(|since| since.elapsed() < age)
    }

    /// The last request was called off, or failed.
    pub fn refuse(&mut self) {
        if self.is_stale() {
            self.call_off();
        }
    }

    /// The last request was called off, though it may have shown something.
    pub fn call_off(&mut self) {
        let asked = self.asked.take().map(|(key, _)| key);
        if let Some(key) = self.held.take().or(asked) {
            self.refused = Some(key);
        }
    }

    /// Asks again, whatever was called off.
    pub fn retry(&mut self) {
        self.asked = None;
        self.held = None;
        self.refused = None;
    }

    /// Takes a result if it answers the last request, and gives back what it
    /// replaces; else gives it back itself.
    pub fn accept(&mut self, generation: Generation, result: T) -> Result<Option<T>, T> {
        match &self.asked {
            Some((key, asked)) if *asked == generation => {
                let key = key.clone();
                Ok(self.show(key, generation, result))
            }
            _ => Err(result),
        }
    }

    /// Takes a result, though another was asked for since, if it is not older than
    /// what is shown; gives back as [`Pending::accept`] does.
    pub fn accept_newer(
        &mut self,
        key: K,
        generation: Generation,
        result: T,
    ) -> Result<Option<T>, T> {
        if self.asked.is_none() || generation < self.answered {
            return Err(result);
        }
        Ok(self.show(key, generation, result))
    }

    /// Shows a result that came without being asked for, and gives back what it
    /// replaces.
    pub fn adopt(&mut self, key: K, generation: Generation, result: T) -> Option<T> {
        self.ask(key.clone(), generation);
        self.held = None;
        self.show(key, generation, result)
    }

    fn show(&mut self, key: K, generation: Generation, result: T) -> Option<T> {
        self.answered = generation;
        self.shown.replace((key, result)).map(|(_, old)| old)
    }

    /// The shown result.
    pub fn result(&self) -> Option<&T> {
        self.shown.as_ref().map(|(_, result)| result)
    }

    /// Whether what is shown answers another request than the last.
    pub fn is_stale(&self) -> bool {
        let asked = self.asked.as_ref().map(|(key, _)| key);
        let last = self.held.as_ref().or(asked).or(self.refused.as_ref());
        match (last, &self.shown) {
            (Some(last), Some((shown, _))) => last != shown,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }

    /// Whether the last request was called off or failed.
    pub fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    /// Forgets all, and gives back what was shown.
    pub fn clear(&mut self) -> Option<T> {
        std::mem::take(self).shown.map(|(_, shown)| shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_that_answers_no_request_is_dropped() {
        let mut pending: Pending<u8, &str> = Pending::default();
        pending.ask(1, 10);
        pending.ask(2, 11);
        assert_eq!(pending.accept(10, "superseded"), Err("superseded"));
        assert!(pending.result().is_none() && pending.is_stale());
        assert_eq!(pending.accept(11, "new"), Ok(None));
        assert_eq!(pending.result(), Some(&"new"));
        assert!(!pending.is_stale() && !pending.needs(&2) && pending.needs(&3));
    }

    #[test]
    fn a_result_of_an_older_request_is_shown_until_a_newer_one_is() {
        let mut pending: Pending<u8, &str> = Pending::default();
        pending.ask(1, 10);
        pending.ask(2, 11);
        assert_eq!(pending.accept_newer(1, 10, "sample of 1"), Ok(None));
        assert!(pending.is_stale() && pending.is_fresh(Duration::from_mins(1)));
        assert_eq!(
            pending.accept_newer(2, 11, "sample of 2"),
            Ok(Some("sample of 1"))
        );
        assert!(!pending.is_stale() && !pending.is_fresh(Duration::from_mins(1)));
        assert_eq!(pending.accept_newer(1, 10, "all of 1"), Err("all of 1"));
        assert_eq!(
            pending.accept_newer(2, 11, "all of 2"),
            Ok(Some("sample of 2"))
        );
        pending.call_off();
        assert!(pending.is_refused() && !pending.needs(&2));
        assert_eq!(pending.accept_newer(2, 11, "late"), Err("late"));
    }

    #[test]
    fn what_is_held_makes_the_shown_stale_and_is_called_off_with_the_rest() {
        let mut pending: Pending<u8, &str> = Pending::default();
        pending.ask(1, 10);
        assert_eq!(pending.accept(10, "one"), Ok(None));
        assert!(pending.needs(&2));
        pending.hold(2);
        assert!(pending.is_stale());
        pending.refuse();
        assert!(!pending.needs(&2) && pending.needs(&1));
        // Back where it was: nothing is held.
        pending.ask(1, 12);
        pending.hold(2);
        assert!(!pending.needs(&1) && !pending.is_stale());
    }

    #[test]
    fn what_was_called_off_is_not_asked_again_until_something_changes() {
        let mut pending: Pending<u8, &str> = Pending::default();
        pending.ask(1, 10);
        pending.refuse();
        assert!(!pending.needs(&1) && pending.needs(&2) && pending.is_stale());
        pending.ask(2, 11);
        assert!(pending.needs(&1));
        pending.refuse();
        pending.retry();
        assert!(pending.needs(&2));
    }
}
