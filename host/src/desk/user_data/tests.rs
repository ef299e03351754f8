//! Which pairs of a call a window shows, and what may be done with them.

use super::*;
use crate::{
    agent_link::{UserDataChange, Value},
    policy::{Others, UserDataField},
    web::message::{Call, CallState},
    wire::AsItCame,
};
use proptest::prelude::*;
use serde::Deserialize;

const ALL: Edits = Edits { attach: true, update: true, delete: true };

fn fields(text: &str) -> Vec<UserDataField> {
    #[derive(Deserialize)]
    struct Part {
        field: Vec<UserDataField>,
    }
    toml::from_str::<Part>(text).unwrap().field
}

/// Fields, each as its key and the rest of its table.
fn form_of(listed: &[(&str, &str)], others: Others) -> UserDataForm {
    let table = |(key, rest): &(&str, &str)| format!("[[field]]\nkey = '{key}'\n{rest}\n");
    let text: String = listed.iter().map(table).collect();
    UserDataForm::new(&if listed.is_empty() { Vec::new() } else { fields(&text) }, others, "Show".into())
}

fn list(pairs: &[(&str, &str)]) -> KvList {
    pairs.iter().map(|(key, value)| (*key, Value::Str((*value).into()))).collect()
}

fn keys(data: &ShownData) -> Vec<&str> {
    data.pairs.iter().map(|pair| &*pair.key).collect()
}

fn told(data: &ShownData) -> Vec<String> {
    data.pairs.iter().map(|pair| format!("{}={}", pair.key, pair.value)).collect()
}

#[test]
fn without_a_form_every_pair_is_shown_as_it_came() {
    let inner: KvList = [("b", Value::Int(2)), ("c", Value::List(list(&[("d", "3")])))].into_iter().collect();
    let binary = Value::Other(AsItCame::new("bin", "\"AQID\"").unwrap());
    let data: KvList = [
        ("a", Value::Str("1".into())),
        ("n", Value::List(inner)),
        ("a", Value::Str("<script>alert(1)</script>".into())),
        ("بيانات", Value::Str("قيمة".into())),
        ("bin", binary),
        ("", Value::Str("".into())),
    ]
    .into_iter()
    .collect();
    let shown = shown(&data, &form_of(&[], Others::Show), Window::Preview, ALL);
    assert_eq!(
        told(&shown),
        ["a=1", "n.b=2", "n.c.d=3", "a=<script>alert(1)</script>", "بيانات=قيمة", "bin=AQID", "="]
    );
    assert!(shown.more == 0 && shown.add.is_empty());
    assert!(shown.pairs.iter().all(|pair| pair.link.is_none() && !pair.edit && pair.cut == 0));
}

#[test]
fn the_form_decides_what_is_shown_where_and_in_which_order() {
    let listed = [
        ("Order.Number", "group = 'Case'"),
        ("Customer", "show = ['interaction', 'extension']"),
        ("Status", "group = 'Case'\nshow = ['preview']"),
    ];
    let order = KvList(vec![("Number".into(), Value::Int(4711))]);
    let mut data = list(&[("x", "1"), ("Status", "new"), ("Customer", "Ada"), ("y", "2"), ("Customer", "again")]);
    data.0.push(("Order".into(), Value::List(order)));
    for (others, window, expected) in [
        (Others::Show, Window::Preview, &["Order.Number", "Status", "x", "y"][..]),
        (Others::Show, Window::Interaction, &["Order.Number", "Customer", "Customer", "x", "y"]),
        (Others::Fold, Window::Extension, &["Order.Number", "Customer", "Customer", "x", "y"]),
        (Others::Hide, Window::Preview, &["Order.Number", "Status"]),
        (Others::Hide, Window::Extension, &["Order.Number", "Customer", "Customer"]),
    ] {
        assert_eq!(
            keys(&shown(&data, &form_of(&listed, others), window, Edits::default())),
            expected,
            "{others:?} {window:?}"
        );
    }
}

