//! Times as organisers write them, days off, and the calendar that the law lays around a vote.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod local_time {
    use isoloir_domain::local_time::*;
    use jiff::Timestamp;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_local_time_with_its_zone_is_an_instant() {
        let opens = Ok(at("2026-12-03T07:00:00Z"));
        for text in [
            "2026-12-03T08:00:00[Europe/Paris]",
            "2026-12-03T08:00[Europe/Paris]",
            "2026-12-03 08:00[Europe/Paris]",
            "2026-12-03T08:00:00+01:00[Europe/Paris]",
            "2026-12-03T11:00:00+04[Indian/Reunion]",
            "2026-12-03T07:00:00Z[UTC]",
        ] {
            assert_eq!(parse(text), opens, "{text}");
        }
    }

    #[test]
    fn the_hour_that_march_skips_does_not_exist_and_no_offset_makes_it_exist() {
        for text in [
            "2027-03-28T02:00:00[Europe/Paris]",
            "2027-03-28T02:59:59[Europe/Paris]",
            "2027-03-28T02:30:00+01:00[Europe/Paris]",
        ] {
            assert!(matches!(parse(text), Err(LocalTimeError::Skipped(_))), "{text}");
        }
        assert_eq!(
            parse("2027-03-28T01:59:59[Europe/Paris]"),
            Ok(at("2027-03-28T00:59:59Z"))
        );
        assert_eq!(
            parse("2027-03-28T03:00:00[Europe/Paris]"),
            Ok(at("2027-03-28T01:00:00Z"))
        );
    }

    #[test]
    fn the_hour_that_october_repeats_takes_an_offset() {
        let twice = parse("2026-10-25T02:30:00[Europe/Paris]");
        assert!(matches!(twice, Err(LocalTimeError::Twice { .. })), "{twice:?}");
        let words = twice.unwrap_err().message();
        assert!(
            words.fr.contains("2026-10-25T02:30:00+02") && words.en.contains("2026-10-25T02:30:00+01"),
            "{words:?}"
        );
        assert_eq!(
            parse("2026-10-25T02:30:00+02:00[Europe/Paris]"),
            Ok(at("2026-10-25T00:30:00Z"))
        );
        assert_eq!(
            parse("2026-10-25T02:30:00+01:00[Europe/Paris]"),
            Ok(at("2026-10-25T01:30:00Z"))
        );
        assert!(parse("2026-10-25T02:30:00+03:00[Europe/Paris]").is_err());
    }

    #[test]
    fn what_is_no_local_time_is_refused() {
        for text in [
            "",
            "2026-12-03",
            "2026-12-03[Europe/Paris]",
            "2026-12-03T08:00:00",
            "2026-12-03T08:00:00+01:00",
            "2026-12-03T08:00:00+1[Europe/Paris]",
            "2026-12-32T08:00:00[Europe/Paris]",
            "demain[Europe/Paris]",
        ] {
            assert_eq!(parse(text), Err(LocalTimeError::Malformed), "{text}");
        }
        let unknown = Err(LocalTimeError::UnknownZone("Europe/Valbrune".to_owned()));
        assert_eq!(parse("2026-12-03T08:00:00[Europe/Valbrune]"), unknown);
        assert!(matches!(
            parse("2026-12-03T08:00:00+02:00[Europe/Paris]"),
            Err(LocalTimeError::WrongOffset { .. })
        ));
    }

    #[test]
    fn what_is_written_reads_back() {
        for text in [
            "2026-10-25T00:30:00Z",
            "2026-10-25T01:30:00Z",
            "2026-07-14T10:00:01Z",
            "2027-03-28T01:00:00Z",
        ] {
            assert_eq!(parse(&write(at(text))), Ok(at(text)), "{}", write(at(text)));
        }
    }
}

mod holidays {
    use isoloir_domain::holidays::*;
    use jiff::ToSpan as _;
    use jiff::civil::date;

    #[test]
    fn easter_as_the_almanacs_have_it() {
        for (year, month, day) in [
            (1961, 4, 2),
            (2000, 4, 23),
            (2008, 3, 23),
            (2011, 4, 24),
            (2024, 3, 31),
            (2025, 4, 20),
            (2026, 4, 5),
            (2027, 3, 28),
            (2038, 4, 25),
        ] {
            let monday = date(year, month, day).tomorrow().unwrap();
            assert_eq!(
                day_off(monday),
                Some(DayOff::Holiday("lundi de Pâques", "Easter Monday"))
            );
        }
    }

    #[test]
    fn eleven_holidays_a_year() {
        for year in 2024..2040 {
            let days = date(year, 1, 1).series(1.day()).take_while(|day| day.year() == year);
            let holidays = days.filter(|day| matches!(day_off(*day), Some(DayOff::Holiday(..))));
            // In 2008 Ascension Day fell on the first of May; not in these years.
            assert_eq!(holidays.count(), 11, "{year}");
        }
        assert_eq!(
            day_off(date(2026, 5, 14)),
            Some(DayOff::Holiday("Ascension", "Ascension Day"))
        );
        assert_eq!(day_off(date(2026, 11, 28)), Some(DayOff::Saturday));
        assert_eq!(day_off(date(2026, 12, 3)), None);
    }
}

