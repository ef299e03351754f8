//! Shows plug-ins that hang as parts that are not ready.

use crate::{plugins::Hanging, web::Readiness};
use tokio::sync::watch;

/// Runs until the plug-ins have ended.
pub(super) async fn show(mut hanging: watch::Receiver<Hanging>, readiness: Readiness) {
    let mut shown = Hanging::new();
    while hanging.changed().await.is_ok() {
        let now = hanging.borrow_and_update().clone();
        shown.keys().filter(|plugin| !now.contains_key(*plugin)).for_each(|plugin| {
            readiness.forget(&format!("work of plugin {plugin}"));
        });
        for (plugin, why) in &now {
            readiness.not_ready(format!("work of plugin {plugin}"), why.clone());
        }
        shown = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugins::PluginId;

    #[tokio::test]
    async fn who_hangs_is_not_ready_and_who_answers_again_is_not_shown() {
        let (say, hanging) = watch::channel(Hanging::new());
        let readiness = Readiness::default();
        let showing = tokio::spawn(show(hanging, readiness.clone()));
        let lync = PluginId::new("lync").unwrap();
        say.send_modify(|hanging| drop(hanging.insert(lync.clone(), "hangs in a command".into())));
        while readiness.missing().is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(readiness.missing(), [("work of plugin lync".into(), "hangs in a command".into())]);
        say.send_modify(|hanging| drop(hanging.remove(&lync)));
        while !readiness.missing().is_empty() {
            tokio::task::yield_now().await;
        }
        drop(say);
        showing.await.unwrap();
    }
}