#[test]
fn a_call_may_say_itself_what_of_it_is_shown() {
    let data = |names: &str| {
        let mut data = list(&[("a", "1"), ("b", "2"), ("secret", "3"), ("Show", names)]);
        data.0.push(("n".into(), Value::List(list(&[("c", "4"), ("d", "5")]))));
        data
    };
    let form = form_of(&[("b", ""), ("secret", "show = ['extension']")], Others::Show);
    for (names, expected) in [
        ("", &["b", "a", "Show", "n.c", "n.d"][..]),
        (" , ", &["b", "a", "Show", "n.c", "n.d"]),
        ("a", &["a"]),
        (" n , b ", &["b", "n.c", "n.d"]),
        ("n.d,Show", &["Show", "n.d"]),
        ("secret", &[]),
        ("nothing,A", &[]),
    ] {
        assert_eq!(keys(&shown(&data(names), &form, Window::Preview, Edits::default())), expected, "{names:?}");
    }
    let absent = list(&[("a", "1")]);
    assert_eq!(keys(&shown(&absent, &form, Window::Preview, Edits::default())), ["a"]);
    let number: KvList = [("Show", Value::Int(7)), ("7", Value::Str("x".into()))].into_iter().collect();
    assert_eq!(keys(&shown(&number, &form, Window::Preview, Edits::default())), ["7"], "any value is read as text");
}

#[test]
fn a_call_says_what_is_shown_in_whatever_form() {
    let text = |text: &str| Value::Str(text.into());
    let binary = || Value::Other(AsItCame::new("bin", "\"\"").unwrap());
    let form = form_of(&[], Others::Show);
    for (said, expected) in [
        (vec![Value::List(list(&[("", "a"), ("", "b")]))], &["a", "b"][..]),
        (vec![Value::List(list(&[("a", "")]))], &["a"]),
        (vec![Value::List(list(&[("b", "yes"), ("n.c", "")]))], &["b", "n.c"]),
        (vec![text("a"), text("b")], &["a", "b"]),
        (vec![text("a"), Value::List(list(&[("b", "")]))], &["a", "b"]),
        (vec![Value::List(list(&[("", "")]))], &[]),
        (vec![binary()], &[]),
    ] {
        let mut data = list(&[("a", "1"), ("b", "2"), ("Shower", "3")]);
        data.0.push(("n".into(), Value::List(list(&[("c", "4"), ("d", "5")]))));
        data.0.extend(said.iter().map(|value| ("Show".into(), value.clone())));
        assert_eq!(keys(&shown(&data, &form, Window::Preview, Edits::default())), expected, "{said:?}");
    }
}

#[test]
fn what_a_peer_sends_is_bounded_and_said_to_be() {
    let many: KvList = (0..10_000).map(|n| (format!("k{n}"), Value::Int(n))).collect();
    let all = shown(&many, &form_of(&[], Others::Show), Window::Preview, Edits::default());
    assert_eq!((all.pairs.len(), all.more), (MOST_OTHERS, 9_800));
    let mut flood: KvList = (0..1_000).map(|n| ("a", Value::Int(n))).collect();
    flood.push_str("b", "needed");
    let kept = shown(&flood, &form_of(&[("a", ""), ("b", "")], Others::Show), Window::Preview, Edits::default());
    assert_eq!((kept.pairs.len(), kept.more), (MOST_OF_A_KEY + 1, 980));
    let long =
        shown(&list(&[("k", &"é".repeat(4_100))]), &form_of(&[], Others::Show), Window::Preview, Edits::default());
    assert_eq!((long.pairs[0].value.chars().count(), long.pairs[0].cut), (4_000, 100));
    let mut nested = list(&[("inner", "1")]);
    for _ in 0..30 {
        nested = KvList(vec![("x".repeat(100), Value::List(nested))]);
    }
    let named = shown(&nested, &form_of(&[], Others::Show), Window::Preview, Edits::default());
    assert!(named.pairs[0].key.chars().count() <= 255 && named.pairs[0].key.ends_with('…'));
}

#[test]
fn control_characters_steer_nothing() {
    let data = list(&[("k\n\u{1b}", "one\ntwo\t\u{1b}[31m\u{0}\u{85}\r")]);
    let shown = shown(&data, &form_of(&[], Others::Show), Window::Preview, Edits::default());
    assert_eq!(told(&shown), ["k\u{fffd}\u{fffd}=one\ntwo\t\u{fffd}[31m\u{fffd}\u{fffd}\u{fffd}"]);
}

