use super::*;

fn told(text: &str) -> Vec<String> {
    let source = Arc::new(Source { path: "de.ftl".into(), text: text.to_owned() });
    let problems = check(&source, &Known::default()).err().unwrap_or_default();
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn every_file_of_the_client_could_be_the_sites_own() {
    for language in languages() {
        assert_eq!(told(crate::web::own_texts(language).unwrap()), [""; 0], "{language}");
    }
}

#[test]
fn a_fault_names_file_line_and_key() {
    let cases = [
        (
            "help = Hilfe\npreview-acept = Ja\n",
            "de.ftl:2:1: preview-acept: pages have no such text; did you mean `preview-accept`?",
        ),
        ("\nmore = Mehr { $cuont }", "de.ftl:2:16: more: $cuont is not filled into this text (allowed: nothing)"),
        (
            "data-more = Mehr { $cuont }",
            "de.ftl:1:21: data-more: $cuont is not filled into this text (allowed: $count); did you mean `count`?",
        ),
        ("more =\n", "de.ftl:1:1: more: this is no Fluent: Expected a message field for \"more\""),
        ("help = A\nmore = { B\n", "de.ftl:2:1: more: this is no Fluent: Expected a token starting with \"}\""),
        ("more = { B }}\nhelp = A\n", "de.ftl:1:13: more: this is no Fluent: Unbalanced closing brace"),
        ("more = A\nmore = B\n", "de.ftl:2:1: more: this text stands in the file twice"),
        ("more = A\n    .title = B\n", "de.ftl:2:6: more: texts of pages have no attributes"),
        ("more = { nothing }", "de.ftl:1:10: more: pages have no such text"),
        ("more = { -brand }", "de.ftl:1:11: more: this file has no such term"),
        ("more = { DATETIME(1) }", "more: pages have no such function (allowed: NUMBER)"),
        ("more = { app-name.title }", "more: texts of pages have no attributes"),
    ];
    for (text, said) in cases {
        let told = told(text);
        assert!(told.len() == 1 && told[0].contains(said), "{text:?}: {told:#?}");
    }
}

#[test]
fn what_pages_can_show_is_allowed() {
    let text = "# A remark\n-brand = Ruf\nhelp = { -brand } und { app-name }\ndata-more =\n    { NUMBER($count) ->\n        \
                [one] Einer\n       *[other] { $count }\n    }\n";
    assert_eq!(told(text), [""; 0]);
}

#[test]
fn what_stands_in_each_other_without_end_takes_no_stack() {
    for (opening, text) in [
        ("braces", "{"),
        ("calls", "{ A("),
        ("calls in a call", "A("),
        ("what is closed in words", "A(\"}\", "),
        ("the same on a line of its own", "A(\")\",\n"),
        ("terms", "{ -a("),
        ("choices", "{ $a ->\n *[b] "),
    ] {
        let told = told(&format!("help = A\nmore = {{ {}", text.repeat(100_000 / text.len())));
        assert!(told.len() == 1 && told[0].contains("de.ftl:"), "{opening}: {told:?}");
        assert!(told[0].contains("opens more than 64 braces and parentheses"), "{opening}: {told:?}");
        // As many as are let through.
        let _ = self::told(&format!("more = {{ {}", text.repeat((MOST - 1) / text.matches(['{', '(']).count())));
    }
    for entry in ["more = { $a }\n", "-more = { $a }\n", "more={ $a }\n", "# ({\n"] {
        assert_eq!(too_many(&entry.repeat(1_000)), None, "{entry}");
    }
}

#[test]
fn what_a_text_leads_to_is_filled_in_and_leads_to_an_end() {
    let chain: String = (0..100).map(|n| format!("-t{n} = {{ -t{} }} {{ -t{} }}\n", n + 1, n + 1)).collect();
    for (text, said) in [
        ("more = { data-more }", "de.ftl:1:10: more: this needs $count, which is not filled into this text"),
        ("help = { data-more }\nmore = A", "help: this needs $count"),
        ("data-more = { help }\nhelp = { $count }", "de.ftl:2:11: help: $count is not filled into this text"),
        (
            "data-more = A\nhelp = { -b }\n-b = { $count }",
            "help: this needs $count, which is not given to the term here",
        ),
        ("help = { -b }\n-b = { -c }\n-c = { -b(count: 1) }", "leads back to where it came from"),
        ("help = { help }", "de.ftl:1:10: help: this leads back to where it came from"),
        ("help = { more }\nmore = { help }", "leads back to where it came from"),
        ("-b = { nothing }", "de.ftl:1:8: b: pages have no such text"),
        ("-b = { -c }", "b: this file has no such term"),
        ("-b = { DATETIME(1) }", "b: pages have no such function"),
        ("-b = A\n-b = B", "b: this text stands in the file twice"),
        ("-b = { data-more }\nmore = { -b }", "more: this needs $count, which is not given to the term here"),
        (&*format!("{chain}-t100 = A"), "this leads by way of too many others"),
    ] {
        let told = told(text);
        assert!(told.iter().any(|told| told.contains(said)), "{text:?}: {told:#?}");
    }
    for text in [
        "data-more = { help }\nhelp = A",
        "help = { data-more }\ndata-more = A",
        "data-more = { -b(count: \"all\") }\n-b = { $count }",
        "more = { -b(count: 2) }\n-b = { data-more }\ndata-more = { $count }",
    ] {
        assert_eq!(told(text), [""; 0], "{text:?}");
    }
}

#[test]
fn the_clients_own_texts_refer_to_no_others() {
    for language in languages() {
        let resource = parse_runtime(crate::web::own_texts(language).unwrap()).unwrap();
        let names =
            entries(&resource).flat_map(|entry| entry.value.into_iter().flat_map(named::named).collect::<Vec<_>>());
        let others = names.filter(|named| matches!(named, named::Named::Text(_) | named::Named::Term(..)));
        assert_eq!(others.collect::<Vec<_>>(), [], "{language}");
    }
}

#[test]
fn files_are_named_for_languages_of_the_pages() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    assert_eq!(load(None), Ok(SiteTexts::default()));
    write("README", "no texts");
    write("pt-BR.ftl", "\u{FEFF}help = Socorro\n");
    let texts = load(Some(folder.path())).unwrap();
    assert_eq!(texts, [("pt-BR", "help = Socorro\n".into())].into_iter().collect());
    write("pt-br.ftl", "help = Socorro\n");
    write("ja.ftl", &"#\n".repeat(100_000));
    write("ko.ftl", "nothing = 1\n");
    let problems = load(Some(folder.path())).unwrap_err();
    let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert!(told[0].contains("ja.ftl: this file has more than the 131072 bytes"), "{told:?}");
    assert!(told[1].contains("ko.ftl:1:1: nothing: pages have no such text"), "{told:?}");
    assert!(told[2].contains("pt-br.ftl: pages do not speak \"pt-br\"") && told[2].ends_with("`pt-BR`?"), "{told:?}");
    assert!(load(Some(&folder.path().join("none"))).is_err());
    fs::create_dir(folder.path().join("ru.ftl")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("zh-Hans.ftl")).unwrap();
    let told = load(Some(folder.path())).unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert!(told[3].contains("ru.ftl: this is no file"), "{told:?}");
    assert!(told[4].contains("zh-Hans.ftl: cannot read this file"), "{told:?}");
}
