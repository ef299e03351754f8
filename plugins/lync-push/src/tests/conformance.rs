//! The suite that every plug-in must pass.

use crate::lync_push::LyncPush;

#[test]
fn conforms() {
    uc_plugin_api::conformance::check::<LyncPush>("servers = ['127.0.0.1:1']\ntransport = 'tcp'\n");
}
