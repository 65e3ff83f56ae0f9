//! When a figure was made, for those who want it in the file.

use std::time::{SystemTime, UNIX_EPOCH};

/// A moment, in UTC, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// Year.
    pub year: u16,
    /// Month from 1 on.
    pub month: u8,
    /// Day from 1 on.
    pub day: u8,
    /// Hour.
    pub hour: u8,
    /// Minute.
    pub minute: u8,
    /// Second.
    pub second: u8,
}

const DAY: u64 = 24 * 60 * 60;

impl Date {
    /// So many seconds after the beginning of 1970, up to the year 9999.
    #[must_use]
    pub fn of_unix(seconds: u64) -> Self {
        const LAST: u64 = 253_402_300_799;
        let seconds = seconds.min(LAST);
        let (days, rest) = (seconds / DAY, seconds % DAY);
        // Howard Hinnant's civil_from_days: years begin in March, eras are 400 years.
        let days = days + 719_468;
        let (era, day_of_era) = (days / 146_097, days % 146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        Self {
            year: year as u16,
            month: month as u8,
            day: day as u8,
            hour: (rest / 3600) as u8,
            minute: (rest / 60 % 60) as u8,
            second: (rest % 60) as u8,
        }
    }

    /// Now, or what `SOURCE_DATE_EPOCH` says it is, so that a build is the same
    /// whenever it is made.
    ///
    /// # Errors
    /// If that variable holds no number of seconds.
    pub fn now() -> Result<Self, String> {
        let Ok(text) = std::env::var("SOURCE_DATE_EPOCH") else {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            return Ok(Self::of_unix(since.map_or(0, |since| since.as_secs())));
        };
        text.trim().parse().map(Self::of_unix).map_err(|_| {
            format!("SOURCE_DATE_EPOCH is `{text}`, but must be a whole number of seconds")
        })
    }

    /// As `2026-11-24T08:53:56Z`.
    #[must_use]
    pub fn iso(&self) -> String {
        let Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
        } = self;
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_dates() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (u64::MAX, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(Date::of_unix(seconds).iso(), expected);
        }
    }
}
