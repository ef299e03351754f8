//! The plan in the countries whose languages the pages speak, and whose ways of writing differ.

use super::*;
use proptest::prelude::*;

fn plan() -> NumberingPlan {
    NumberingPlan {
        allowed: ["+49", "+43", "5xx"].map(Into::into).into(),
        forbidden: vec!["+49900".into()],
        country_code: "49".into(),
        ..NumberingPlan::default()
    }
}

#[test]
fn what_people_write_becomes_one_number() {
    for typed in [
        "+49 711 123-4567",
        "0049 (711) 1234567",
        "0711/123.4567",
        "+49 (0) 711 123 4567",
        " +49\u{a0}711\u{2011}1234567\u{202c}",
        "+\u{664}\u{669}7111234567",
    ] {
        assert_eq!(plan().number(typed).as_deref(), Ok("+497111234567"), "{typed}");
    }
    assert_eq!(plan().number("5 49").as_deref(), Ok("549"), "an extension stays one");
}

#[test]
fn what_is_outside_is_told_apart() {
    use Outside::{Empty, Forbidden, NoNumber, NotAllowed, TooLong, TooShort};
    let cases = [
        ("", Empty),
        (" - ", Empty),
        ("+", NoNumber),
        ("sip:kim@example", NoNumber),
        ("49+711", NoNumber),
        ("+0711123", NoNumber),
        ("12", TooShort(3)),
        ("0", TooShort(3)),
        ("00", TooShort(3)),
        ("000", TooShort(3)),
        ("0049 0", TooShort(3)),
        ("+49 000", NoNumber),
        ("+44 00 20 7946 0958", NoNumber),
        ("+4971112345678901", TooLong(15)),
        ("+1 212 555 0100", NotAllowed("+12125550100".into())),
        ("0900 123456", Forbidden("+49900".into())),
        ("+49 0900 123456", Forbidden("+49900".into())),
        ("0049 0900 123456", Forbidden("+49900".into())),
        ("+49 (0)(0)900 123456", Forbidden("+49900".into())),
        ("612", NotAllowed("612".into())),
        ("0000 711 12345", NoNumber),
    ];
    for (typed, expected) in cases {
        assert_eq!(plan().number(typed), Err(expected), "{typed}");
    }
    assert_eq!(plan().number(&"1 ".repeat(40)), Err(NoNumber), "far too long to be looked at");
}

#[test]
fn a_section_that_can_mean_nothing_is_found() {
    assert_eq!(plan().faults(), []);
    let odd = NumberingPlan {
        allowed: vec![],
        forbidden: vec!["4-9".into()],
        country_code: "+49".into(),
        min_digits: 9,
        max_digits: 8,
        ..plan()
    };
    let keys: Vec<_> = odd.faults().into_iter().map(|fault| fault.0).collect();
    assert_eq!(keys, ["forbidden[0]", "allowed", "country-code", "min-digits"]);
}

proptest! {
    #[test]
    fn what_is_allowed_stays_as_it_is(typed in "[+0-9 x()./-]{0,20}|[+]?[049]{0,6}", min_digits in 1u32..4) {
        let plan = NumberingPlan { min_digits, ..plan() };
        if let Ok(number) = plan.number(&typed) {
            let again = plan.number(&number);
            prop_assert_eq!(again.as_deref(), Ok(&*number));
            prop_assert!(number.starts_with("+49") || number.starts_with("+43") || number.starts_with('5'));
            prop_assert!(&*number != "+49" && !number.starts_with("+490"), "{}", number);
        }
    }
}

/// Country code, international and national prefix, length of national numbers; and how its numbers look behind the
/// country code.
const COUNTRIES: [(&str, &str, &str, Option<u32>, &str); 8] = [
    ("49", "00", "0", None, "[1-9][0-9]{6,10}"),
    ("39", "00", "", Some(6), "0[1-9][0-9]{6,8}|[38][0-9]{8,9}"),
    ("7", "810", "8", Some(10), "[3489][0-9]{9}"),
    ("7", "810", "8", Some(10), "7[0-9]{9}"),
    ("36", "00", "06", None, "[1-9][0-9]{7,8}"),
    ("1", "011", "1", Some(10), "[2-9][0-9]{9}"),
    ("33", "00", "0", None, "[1-9][0-9]{8}"),
    ("34", "00", "", Some(9), "[5-9][0-9]{8}"),
];