#[test]
fn links_follow_the_template_or_are_left_out() {
    let form = form_of(&[("Order", "link = 'https://crm.example.com/order/{value}'")], Others::Show);
    let data =
        list(&[("Order", "4711"), ("Order", "a/../b?c#d"), ("Order", ".."), ("Order", "javascript:x"), ("x", "y")]);
    let shown = shown(&data, &form, Window::Interaction, Edits::default());
    let links: Vec<_> = shown.pairs.iter().map(|pair| pair.link.as_deref().unwrap_or("none")).collect();
    let at = |value: &str| format!("https://crm.example.com/order/{value}");
    assert_eq!(links, [&*at("4711"), &at("a%2F..%2Fb%3Fc%23d"), "none", &at("javascript%3Ax"), "none"]);
}

#[test]
fn labels_and_groups_are_the_languages() {
    let listed = [
        ("a", "label = { en = 'Order', de = 'Auftrag' }\ngroup = { en = 'Case', he = 'תיק' }"),
        ("b", "show = ['extension']"),
    ];
    let of = |language, windows: &[Window]| {
        let form = form(&form_of(&listed, Others::Fold), windows, language);
        assert!(form.fold_others);
        form.fields.iter().map(|field| format!("{} {} {}", field.key, field.label, field.group)).collect::<Vec<_>>()
    };
    assert_eq!(of("de-AT", &[Window::Preview]), ["a Auftrag Case"]);
    assert_eq!(of("he", &[Window::Extension]), ["a Order תיק", "b b "]);
}

const EDIT: [(&str, &str); 4] =
    [("Order", "edit = true"), ("Result", "edit = true"), ("Twice", "edit = true"), ("Fixed", "")];

/// A call with this data, as its window shows it.
fn call(data: &KvList) -> Call {
    let ShownData { pairs, more, add } = shown(data, &form_of(&EDIT, Others::Show), Window::Interaction, ALL);
    let (state, dn) = (CallState::Established, "5001".into());
    let conn_id = "0000000000000001".into();
    Call {
        conn_id,
        dn,
        state,
        caller: "".into(),
        since: 0,
        data: pairs,
        more,
        add,
        buttons: Vec::new(),
        parties: Vec::new(),
        muted: false,
        consult_of: None,
        chat: None,
    }
}

#[test]
fn what_the_worker_may_change_is_told_with_the_call() {
    let data = list(&[("Order", "1"), ("Twice", "a"), ("Twice", "b"), ("Fixed", "c"), ("other", "d")]);
    let marked: Vec<_> = call(&data).data.iter().filter(|pair| pair.edit).map(|pair| pair.key.clone()).collect();
    assert_eq!((marked, call(&data).add), (vec!["Order".into()], vec!["Result".into()]));
    let list_of: KvList = [("Order", Value::List(list(&[("Number", "1")])))].into_iter().collect();
    let add = call(&list_of).add;
    assert_eq!(add, ["Result".into(), "Twice".into()], "a list of this name is there");
    let binary = Value::Other(AsItCame::new("bin", "\"AQID\"").unwrap());
    let text = |text: String| Value::Str(text);
    for unfit in [binary, text("x".repeat(4_001)), text("a\u{1b}".into())] {
        let data: KvList = [("Order", unfit.clone())].into_iter().collect();
        assert!(!call(&data).data[0].edit, "{unfit:?}");
    }
    for (letters, edit) in [(2_000, true), (2_001, false)] {
        let data: KvList = [("Order", text("\u{1f600}".repeat(letters)))].into_iter().collect();
        assert_eq!(call(&data).data[0].edit, edit, "old and new value fit into one frame: {letters}");
    }
    let nested: KvList = [("a", Value::List(list(&[("b", "1")])))].into_iter().collect();
    let inside = shown(&nested, &form_of(&[("a.b", "edit = true")], Others::Show), Window::Interaction, ALL);
    assert!(!inside.pairs[0].edit && inside.add.is_empty(), "part of a list");
}

#[test]
fn what_a_t_server_does_not_offer_is_taken_away_and_nothing_else() {
    let (data, form) = (list(&[("Order", "4711")]), form_of(&EDIT, Others::Show));
    for (edits, marks, adds) in [
        (Edits { attach: false, ..ALL }, (true, false, false), false),
        (Edits { update: false, ..ALL }, (true, true, false), true),
        (Edits { delete: false, ..ALL }, (true, false, true), true),
        (Edits { attach: true, ..Edits::default() }, (false, false, false), true),
        (Edits::default(), (false, false, false), false),
    ] {
        let shown = shown(&data, &form, Window::Interaction, edits);
        let Pair { edit, fixed, stays, .. } = shown.pairs[0];
        assert_eq!(((edit, fixed, stays), !shown.add.is_empty()), (marks, adds), "{edits:?}");
    }
}

