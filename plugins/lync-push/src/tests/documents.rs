//! What is read of the server's documents, what bad ones get, and what ours say.

use super::model::Model;
use crate::{
    body,
    choice::Choice,
    fault::{Conflict, conflicts},
    key::{Category, Instances, Key, Lifetime},
    publisher::Operation,
    roaming::Own,
    show::{self, Device, Style, Wanted},
    value::{State, note},
};
use proptest::prelude::*;
use uc_plugin_api::{Availability, Presence, Publication, Standing, UserHandle};
use uc_sip::ms::Epid;

/// As a real client published it and its server told it (pidgin-sipe 1.25.0).
const RECORDED: &str = "<roamingData xmlns=\"http://schemas.microsoft.com/2006/09/sip/roaming-self\"><categories \
xmlns=\"http://schemas.microsoft.com/2006/09/sip/categories\" uri=\"sip:alice@example.com\"><category name=\"device\" \
instance=\"1186224682\" publishTime=\"2026-11-22T13:00:28Z\" container=\"2\" version=\"1\" expireType=\"endpoint\"><device \
xmlns=\"http://schemas.microsoft.com/2006/09/sip/device\" endpointId=\"b51a9866-926a-5e92-9260-ed0dec9cdf92\"/></category>\
<category name=\"state\" instance=\"879445410\" publishTime=\"2026-11-22T13:00:28Z\" container=\"2\" version=\"1\" \
expireType=\"endpoint\"><state xmlns=\"http://schemas.microsoft.com/2006/09/sip/state\" manual=\"false\" \
xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"machineState\"><availability>3500</availability>\
<endpointLocation/></state></category><category name=\"state\" instance=\"536870912\" publishTime=\"2026-11-22T13:00:28Z\" \
container=\"2\" version=\"4\" expireType=\"static\"><state xmlns=\"http://schemas.microsoft.com/2006/09/sip/state\" \
manual=\"true\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"userState\"><availability>15500\
</availability><activity token=\"off-work\"/><endpointLocation/></state></category></categories></roamingData>";

/// How the state of the recorded choice begins.
fn user_state() -> &'static str {
    let begin =
        RECORDED.find("<state xmlns=\"http://schemas.microsoft.com/2006/09/sip/state\" manual=\"true\"").unwrap();
    let length = RECORDED[begin..].find('>').unwrap();
    &RECORDED[begin..=begin + length]
}

#[test]
fn a_recorded_document_is_read() {
    let own = Own::read(RECORDED.as_bytes()).unwrap();
    assert_eq!(own.named, [Category::State]);
    assert_eq!(own.versions, [(Key::state(879_445_410, 2), 1), (Key::state(536_870_912, 2), 4)]);
    let choice = own.choice(0).unwrap();
    assert!(!choice.timed && choice.says_as(&Choice::of(State::active(15_500, "off-work"))));
}

#[test]
fn what_is_put_back_has_all_that_was_there() {
    let more = "<activity token=\"off-work\"><custom LCID=\"7\">Weg</custom></activity>\
                <activity minAvailability=\"15000\" maxAvailability=\"17999\"><custom LCID=\"7\">Zu Hause</custom></activity>\
                <endpointLocation>Room &lt;3&gt;</endpointLocation>";
    let document = RECORDED.replace("<activity token=\"off-work\"/><endpointLocation/>", more);
    let read = |document: &str| Own::read(document.as_bytes()).unwrap().choice(0).unwrap();
    for (document, inside) in [(&*document, more), (RECORDED, "<endpointLocation></endpointLocation>")] {
        let choice = read(document);
        let written = show::put_back(&choice, 0)[0].value.clone();
        assert!(written.ends_with(&format!("{inside}</state>")), "{written}");
        let head = document.split_once(user_state()).unwrap().0;
        assert_eq!(read(&format!("{head}{written}</category></categories></roamingData>")), choice);
        let kept = serde_json::from_str::<Choice>(&serde_json::to_string(&choice).unwrap()).unwrap();
        assert_eq!(kept, choice);
    }
}