mod timetable {
    use isoloir_domain::holidays::DayOff;
    use isoloir_domain::timetable::*;
    use isoloir_domain::{Calendar, Policy, Profile};
    use jiff::civil::Date;
    use jiff::civil::date;
    use jiff::{SignedDuration, Timestamp};

    fn at(text: &str) -> Timestamp {
        isoloir_domain::local_time::parse(&format!("{text}[Europe/Paris]")).unwrap()
    }

    fn december() -> Calendar {
        Calendar::new(
            at("2026-12-03T08:00"),
            at("2026-12-10T17:00"),
            SignedDuration::from_mins(30),
        )
        .unwrap()
    }

    fn day_of(dates: &[Milestone], step: Step) -> Date {
        dates.iter().find(|date| date.step == step).unwrap().day
    }

    #[test]
    fn the_calendar_of_december_2026() {
        let dates = timetable(Profile::Cgfp2024, &december(), &Policy::default());
        let days: Vec<(Step, Date)> = dates.iter().map(|date| (date.step, date.day)).collect();
        let expected = [
            (Step::Candidacies, date(2026, 10, 22)),
            (Step::Lists, date(2026, 11, 18)),
            (Step::Expertise, date(2026, 11, 18)),
            (Step::Notices, date(2026, 11, 18)),
            (Step::Rolls, date(2026, 12, 2)),
            (Step::Sealing, date(2026, 12, 3)),
            (Step::Opening, date(2026, 12, 3)),
            (Step::Closing, date(2026, 12, 10)),
            (Step::Freeze, date(2026, 12, 10)),
            (Step::Retention, date(2028, 12, 10)),
        ];
        assert_eq!(days, expected);
        assert!(dates.iter().all(|date| !date.breaks_the_law()));
    }

    #[test]
    fn days_are_counted_across_the_change_of_hour() {
        // Six weeks before 3 December lies in summer time: the day ends at 22:00 UTC, not at 23:00.
        let dates = timetable(Profile::Cgfp2024, &december(), &Policy::default());
        let due = |step| dates.iter().find(|date| date.step == step).unwrap().due.to_string();
        assert_eq!(due(Step::Candidacies), "2026-10-22T22:00:00Z");
        assert_eq!(due(Step::Lists), "2026-11-18T23:00:00Z");
    }

    #[test]
    fn what_is_planned_too_late_breaks_the_law_to_the_second() {
        let breaks = |published: &str| {
            let mut policy = Policy::default();
            policy.candidates.published_from = Some(at(published));
            timetable(Profile::Cgfp2024, &december(), &policy)
                .iter()
                .any(Milestone::breaks_the_law)
        };
        assert!(!breaks("2026-11-18T23:59:59"));
        assert!(breaks("2026-11-19T00:00:00"));
    }

    #[test]
    fn a_list_is_filed_until_the_last_second() {
        let mut policy = Policy::default();
        assert_eq!(
            filing_ends(Profile::Cgfp2024, &december(), &policy),
            Some(at("2026-10-22T23:59:59"))
        );
        assert_eq!(filing_ends(Profile::Test, &december(), &policy), None);
        policy.candidates.filed_until = Some(at("2026-10-20T17:00"));
        assert_eq!(
            filing_ends(Profile::Cgfp2024, &december(), &policy),
            Some(at("2026-10-20T17:00"))
        );
        assert_eq!(
            filing_ends(Profile::Test, &december(), &policy),
            Some(at("2026-10-20T17:00"))
        );
    }

    #[test]
    fn holidays_are_said_and_deadlines_announced_a_week_before() {
        let calendar = Calendar::new(
            at("2026-11-26T08:00"),
            at("2026-12-03T17:00"),
            SignedDuration::from_mins(30),
        )
        .unwrap();
        let dates = timetable(Profile::Cgfp2024, &calendar, &Policy::default());
        assert_eq!(day_of(&dates, Step::Lists), date(2026, 11, 11));
        let lists = dates.iter().find(|date| date.step == Step::Lists).unwrap();
        assert!(matches!(lists.off, Some(DayOff::Holiday("armistice de 1918", _))));
        assert_eq!(lists.nearness(at("2026-11-03T12:00")), Nearness::Later(8));
        assert_eq!(lists.nearness(at("2026-11-04T00:00")), Nearness::Soon(7));
        assert_eq!(lists.nearness(at("2026-11-11T23:59:59")), Nearness::Soon(0));
        assert_eq!(lists.nearness(at("2026-11-12T00:00")), Nearness::Past);
    }

    #[test]
    fn each_profile_has_its_law() {
        let retention = |profile| {
            timetable(profile, &december(), &Policy::default())
                .last()
                .map(|date| (date.step, date.day))
        };
        assert_eq!(
            retention(Profile::Decree2011),
            Some((Step::Retention, date(2028, 12, 10)))
        );
        assert_eq!(retention(Profile::Cse), Some((Step::Retention, date(2026, 12, 25))));
        assert_eq!(retention(Profile::Test), Some((Step::Freeze, date(2026, 12, 10))));
    }
}
