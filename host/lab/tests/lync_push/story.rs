//! An agent's states, one after the other.

use crate::rig::{Pool, shown, site};
use uc_plugin_api::Standing::{Automatic, Manual};

#[tokio::test(flavor = "multi_thread")]
async fn a_call_a_note_and_a_wrap_up_are_seen_and_gone_again() {
    let pool = Pool::start(site()).await;
    let mut plugin = pool.plugin("").await;
    plugin.watch(&["kim"]);
    plugin.publish("kim", shown(6500, "on-the-phone", ""), Automatic);
    pool.shows_state("kim", 6500, "on-the-phone").await;
    assert_eq!(plugin.outcome("kim").await, "");

    plugin.publish("kim", shown(12_500, "", "After call work"), Manual);
    pool.shows("kim", "back soon, with a note", |seen| {
        seen.availability == 12_500 && seen.note.as_deref() == Some("After call work")
    })
    .await;
    plugin.publish("kim", shown(3500, "", ""), Automatic);
    pool.shows("kim", "available without a note", |seen| seen.availability == 3500 && seen.note.is_none()).await;
    plugin.withdraw("kim");
    pool.shows_state("kim", 18_500, "").await;
    plugin.stop().await;
    pool.has_published_nothing("kim").await;
    pool.has_nobody().await;
}
