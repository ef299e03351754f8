//! A chat between an agent and a worker, from the T-Server's first word to the end of the wrap-up (requirements F5, F45).

use crate::story::{asked, data, kim};
use uc_connector::{
    web::message::{CallButton, CallState, ChatAsked, ChatDeed, ChatState},
    wire::ConnId,
};
use uc_lab::{
    lab::{Lab, Page, Picture, Setup},
    t_server::{Mood, Step},
};

async fn shows(page: &mut Page, wanted: &str, fits: impl Fn(&Picture) -> bool) -> Picture {
    page.shows(wanted, fits).await.unwrap()
}

async fn lines(page: &mut Page, wanted: &[&str]) -> Picture {
    shows(page, &format!("{wanted:?}"), |picture| picture.lines() == wanted && outbox(picture) == 0).await
}

fn outbox(picture: &Picture) -> usize {
    picture.chat().map_or(0, |chat| chat.outbox.len())
}

async fn is(page: &mut Page, state: ChatState) -> Picture {
    shows(page, &format!("{state:?}"), |picture| picture.chat().is_some_and(|chat| chat.state == state)).await
}

async fn write(page: &mut Page, id: &str, text: &str) {
    page.chat(ChatDeed::Write { id: id.into(), text: text.into() }).await;
}

/// A chat with kim, open on her page.
async fn chatting() -> (Lab, Page, ConnId) {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    let chat = lab.t_server.open_chat("7001", "5000", "Invoice", data([("Order", "77")]), None).unwrap();
    is(&mut page, ChatState::Open).await;
    (lab, page, chat)
}

fn texts(lab: &Lab, chat: ConnId) -> Vec<String> {
    lab.t_server.said(chat).unwrap().into_iter().map(|said| said.text).collect()
}

#[tokio::test]
async fn lines_go_both_ways_and_every_page_of_the_worker_shows_them() {
    let (lab, mut page, chat) = chatting().await;
    let mut second = lab.page("kim").await.unwrap();
    let opened = is(&mut second, ChatState::Open).await;
    let shown = opened.chat().unwrap();
    assert_eq!((&*shown.subject, &*shown.parties[0], &*shown.data[0].value), ("Invoice", "7001", "77"));
    lab.t_server.says(chat, "7001", "<script>alert(1)</script>").unwrap();
    lines(&mut page, &["<script>alert(1)</script>"]).await;
    shows(&mut page, "an unread line", |picture| picture.chat().is_some_and(|chat| chat.unread == 1)).await;
    write(&mut page, "k1", "Which invoice?").await;
    for page in [&mut page, &mut second] {
        lines(page, &["<script>alert(1)</script>", "Which invoice?"]).await;
    }
    assert_eq!(texts(&lab, chat), ["<script>alert(1)</script>", "Which invoice?"]);
    second.chat(ChatDeed::Seen { revision: 2, read: true }).await;
    shows(&mut page, "nothing unread", |picture| picture.chat().is_some_and(|chat| chat.unread == 0)).await;
    lab.t_server.agent_does(chat, "typing").unwrap();
    shows(&mut page, "the agent writes", |picture| picture.typing == ["7001"]).await;
    lab.t_server.agent_does(chat, "read").unwrap();
    shows(&mut page, "read", |picture| picture.chat().is_some_and(|chat| chat.read == 2)).await;
}

#[tokio::test]
async fn a_page_that_comes_later_gets_the_whole_transcript() {
    let (lab, mut page, chat) = chatting().await;
    for number in 0..500 {
        lab.t_server.says(chat, "7001", &format!("{number} {}", "x".repeat(500))).unwrap();
    }
    shows(&mut page, "500 lines", |picture| picture.lines().len() == 500).await;
    let mut later = lab.page("kim").await.unwrap();
    let picture = shows(&mut later, "500 lines", |picture| picture.lines().len() == 500).await;
    assert!(picture.lines().iter().enumerate().all(|(number, line)| line.starts_with(&format!("{number} "))));
}

#[tokio::test]
async fn a_chat_is_left_and_its_transcript_stays_until_the_worker_is_done() {
    let (lab, mut page, chat) = chatting().await;
    lab.t_server.says(chat, "7001", "Bye").unwrap();
    lines(&mut page, &["Bye"]).await;
    page.chat(ChatDeed::Leave {}).await;
    is(&mut page, ChatState::Left).await;
    assert_eq!(lab.t_server.chat_parties(chat).unwrap(), ["7001"]);
    assert_eq!(page.picture().unwrap().lines(), ["Bye"]);
    write(&mut page, "k1", "too late").await;
    shows(&mut page, "the refusal", |picture| picture.problems == ["chat-refused"]).await;
    page.chat(ChatDeed::Leave {}).await;
    shows(&mut page, "no chat", |picture| picture.chat().is_none()).await;
}

