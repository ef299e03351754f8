//! The suite that every plug-in must pass.

use crate::lync::Lync;

const SETTINGS: &str = "servers = ['127.0.0.1:1']\ntransport = 'tcp'\n\
                        accounts = [{ address = 'sip:watcher@example.com', auth = 'trusted' }]\n";

#[test]
fn conforms() {
    uc_plugin_api::conformance::check::<Lync>(SETTINGS);
}