fn of_country(index: usize) -> NumberingPlan {
    let (country, international, national, national_digits, _) = COUNTRIES[index];
    NumberingPlan {
        allowed: vec!["+".into()],
        country_code: country.into(),
        international_prefix: international.into(),
        national_prefix: Some(national.into()),
        national_digits: national_digits.map(Into::into),
        ..NumberingPlan::default()
    }
}

/// A country of the table, and a number of it behind its country code.
fn valid() -> impl Strategy<Value = (usize, String)> {
    (0..COUNTRIES.len()).prop_flat_map(|index| (Just(index), COUNTRIES[index].4))
}

proptest! {
    #[test]
    fn a_valid_number_comes_out_unchanged_in_every_country((index, number) in valid(), here in 0..COUNTRIES.len()) {
        let whole = format!("+{}{number}", COUNTRIES[index].0);
        let found = of_country(here).number(&whole);
        prop_assert_eq!(found.as_deref(), Ok(&*whole));
        let from_here = whole.replacen('+', COUNTRIES[here].1, 1);
        let found = of_country(here).number(&from_here);
        prop_assert_eq!(found.as_deref(), Ok(&*whole), "{}", from_here);
    }

    #[test]
    fn a_number_is_the_same_however_its_country_writes_it((index, number) in valid()) {
        let (country, international, national, digits, _) = COUNTRIES[index];
        let whole = format!("+{country}{number}");
        let mut ways = vec![format!("{national}{number}"), format!("+{country} ({national}) {number}")];
        // What begins like an international number is one.
        ways.extend(digits.filter(|_| !number.starts_with(international)).map(|_| number.clone()));
        for way in &ways {
            let found = of_country(index).number(way);
        prop_assert_eq!(found.as_deref(), Ok(&*whole), "{}", way);
        }
    }
}

#[test]
fn a_prefix_that_may_begin_a_number_belongs_to_it() {
    let [russia, italy] = [2, 1].map(of_country);
    for (plan, typed, expected) in [
        (&russia, "+7 812 345-67-89", "+78123456789"),
        (&russia, "8 (812) 345-67-89", "+78123456789"),
        (&russia, "8 800 555-35-35", "+78005553535"),
        (&russia, "800 555-35-35", "+78005553535"),
        (&russia, "8123", "8123"),
        (&italy, "+39 06 698 12345", "+390669812345"),
        (&italy, "06 698 12345", "+390669812345"),
        (&italy, "+39 (0)6 698 12345", "+390669812345"),
        (&italy, "347 123 4567", "+393471234567"),
        (&italy, "5012", "5012"),
    ] {
        let whole = plan.whole(typed);
        assert_eq!(whole.as_deref(), Ok(expected), "{typed}");
    }
}

#[test]
fn a_foreign_number_is_one_however_its_country_code_is_begun() {
    for typed in ["+43 (0)1 58058", "0043 (0)1 58058", "00 43 (1) 58058", "(0043) 1 58058", "tel:+43-1-58058"] {
        assert_eq!(plan().number(typed).as_deref(), Ok("+43158058"), "{typed}");
    }
    let no_premium = NumberingPlan { forbidden: vec!["+43900".into()], ..plan() };
    for typed in ["+43 (0)900 123456", "0043 (0)900 123456"] {
        assert_eq!(no_premium.number(typed), Err(Outside::Forbidden("+43900".into())), "{typed}");
    }
}

#[test]
fn what_is_forbidden_is_so_in_every_reading() {
    let spain = NumberingPlan {
        allowed: vec!["+34".into()],
        forbidden: vec!["34803".into()],
        country_code: "34".into(),
        national_prefix: Some("".into()),
        national_digits: national::NationalDigits::read("9"),
        ..NumberingPlan::default()
    };
    for typed in ["34 803 123 456", "+34 803 123 456", "803 123 456"] {
        assert_eq!(spain.number(typed), Err(Outside::Forbidden("34803".into())), "{typed}");
    }
    assert_eq!(spain.number("34 612 345 678").as_deref(), Ok("+34612345678"));
}