#[test]
fn foreign_bytes_and_entities_in_a_text_hide_nothing_else() {
    let odd = RECORDED
        .replace("token=\"off-work\"/>", "token=\"off-work\"><custom LCID=\"7\">Au\u{1}&szlig;er</custom></activity>");
    let mut bytes = odd.into_bytes();
    let at = bytes.windows(2).position(|two| two == b"Au").unwrap();
    bytes[at] = 0xc4;
    let own = Own::read(&bytes).unwrap();
    assert_eq!((own.versions.len(), own.choice(0).unwrap().most.availability), (2, 15_500));
    let fault = b"<Fault xmlns=\"x\"><Faultcode>\xff&nbsp;</Faultcode><details><operation index=\"2\" curVersion=\"5\"/></details></Fault>";
    assert_eq!(conflicts(fault).unwrap(), [Conflict { index: 2, current: 5 }]);
}

#[test]
fn a_publication_that_is_no_xml_leaves_in_doubt_what_it_says_itself_and_nothing_else() {
    let broken = |what: &str, with: &str| Own::read(RECORDED.replace(what, with).as_bytes()).unwrap();
    let of_a_device = broken("<device ", "<device a<b ");
    assert_eq!(of_a_device, Own::read(RECORDED.as_bytes()).unwrap());
    let of_another_endpoint = broken("<availability>3500</availability>", "<availability>3500</x>");
    assert_eq!(of_another_endpoint.versions.len(), 2);
    assert_eq!(of_another_endpoint.choice(0).unwrap().most.availability, 15_500);
    assert!(of_another_endpoint.unread.is_none());
    let of_the_choice = broken("<availability>15500", "<availability>15500</x>");
    let no_number = broken("<availability>15500<", "<availability>far<");
    assert!(no_number.unread.is_some() && no_number.choice(0).is_none());
    let (own, second) = ("<activity token=\"off-work\"/>", "<availability>3500</availability>");
    let again = |number: &str| format!("</state>{}<availability>{number}</availability></state>", user_state());
    for (with, doubt) in [
        (second.to_owned(), true),
        (format!("<delimiter/>{second}<end/>"), true),
        (again("3500"), true),
        (again("15500"), false),
        ("<availability>15500</availability>".to_owned(), false),
    ] {
        let two = broken(
            &format!("{own}<endpointLocation/></state>"),
            &format!("{own}{with}</state>").replace("</state></state>", "</state>"),
        );
        assert_eq!((two.unread.is_some(), two.choice(0).is_none()), (doubt, doubt), "{with}");
        assert_eq!(two.versions.len(), 2, "{with}");
    }
    assert_eq!(of_the_choice.versions.len(), 2, "where it begins it says which it is");
    assert!(of_the_choice.unread.is_some() && of_the_choice.choice(0).is_none());
    for hopeless in ["<categories", "", "<roamingData xmlns=\"x\"><category name=\"state\">"] {
        assert!(Own::read(hopeless.as_bytes()).is_err(), "{hopeless}");
    }
}

#[test]
fn only_a_document_that_lists_publications_says_that_there_are_none() {
    let (head, tail) =
        ("<roamingData xmlns=\"http://schemas.microsoft.com/2006/09/sip/roaming-self\">", "</roamingData>");
    let list = "<categories xmlns=\"http://schemas.microsoft.com/2006/09/sip/categories\"/>";
    let others = "<containers xmlns=\"http://schemas.microsoft.com/2006/09/sip/containers\"/>\
                  <subscribers xmlns=\"http://schemas.microsoft.com/2006/09/sip/presence-subscribers\"/>";
    for (parts, lists) in [("", false), (others, false), (list, true), (&[others, list].concat(), true)] {
        let own = Own::read([head, parts, tail].concat().as_bytes()).unwrap();
        assert_eq!((own.lists, own.named.len(), own.unread.is_none()), (lists, 0, true), "{parts}");
    }
    assert!(Own::read(RECORDED.replace("<device ", "<device a<b ").as_bytes()).unwrap().lists);
}

/// The same with the user's choice before everything else.
fn choice_first() -> String {
    let (head, rest) = RECORDED.split_once("<category ").unwrap();
    let (others, choice) = rest.rsplit_once("<category ").unwrap();
    let (choice, tail) = choice.split_once("</categories>").unwrap();
    format!("{head}<category {choice}<category {others}</categories>{tail}")
}

