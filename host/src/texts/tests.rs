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
fn braces_without_end_take_no_stack() {
    let told = told(&format!("help = A\nmore = {}", "{".repeat(60_000)));
    assert!(told.len() == 1 && told[0].contains("de.ftl:2:40: more than 32 braces"), "{told:?}");
    assert_eq!(too_deep(&"more = { $a }\n".repeat(1_000)), None);
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