#[tokio::test]
async fn a_chat_at_a_dn_that_is_taken_away_is_left() {
    let (lab, _page, chat) = chatting().await;
    let directory = std::fs::read_to_string(lab.site.path("directory.toml")).unwrap();
    let (nobody, _) = directory.split_once("[[worker]]").unwrap();
    lab.site.write("directory.toml", nobody).unwrap();
    let alone = async |lab: &Lab| lab.t_server.chat_parties(chat).unwrap() == ["7001"];
    lab.until("the other side knows that nobody reads it", alone).await.unwrap();
}

#[tokio::test]
async fn the_agent_ends_a_chat_and_says_why() {
    let (lab, mut page, chat) = chatting().await;
    lab.t_server.close_chat(chat, "The customer is gone").unwrap();
    let picture = is(&mut page, ChatState::Closed).await;
    assert_eq!(&*picture.chat().unwrap().words, "The customer is gone");
}

#[tokio::test]
async fn a_line_that_is_refused_says_so_and_can_be_sent_again() {
    let (lab, mut page, chat) = chatting().await;
    lab.t_server.mood(Mood::Refuses(53).on("send").times(1));
    write(&mut page, "k1", "first").await;
    let refused = |picture: &Picture| picture.chat().is_some_and(|chat| chat.outbox.iter().any(|own| own.refused));
    let picture = shows(&mut page, "the refusal", refused).await;
    assert!(!picture.chat().unwrap().outbox[0].words.is_empty());
    write(&mut page, "k2", "second").await;
    shows(&mut page, "the second line", |picture| picture.lines() == ["second"]).await;
    write(&mut page, "k1", "first").await;
    lines(&mut page, &["second", "first"]).await;
    assert_eq!(texts(&lab, chat), ["second", "first"]);
}

#[tokio::test]
async fn whatever_the_t_server_does_to_lines_each_is_there_once() {
    for mood in
        [Mood::ChatsTwice, Mood::ChatsOutOfOrder, Mood::AnswersTwice, Mood::Acknowledges, Mood::AnswersWithoutId]
    {
        let (lab, mut page, chat) = chatting().await;
        lab.t_server.mood(mood.clone());
        for number in 0..4 {
            lab.t_server.says(chat, "7001", &format!("a{number}")).unwrap();
        }
        shows(&mut page, "four lines", |picture| picture.lines() == ["a0", "a1", "a2", "a3"]).await;
        write(&mut page, "k1", "mine").await;
        // Of a pair the second brings the first along.
        lab.t_server.says(chat, "7001", "a4").unwrap();
        let all = shows(&mut page, &format!("six lines in {mood:?}"), |p| p.lines().len() == 6 && outbox(p) == 0).await;
        assert_eq!(all.lines(), texts(&lab, chat), "{mood:?}");
    }
}

/// A customer's call that kim has answered.
async fn talking(lab: &Lab, page: &mut Page) -> ConnId {
    let call = lab.t_server.make_call("+49301234567", "5000", data([])).unwrap();
    shows(page, "a call that rings", |picture| picture.call().is_some_and(|call| call.state == CallState::Ringing))
        .await;
    page.press(CallButton::Answer, None).await;
    shows(page, "a call", |picture| picture.call().is_some_and(|call| call.state == CallState::Established)).await;
    call
}

/// Whether the page shows the call as the T-Server has it now, and no other.
fn is_as_the_t_server_says(lab: &Lab, call: ConnId, picture: &Picture) -> bool {
    let parties = lab.t_server.parties(call).unwrap();
    let theirs = parties.iter().find(|(dn, _)| dn == "5000").map(|(_, step)| *step);
    let state = if theirs == Some(Step::Held) { CallState::Held } else { CallState::Established };
    picture.now.calls.len() == 1 && picture.call().is_some_and(|call| call.state == state)
}