#[test]
fn prefixes_mean_the_same_however_the_operator_writes_them() {
    let words = |words: &[&str]| words.iter().map(|word| (*word).into()).collect::<Vec<Arc<str>>>();
    let german = NumberingPlan { allowed: words(&["+49"]), forbidden: words(&["0900", "0137", "0049180"]), ..plan() };
    for (typed, prefix) in [("0900 123456", "0900"), ("+49 137 12345", "0137"), ("0180 12345", "0049180")] {
        assert_eq!(german.number(typed), Err(Outside::Forbidden(prefix.into())), "{typed}");
    }
    let local = NumberingPlan { allowed: words(&["0711", "5xx"]), forbidden: Vec::new(), ..plan() };
    assert_eq!(local.number("+49 711 12345").as_deref(), Ok("+4971112345"));
    assert_eq!(local.number("549").as_deref(), Ok("549"));
    assert!(local.number("030 12345").is_err());
    let italian = NumberingPlan { allowed: words(&["06", "5xxx"]), forbidden: words(&["899"]), ..of_country(1) };
    assert_eq!(italian.number("+39 06 698 12345").as_deref(), Ok("+390669812345"));
    assert_eq!(italian.number("5012").as_deref(), Ok("5012"));
    assert_eq!(italian.number("899 123456"), Err(Outside::Forbidden("899".into())));
    assert_eq!((local.faults(), italian.faults()), (vec![], vec![]));
}

#[test]
fn what_was_written_for_numbers_without_a_country_code_means_what_it_meant() {
    let plain = NumberingPlan { allowed: ["0", "5xx"].map(Into::into).into(), ..NumberingPlan::default() };
    assert_eq!(plain.faults(), []);
    assert_eq!(plain.number("0711 12345").as_deref(), Ok("071112345"));
    assert_eq!(plain.number("0043 1 58058"), Err(Outside::NotAllowed("+43158058".into())), "0 is not 00");
}

#[test]
fn a_key_that_can_mean_nothing_is_named() {
    let keys = |plan: NumberingPlan| plan.faults().into_iter().map(|fault| fault.0).collect::<Vec<_>>();
    let allowed = |word: &str| vec![word.into()];
    for (odd, key) in [
        (NumberingPlan { allowed: allowed("0"), ..plan() }, "allowed[0]"),
        (NumberingPlan { allowed: allowed("+49"), forbidden: allowed("00"), ..plan() }, "allowed[0]"),
        (NumberingPlan { allowed: allowed("+4917"), forbidden: allowed("01"), ..plan() }, "allowed[0]"),
        (NumberingPlan { allowed: allowed("+"), forbidden: allowed("+"), ..plan() }, "allowed[0]"),
        (NumberingPlan { allowed: allowed("+1"), forbidden: allowed("011"), ..of_country(5) }, "allowed[0]"),
        (
            NumberingPlan { national_digits: Some(NationalDigits { fewest: 9, most: Some(8) }), ..plan() },
            "national-digits",
        ),
        (NumberingPlan { forbidden: allowed("+0"), ..plan() }, "forbidden[0]"),
        (NumberingPlan { forbidden: allowed("+4917112345678901"), ..plan() }, "forbidden[0]"),
        (NumberingPlan { allowed: allowed("5xxxxxxxx"), max_digits: 8, ..plan() }, "allowed[0]"),
        (NumberingPlan { allowed: allowed("+"), min_digits: 16, max_digits: 20, ..plan() }, "min-digits"),
        (
            NumberingPlan { national_prefix: Some("00".into()), international_prefix: "0".into(), ..plan() },
            "international-prefix",
        ),
        (NumberingPlan { country_code: "39".into(), national_prefix: Some("0".into()), ..plan() }, "national-prefix"),
        (NumberingPlan { national_digits: Some(0.into()), ..plan() }, "national-digits"),
        (NumberingPlan { national_digits: Some(6.into()), country_code: "".into(), ..plan() }, "national-digits"),
    ] {
        assert_eq!(keys(odd.clone()), [key], "{odd:?}");
    }
    assert_eq!(keys(NumberingPlan { country_code: "39".into(), ..plan() }), [""; 0], "a default is nobody's fault");
    for index in 0..COUNTRIES.len() {
        assert_eq!(of_country(index).faults(), []);
    }
}

#[test]
fn what_is_allowed_for_extensions_opens_no_country() {
    let allowed = |words: &[&str]| words.iter().map(|word| (*word).into()).collect::<Vec<Arc<str>>>();
    let america = NumberingPlan { allowed: allowed(&["+1212", "9xxx"]), ..of_country(5) };
    let german =
        NumberingPlan { allowed: allowed(&["+49711", "5xx"]), national_digits: Some(7.into()), ..of_country(0) };
    let russia = NumberingPlan { allowed: allowed(&["8495", "8xxx"]), ..of_country(2) };
    for (plan, typed, expected) in [
        (&america, "(900) 555-1234", None),
        (&america, "1-976-555-1234", None),
        (&america, "+1 919 555 0100", None),
        (&america, "(212) 555-0100", Some("+12125550100")),
        (&america, "9123", Some("9123")),
        (&german, "0511 12345", None),
        (&german, "+49 5512345", None),
        (&german, "0711 12345", Some("+4971112345")),
        (&german, "512", Some("512")),
        (&russia, "8 809 123-45-67", None),
        (&russia, "8123", Some("8123")),
    ] {
        assert_eq!(plan.number(typed).ok().as_deref(), expected, "{typed}");
    }
    assert_eq!((america.faults(), german.faults(), russia.faults()), (vec![], vec![], vec![]));
}