#[test]
fn a_change_is_asked_for_only_of_what_the_worker_saw_and_may_change() {
    let data: KvList = [
        ("Order", Value::Int(4711)),
        ("Twice", Value::Str("a".into())),
        ("Twice", Value::Str("b".into())),
        ("Fixed", Value::Str("c".into())),
    ]
    .into_iter()
    .collect();
    let asked = |key: &str, was, value| change(&call(&data), Some(&data), &Wanted { key: &key.into(), was, value });
    let key = || "Order".into();
    assert_eq!(asked("Order", Some("4711"), Some("4712")), Ok(UserDataChange::update("Order", Value::Int(4712))));
    let text = |text: &str| Ok(UserDataChange::update("Order", Value::Str(text.into())));
    assert_eq!(asked("Order", Some("4711"), Some("04712")), text("04712"));
    assert_eq!(asked("Order", Some("4711"), Some("")), text(""));
    assert_eq!(asked("Order", Some("4711"), None), Ok(UserDataChange::DeletePair(key())));
    let attach = UserDataChange::Attach("Result".into(), Value::Str("sold\n".into()));
    assert_eq!(asked("Result", None, Some("sold\n")), Ok(attach));
    let long = "x".repeat(2_001);
    for (key, was, value, why) in [
        ("Order", Some("4710"), Some("4712"), "it is 4711 by now"),
        ("Order", Some("4710"), None, "it is 4711 by now"),
        ("Order", None, Some("4712"), "there, with the value 4711, by now"),
        ("Order", Some("4711"), Some("a\u{0}"), "control characters"),
        ("Order", Some("4711"), Some(&long), "too long"),
        ("Result", Some("sold"), Some("not"), "it is gone by now"),
        ("Result", None, None, "cannot be changed"),
        ("Twice", Some("a"), Some("c"), "cannot be changed"),
        ("Fixed", Some("c"), None, "cannot be changed"),
        ("unlisted", None, Some("x"), "cannot be changed"),
    ] {
        let told = asked(key, was, value).unwrap_err().to_string();
        assert!(told.contains(why), "{key} {was:?} {value:?}: {told}");
    }
}

fn any_list() -> impl Strategy<Value = KvList> {
    let leaf = prop_oneof![".{0,6}".prop_map(Value::Str), any::<i64>().prop_map(Value::Int)];
    let value = leaf.prop_recursive(3, 12, 4, |inner| {
        prop::collection::vec(("[a-c]{1}", inner), 0..4).prop_map(|pairs| Value::List(KvList(pairs)))
    });
    prop::collection::vec(("[a-d]", value), 0..40).prop_map(KvList)
}

proptest! {
    #[test]
    fn no_listed_field_is_lost_and_nothing_hidden_is_sent(
        data in any_list(),
        listed in prop::collection::btree_map("[a-d](\\.[a-c])?", prop::sample::subsequence(vec!["preview", "interaction", "extension"], 0..=3), 1..5),
        hide in any::<bool>(),
        edit in any::<bool>(),
    ) {
        let rest = |places: &Vec<&str>| format!("show = {places:?}");
        let tables: Vec<_> = listed.iter().map(|(key, places)| (key.as_str(), rest(places))).collect();
        let tables: Vec<_> = tables.iter().map(|(key, rest)| (*key, rest.as_str())).collect();
        let form = form_of(&tables, if hide { Others::Hide } else { Others::Show });
        for window in Window::ALL {
            let sent = shown(&data, &form, window, if edit { ALL } else { Edits::default() });
            let there: Vec<_> = entries(&data).into_iter().map(|entry| entry.key).collect();
            for key in &there {
                let is_sent = sent.pairs.iter().any(|pair| *pair.key == **key);
                prop_assert_eq!(is_sent, form.shows(key, window), "{} {:?}", key, window);
            }
            prop_assert!(sent.pairs.iter().all(|pair| there.iter().any(|key| **key == *pair.key)));
            let meant = there.iter().filter(|key| form.shows(key, window)).count();
            prop_assert_eq!(sent.pairs.len() + sent.more as usize, meant, "duplicates stay, and what is left out is counted");
        }
    }
}