#[tokio::test]
async fn two_hundred_reconnects_during_a_chat_and_a_call_lose_and_double_nothing() {
    let (lab, mut page, chat) = chatting().await;
    let call = talking(&lab, &mut page).await;
    for number in 0..200 {
        if number % 10 == 9 {
            page = lab.page("kim").await.unwrap();
            shows(&mut page, "the call", |picture| picture.call().is_some()).await;
        }
        let button = if page.picture().unwrap().call().unwrap().state == CallState::Held {
            CallButton::Retrieve
        } else {
            CallButton::Hold
        };
        page.press(button, None).await;
        write(&mut page, &format!("k{number}"), &format!("mine {number}")).await;
        lab.t_server.says(chat, "7001", &format!("theirs {number}")).unwrap();
        if number % 2 == 0 {
            lab.t_server.close_connections();
        } else {
            lab.t_server.mood(Mood::Closes.on("send").times(1));
        }
        lab.t_server.says(chat, "7001", &format!("meanwhile {number}")).unwrap();
        let wanted = 3 * (number + 1);
        let whole = |picture: &Picture| {
            picture.lines().len() == wanted && outbox(picture) == 0 && is_as_the_t_server_says(&lab, call, picture)
        };
        shows(&mut page, &format!("{wanted} lines and the call"), whole).await;
    }
    let picture = page.picture().unwrap();
    assert_eq!(picture.lines(), texts(&lab, chat));
    assert_eq!(picture.chat().unwrap().missing, 0);
    for kind in ["mine", "theirs", "meanwhile"] {
        let said: Vec<_> = picture.lines().into_iter().filter(|line| line.starts_with(kind)).collect();
        assert_eq!(said, (0..200).map(|number| format!("{kind} {number}")).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_line_that_is_too_long_is_refused_in_words() {
    let (lab, mut page, chat) = chatting().await;
    let limit = page.picture().unwrap().now.longest_line as usize;
    write(&mut page, "k1", &"x".repeat(limit + 1)).await;
    shows(&mut page, "the refusal", |picture| picture.problems == ["chat-refused"]).await;
    write(&mut page, "k2", &"x".repeat(limit)).await;
    shows(&mut page, "the longest line", |picture| picture.lines().len() == 1).await;
    lab.t_server.says(chat, "7001", &"y".repeat(64 * 1024)).unwrap();
    shows(&mut page, "a long line of theirs", |picture| picture.lines().iter().any(|line| line.len() == 64 * 1024))
        .await;
}

#[tokio::test]
async fn of_ten_thousand_lines_the_oldest_leave_and_that_is_said() {
    let (lab, mut page, chat) = chatting().await;
    for number in 0..10_100 {
        lab.t_server.says(chat, "7001", &number.to_string()).unwrap();
    }
    let whole = |picture: &Picture| picture.chat().is_some_and(|chat| chat.revision == 10_100);
    let picture = shows(&mut page, "10,100 lines", whole).await;
    assert_eq!((picture.chat().unwrap().dropped, picture.chat().unwrap().missing), (100, 0));
    let mut later = lab.page("kim").await.unwrap();
    let picture = shows(&mut later, "10,000 lines", |picture| picture.lines().len() == 10_000).await;
    assert_eq!((picture.lines()[0], picture.lines()[9_999]), ("100", "10099"));
}

#[tokio::test]
async fn a_worker_asks_for_the_customers_call_and_the_agent_decides() {
    let (lab, mut page, chat) = chatting().await;
    let mark = lab.t_server.mark();
    page.chat(ChatDeed::Escalate {}).await;
    asked(&lab, mark, "RequestPrivateService", "5000").await;
    let is = |asked| {
        move |picture: &Picture| {
            picture.chat().is_some_and(|chat| chat.escalation.as_ref().is_some_and(|have| have.state == asked))
        }
    };
    shows(&mut page, "asked", is(ChatAsked::Asked)).await;
    lab.t_server.escalation(chat, false, "Not now").unwrap();
    let picture = shows(&mut page, "refused", is(ChatAsked::Refused)).await;
    assert_eq!(&*picture.chat().unwrap().escalation.as_ref().unwrap().words, "Not now");
    let mark = lab.t_server.mark();
    page.chat(ChatDeed::Escalate {}).await;
    asked(&lab, mark, "RequestPrivateService", "5000").await;
    shows(&mut page, "asked", is(ChatAsked::Asked)).await;
    lab.t_server.escalation(chat, true, "").unwrap();
    shows(&mut page, "accepted", is(ChatAsked::Accepted)).await;
    let link = chat.to_string();
    lab.t_server.make_call("+49301234567", "5000", data([("UCC_CHAT_CONNID", &*link)])).unwrap();
    let picture = shows(&mut page, "the call", |picture| picture.call().is_some()).await;
    assert_eq!(picture.call().unwrap().chat.as_deref(), Some(&*link));
}

#[tokio::test]
async fn a_chat_that_the_t_server_forgot_is_over_and_one_chat_too_many_is_refused() {
    let (lab, mut page, chat) = chatting().await;
    lab.t_server.mood(Mood::Refuses(56).on("send").times(1));
    write(&mut page, "k1", "anybody?").await;
    let picture = is(&mut page, ChatState::Lost).await;
    assert!(picture.chat().unwrap().outbox[0].refused);
    assert_eq!(lab.t_server.chat_refused(chat), None);
    for number in 0..5 {
        lab.t_server.open_chat("7001", "5000", &number.to_string(), data([]), None).unwrap();
    }
    let sixth = lab.t_server.open_chat("7001", "5000", "sixth", data([]), None).unwrap();
    lab.until("the refusal", async |lab| lab.t_server.chat_refused(sixth).is_some()).await.unwrap();
}