proptest! {
    #[test]
    fn what_a_bare_prefix_allows_comes_out_without_plus(
        here in 0..COUNTRIES.len(), digit in 1_u8..10, more in "x{0,3}", typed in "[+]?[0-9]{3,14}"
    ) {
        let plan = NumberingPlan { allowed: vec![format!("{digit}{more}").into()], ..of_country(here) };
        if let (Some(_), Ok(number)) = (plan.national_digits, plan.number(&typed)) {
            prop_assert!(!number.starts_with('+'), "{} is {}", typed, number);
        }
    }

    #[test]
    fn what_is_allowed_is_not_read_otherwise_than_what_is_forbidden(
        here in 0..COUNTRIES.len(), prefix in "[+]?[0-9]{1,5}x{0,2}"
    ) {
        let plan = of_country(here);
        prop_assert!(plan.forms(&prefix).contains(&plan.form(&prefix)), "{}", prefix);
    }

    #[test]
    fn whatever_is_typed_stays_as_it_came_out(here in 0..COUNTRIES.len(), typed in "[+0-9 x()./-]{0,20}|[+]?[0-9]{0,16}") {
        if let Ok(number) = of_country(here).whole(&typed) {
            let again = of_country(here).whole(&number);
            prop_assert_eq!(again.as_deref(), Ok(&*number), "{}", typed);
        }
    }
}

/// A number of elsewhere, or one whose + was forgotten, never becomes somebody else's.
#[test]
fn what_is_no_national_number_gets_no_country_code() {
    let of = |country: &str, international: &str, national: &str, digits: &str| NumberingPlan {
        allowed: vec!["+".into()],
        country_code: country.into(),
        international_prefix: international.into(),
        national_prefix: Some(national.into()),
        national_digits: national::NationalDigits::read(digits),
        ..NumberingPlan::default()
    };
    for (plan, typed, expected) in [
        (of("1", "011", "1", "10"), "44 20 7946 0958", None),
        (of("1", "011", "1", "10"), "0049 711 123456", None),
        (of("1", "011", "1", "10"), "+1 442 0794 60958", None),
        (of("1", "011", "1", "10"), "1 (212) 555-0100", Some("+12125550100")),
        (of("7", "810", "8", "10"), "7 495 123 45 67", Some("+74951234567")),
        (of("7", "810", "8", "10"), "+7 (8-495) 123 45 67", Some("+74951234567")),
        (of("7", "810", "8", "10"), "00 49 711 123456", None),
        (of("49", "00", "0", ""), "+7 0 8000 000 0000", None),
        (of("34", "00", "", "9"), "34 612 345 678", Some("+34612345678")),
        (of("39", "00", "", "6-11"), "39 347 123 4567", Some("+393471234567")),
        (of("39", "00", "", "6"), "39 347 123 4567", Some("+393471234567")),
        (of("39", "00", "", "6"), "392 123 4567", Some("+393921234567")),
        (of("45", "00", "", "8"), "45 32 12 34 56", Some("+4532123456")),
        (of("61", "0011", "0", ""), "00 44 20 7946 0958", None),
        (of("82", "001", "0", ""), "002-1-212-555-0100", None),
        (of("49", "00", "0", "7-11"), "49 711 1234567", Some("+497111234567")),
        (of("49", "00", "0", "7-9"), "49 0711 1234567", None),
    ] {
        let found = plan.number(typed);
        assert_eq!(found.clone().ok().as_deref(), expected, "{typed} in +{}: {found:?}", plan.country_code);
    }
}

#[test]
fn how_long_national_numbers_are_is_written_as_one_number_or_two() {
    let read = |text: &str| toml::from_str::<NumberingPlan>(text).map(|plan| plan.national_digits);
    let both = |fewest, most| Ok(Some(NationalDigits { fewest, most }));
    assert_eq!(read("national-digits = 9"), both(9, None));
    assert_eq!(read("national-digits = \"6-11\""), both(6, Some(11)));
    assert_eq!(read("national-digits = \"9\""), both(9, None));
    for wrong in ["\"6-\"", "\"many\"", "-1", "true", "6.5"] {
        assert!(read(&format!("national-digits = {wrong}")).is_err(), "{wrong}");
    }
}
