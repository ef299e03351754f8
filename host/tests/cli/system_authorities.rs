//! Whoever names no authorities believes those of the operating system, as they are by then.

use crate::{
    pem::fresh,
    program::{built, samples},
    service::Service,
};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{fs, path::Path, sync::Arc, time::Duration};
use tokio::{io::AsyncReadExt as _, net::TcpListener, time::timeout};
use tokio_rustls::TlsAcceptor;

/// Longer than any pause between two attempts to connect here.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder with certificates `before` and `pool`, and a bundle that holds the first.
fn staged(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(samples().join("directory.toml"), folder.path().join("directory.toml")).unwrap();
    for name in ["before", "pool"] {
        fresh(folder.path(), name);
    }
    trusts(folder.path(), "before");
    fs::write(folder.path().join("lync.secret"), "a-secret-long-enough\n").unwrap();
    let file = folder.path().join("uc.toml");
    fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap().to_owned();
    (folder, file)
}

/// As `update-ca-certificates` leaves it.
fn trusts(folder: &Path, name: &str) {
    let fresh = folder.join("bundle.fresh");
    fs::copy(folder.join(format!("{name}.pem")), &fresh).unwrap();
    fs::rename(fresh, folder.join("bundle.pem")).unwrap();
}

fn begin(folder: &Path, file: &str) -> Service {
    let bundle = folder.join("bundle.pem");
    let mut service = Service::begin(file, &[("SSL_CERT_FILE", bundle.to_str().unwrap())]);
    service.wait_for("serving");
    service
}

fn ends(mut service: Service) {
    service.signal("-TERM");
    assert_eq!(service.ended(), Some(0));
}

#[test]
fn links_that_believed_others_are_told_to_need_a_restart() {
    let text = format!(
        "[directory]\nfile = 'directory.toml'\n\
         [[t-server]]\nname = 'lab'\naddress = '127.0.0.1:1'\ntls = {{}}\n\
         [stat-server]\naddress = '127.0.0.1:1'\ntls = {{}}\n\
         [web]\nlisten = '127.0.0.1:0'\n[admin]\nlisten = '127.0.0.1:0'\n\
         [plugins]\ndirectory = '{}'\nprivate-directory = 'private'\n\
         [[plugin]]\nname = 'standalone'\nfile = 'libuc_standalone.so'\n",
        built().display()
    );
    let (folder, file) = staged(&text);
    let mut service = begin(folder.path(), &file);
    service.signal("-HUP");
    let report = service.wait_for("needs_restart");
    assert!(report.contains("needs_restart=[]"), "{report}");
    trusts(folder.path(), "pool");
    service.signal("-HUP");
    let report = service.wait_for("needs_restart");
    let (_, needs_restart) = report.split_once("needs_restart").unwrap();
    for link in ["t-server[lab].tls.ca (content)", "stat-server.tls.ca (content)"] {
        assert!(needs_restart.contains(link), "{report}");
    }
    ends(service);
}

/// Waits until somebody believes this certificate, and says something.
async fn believed(pool: &TcpListener, folder: &Path) {
    let chain = CertificateDer::pem_file_iter(folder.join("pool.pem")).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(folder.join("pool.key")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let acceptor = TlsAcceptor::from(Arc::new(config.with_single_cert(chain, key).unwrap()));
    loop {
        let (stream, _) = pool.accept().await.unwrap();
        // Whoever does not believe it goes before anything is said.
        if let Ok(mut stream) = acceptor.accept(stream).await
            && stream.read_u8().await.is_ok()
        {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plug_in_believes_whom_the_system_believes_by_then() {
    let pool = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let text = format!(
        "[directory]\nfile = 'directory.toml'\n[[t-server]]\nname = 'lab'\naddress = '127.0.0.1:1'\n\
         [web]\nlisten = '127.0.0.1:0'\n[admin]\nlisten = '127.0.0.1:0'\n\
         [plugins]\ndirectory = '{}'\nprivate-directory = 'private'\n\
         [[plugin]]\nname = 'lync'\nfile = 'libuc_lync.so'\n[plugin.settings]\nservers = ['127.0.0.1:{}']\n\
         tls = {{ server-name = 'localhost' }}\n\
         [[plugin.settings.accounts]]\naddress = 'sip:watcher@example.com'\nauth = 'ntlm'\n\
         login = 'EXAMPLE\\watcher'\npassword-file = 'lync.secret'\n",
        built().display(),
        pool.local_addr().unwrap().port()
    );
    let (folder, file) = staged(&text);
    let mut service = begin(folder.path(), &file);
    {
        let believed = believed(&pool, folder.path());
        tokio::pin!(believed);
        // The first attempt is refused by the plug-in.
        let refused = tokio::task::spawn_blocking(move || {
            let said = service.wait_for("certificate");
            (service, said)
        });
        service = tokio::select! {
            () = &mut believed => panic!("nobody trusts this pool yet"),
            refused = refused => refused.unwrap().0,
        };
        trusts(folder.path(), "pool");
        service.signal("-HUP");
        timeout(PATIENCE, believed).await.expect("the authority is not known after the reload");
    }
    ends(service);
}