#[test]
fn a_choice_is_read_wherever_a_publication_stands_that_is_no_xml() {
    let of_the_last = choice_first().replace("<availability>3500</availability>", "<availability>3500</x>");
    let own = Own::read(of_the_last.as_bytes()).unwrap();
    assert_eq!((own.unread.clone(), own.choice(0).unwrap().most.availability), (None, 15_500));
    assert_eq!(own.versions, [(Key::state(536_870_912, 2), 4), (Key::state(879_445_410, 2), 1)]);
    let of_a_device = choice_first().replace("<device ", "<device a<b ");
    assert_eq!(Own::read(of_a_device.as_bytes()), Own::read(choice_first().as_bytes()));
}

#[test]
fn a_document_that_is_cut_off_never_says_that_nothing_stands() {
    for document in [RECORDED.to_owned(), choice_first()] {
        let whole = Own::read(document.as_bytes()).unwrap();
        for end in 0..document.len() {
            let read = Own::read(&document.as_bytes()[..end]);
            assert!(
                read.is_err() || read.as_ref().is_ok_and(|own| own.unread.is_some()),
                "{}: {read:?}",
                &document[..end]
            );
        }
        assert_eq!(Own::read(format!("{document} \r\n").as_bytes()), Ok(whole));
    }
}

#[test]
fn only_what_is_a_users_state_is_a_choice_and_times_of_choices_are_compared_as_times() {
    let no_choice = RECORDED.replace("\"userState\"", "\"superuserState\"");
    assert_eq!(Own::read(no_choice.as_bytes()).unwrap().choice(0), None);
    let (head, rest) = RECORDED.split_once("<category name=\"state\" instance=\"536870912\"").unwrap();
    let (choice, tail) = rest.split_once("</categories>").unwrap();
    let of = |instance: u32, at: &str, number: &str| {
        let choice = choice.replace("2026-11-22T13:00:28Z", at).replace("15500", number);
        format!("<category name=\"state\" instance=\"{instance}\"{choice}")
    };
    for (lasting, timed, newest) in [
        ("2026-11-22T13:00:28Z", "2026-11-22T13:00:28.5Z", 9500),
        ("2026-11-22T13:00:28.95Z", "2026-11-22T13:00:28.9Z", 3500),
        ("2026-11-22T13:00:28Z", "2026-11-22T14:00:27+01:00", 3500),
        ("2026-11-22T13:00:28Z", "2026-11-22T13:00:28.0Z", 9500),
    ] {
        let both = of(0x2000_0000, lasting, "3500") + &of(0x2400_0000, timed, "9500");
        let own = Own::read(format!("{head}{both}</categories>{tail}").as_bytes()).unwrap();
        assert_eq!(own.choice(0).unwrap().most.availability, newest, "{lasting} {timed}");
    }
}

#[test]
fn of_two_choices_the_newer_one_counts() {
    let mut model = Model::default();
    model.choose(Some(&Choice::of(State::plain(9500))));
    let undisturbed = model.choice().unwrap();
    assert!(undisturbed.timed);
    assert_eq!((undisturbed.most.availability, undisturbed.workgroup.availability), (9500, 6900));
    let away = show::chosen(&Choice::of(State::plain(15_500))).into_iter();
    let operations: Vec<_> = away
        .map(|item| Operation { key: item.key, version: 0, lifetime: item.lifetime, value: Some(item.value) })
        .collect();
    model.publish(&operations).unwrap();
    assert_eq!(model.choice().unwrap().most.availability, 15_500);
}

#[test]
fn faults_name_versions() {
    let fault = "<Fault xmlns=\"http://schemas.microsoft.com/2006/09/sip/fault\"><Faultcode>Client.BadCall.WrongDelta\
                 </Faultcode><details><operation index=\"2\" version=\"0\" curVersion=\"5\"/><operation index=\"0\" \
                 curVersion=\"1\"/><operation index=\"x\"/></details></Fault>";
    assert_eq!(conflicts(fault.as_bytes()).unwrap(), [Conflict { index: 2, current: 5 }]);
    assert_eq!(conflicts(b"<Fault><details/></Fault>").unwrap(), []);
    for wrong in ["", "<Other/>", "<Fault>", "<!DOCTYPE x><Fault/>"] {
        assert!(conflicts(wrong.as_bytes()).is_err(), "{wrong}");
    }
}

fn publication(availability: Availability, standing: Standing, presence: Presence) -> Publication {
    Publication { user: UserHandle(1), presence: Presence { availability, ..presence }, standing }
}

