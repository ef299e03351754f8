//! Writes plug-ins' log records under targets of their own, `plugin::<name>`, so that the level of one plug-in can be
//! set alone. `tracing`'s macros fix the target when the host is compiled; these callsites are made when a plug-in is.

use super::id::PluginId;
use crate::wire::Shown;
use std::{
    collections::HashMap,
    sync::{Mutex, OnceLock, PoisonError},
};
use tracing::{
    Event, Metadata,
    callsite::{self, Callsite},
    dispatcher, field,
    metadata::Kind,
    subscriber::Interest,
};
use uc_plugin_api::abi::Level;

/// Letters kept of a record; the rest is counted.
const TEXT: usize = 8 * 1024;
const LEVELS: [(Level, tracing::Level); 5] = [
    (Level::Error, tracing::Level::ERROR),
    (Level::Warn, tracing::Level::WARN),
    (Level::Info, tracing::Level::INFO),
    (Level::Debug, tracing::Level::DEBUG),
    (Level::Trace, tracing::Level::TRACE),
];

/// The log of one plug-in.
#[derive(Clone, Copy)]
pub(super) struct Log(&'static [Site; 5]);

struct Site(OnceLock<Metadata<'static>>);

impl Callsite for Site {
    // What is enabled is asked each time: the level can change while the host runs.
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        self.0.get().expect("set before the site is registered")
    }
}

impl Log {
    /// The log of this plug-in. Its callsites live for ever, once for each name that was ever configured.
    pub(super) fn of(plugin: &PluginId) -> Self {
        static LOGS: Mutex<Option<HashMap<PluginId, Log>>> = Mutex::new(None);
        let mut logs = LOGS.lock().unwrap_or_else(PoisonError::into_inner);
        *logs.get_or_insert_default().entry(plugin.clone()).or_insert_with(|| Self::register(plugin))
    }

    fn register(plugin: &PluginId) -> Self {
        let sites: &'static [Site; 5] = Box::leak(Box::new([const { Site(OnceLock::new()) }; 5]));
        let target: &'static str = Box::leak(format!("plugin::{plugin}").into_boxed_str());
        for (site, (_, level)) in sites.iter().zip(LEVELS) {
            let fields = field::FieldSet::new(&["message", "part"], callsite::Identifier(site));
            site.0.get_or_init(|| Metadata::new("plug-in", target, level, None, None, None, fields, Kind::EVENT));
            callsite::register(site);
        }
        Self(sites)
    }

    pub(super) fn enabled(self, level: Level) -> bool {
        let metadata = self.site(level).metadata();
        *metadata.level() <= tracing::level_filters::LevelFilter::current()
            && dispatcher::get_default(|dispatch| dispatch.enabled(metadata))
    }

    /// Writes a record on one line; `part` is the plug-in's own target, such as a module path.
    pub(super) fn write(self, level: Level, part: &str, text: &str) {
        if !self.enabled(level) {
            return;
        }
        let metadata = self.site(level).metadata();
        let (text, part) = (Shown::up_to(text, TEXT), &part[..part.floor_char_boundary(TEXT)]);
        let mut fields = metadata.fields().iter();
        let (Some(message), Some(module)) = (fields.next(), fields.next()) else { return };
        let values: [(_, Option<&dyn field::Value>); 2] =
            [(&message, Some(&format_args!("{text}") as &dyn field::Value)), (&module, Some(&part))];
        Event::dispatch(metadata, &metadata.fields().value_set(&values));
    }

    fn site(self, level: Level) -> &'static Site {
        &self.0[level as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{io, sync::Arc};
    use tracing_subscriber::{EnvFilter, Layer, fmt::MakeWriter, layer::SubscriberExt};

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Written {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    /// What is in the log afterwards.
    fn logged(filter: &str, log: impl FnOnce()) -> String {
        let written = Written::default();
        // A filter of one layer keeps state between asking and writing, so it is the harder case.
        let filter = EnvFilter::new(filter);
        let layer = tracing_subscriber::fmt::layer().with_writer(written.clone()).with_ansi(false).with_filter(filter);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), log);
        String::from_utf8(written.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_plugin_forges_no_line_and_steers_no_terminal() {
        let text = logged("info", || {
            let log = Log::of(&PluginId::new("lync").unwrap());
            log.write(Level::Info, "x\ny", "a\nERROR forged \u{1b}[31m\u{2028}");
            log.write(Level::Info, "x", &"é".repeat(TEXT + 1));
        });
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains("a\\nERROR forged \\u{1b}[31m\\u{2028}") && text.contains("… (2 bytes more)"), "{text}");
    }

    #[test]
    fn a_plugin_has_a_level_of_its_own() {
        let [lync, push] = ["lync", "lync-push"].map(|name| Log::of(&PluginId::new(name).unwrap()));
        let text = logged("warn,plugin::lync=debug", || {
            assert!(lync.enabled(Level::Debug) && !lync.enabled(Level::Trace) && lync.enabled(Level::Info));
            lync.write(Level::Debug, "uc_lync::link", "connected");
            lync.write(Level::Trace, "uc_lync::link", "too much");
            Log::of(&PluginId::new("standalone").unwrap()).write(Level::Info, "x", "not wanted");
            push.write(Level::Error, "x", "lost");
        });
        assert!(text.contains("DEBUG plugin::lync: connected part=\"uc_lync::link\""), "{text}");
        assert!(text.contains("ERROR plugin::lync-push: lost"), "{text}");
        assert_eq!(text.lines().count(), 2, "{text}");
    }
}