#[test]
fn what_is_published_is_what_the_recipes_say() {
    let instances = Instances::of(&Epid::new("46b45a2a3940").unwrap());
    let shown = |publication: &Publication| {
        let wanted = Wanted::of(publication, Style { device: Device::Off, language: 1033 });
        let all = show::items(Some(&wanted), instances, Style { device: Device::Off, language: 1033 });
        (wanted.choice(), all)
    };
    let presence =
        Presence { activity: "on-the-phone".into(), custom_activity: "Taking\na <call>".into(), ..Presence::default() };
    let (choice, all) = shown(&publication(Availability::Busy, Standing::Automatic, presence));
    assert_eq!(choice, None);
    let phone: Vec<_> = all.iter().filter(|item| item.key.instance == instances.phone).collect();
    assert_eq!(phone.iter().map(|item| item.key.container).collect::<Vec<_>>(), [2, 3]);
    assert!(phone.iter().all(|item| item.lifetime == Lifetime::Endpoint));
    let value = "xsi:type=\"phoneState\" manual=\"false\"><availability>6500</availability><activity token=\"on-the-phone\" \
                 minAvailability=\"6500\" maxAvailability=\"8999\"><custom LCID=\"1033\">Taking a &lt;call&gt;</custom>\
                 </activity></state>";
    assert!(phone[0].value.ends_with(value), "{}", phone[0].value);

    let (choice, all) = shown(&publication(Availability::DoNotDisturb, Standing::Manual, Presence::default()));
    assert!(all.iter().all(|item| item.key.instance == instances.machine));
    let chosen = show::chosen(&choice.unwrap());
    assert_eq!(
        chosen.iter().map(|item| (item.key.instance, item.key.container)).collect::<Vec<_>>(),
        [(0x2400_0000, 2), (0x2400_0000, 3)]
    );
    assert_eq!(chosen[0].lifetime, Lifetime::Seconds(86_400));
    assert!(chosen[0].value.contains("<availability>9500<"));
    assert!(chosen[1].value.contains("<availability>6900<") && chosen[1].value.contains("urgent-interruptions-only"));

    let note = Presence { note: "a & b".into(), ..Presence::default() };
    let (choice, all) = shown(&publication(Availability::Unknown, Standing::Manual, note));
    assert_eq!((choice, all.len()), (None, 5));
    assert!(all[2].value.contains(">a &amp; b</body>") && all[2].key == Key::note(instances.note, 200));
}

#[test]
fn a_body_has_the_form_of_a_real_clients() {
    let operations = [
        Operation { key: Key::state(1, 2), version: 3, lifetime: Lifetime::Endpoint, value: Some("<state/>".into()) },
        Operation {
            key: Key::state(2, 3),
            version: 0,
            lifetime: Lifetime::Seconds(60),
            value: Some("<state/>".into()),
        },
        Operation { key: Key::note(4, 200), version: 1, lifetime: Lifetime::Endpoint, value: None },
    ];
    assert_eq!(
        body::publish("sip:kim@example.com", &operations),
        "<publish xmlns=\"http://schemas.microsoft.com/2006/09/sip/rich-presence\"><publications \
         uri=\"sip:kim@example.com\"><publication categoryName=\"state\" instance=\"1\" container=\"2\" version=\"3\" \
         expireType=\"endpoint\"><state/></publication><publication categoryName=\"state\" instance=\"2\" container=\"3\" \
         version=\"0\" expireType=\"time\" expires=\"60\"><state/></publication><publication categoryName=\"note\" \
         instance=\"4\" container=\"200\" version=\"1\" expireType=\"endpoint\" expires=\"0\"/></publications></publish>"
    );
}

proptest! {
    /// Whatever text a host sends: what is published is XML, and a choice is known again when it comes back.
    #[test]
    fn texts_survive_the_way_to_the_server_and_back(token in "\\PC{0,80}|.{0,80}", custom in ".{0,80}", text in ".{0,600}") {
        let state = State::active(12_500, &token).in_words(1031, &custom);
        let choice = Choice::of(state);
        let mut model = Model::default();
        model.choose(Some(&choice));
        let back = model.choice();
        prop_assert!(back.as_ref().is_some_and(|back| back.says_as(&choice)), "{:?} became {:?}", choice, back);
        let document = format!("<Fault><details>{}</details></Fault>", note(&text));
        prop_assert!(conflicts(document.as_bytes()).is_ok());
    }

    #[test]
    fn any_bytes_are_borne(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = (Own::read(&bytes), conflicts(&bytes));
    }
}
