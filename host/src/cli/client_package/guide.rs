//! The README of the package: how an administrator rolls it out.

use super::registry::Site;

/// The text, with `\n` at line ends.
pub(super) fn guide(site: &Site) -> String {
    format!(
        r#"Genesys UC Connector in Lync 2010, Lync 2013 and Skype for Business 2015/2016
=============================================================================

Service     {url}
Extension   {url}/extension/ (reached by {url}/join/)
GUID        {guid}

The GUID follows from the address of the service: a package made again for the
same address replaces the earlier one, one for another address stands beside it.

What the files hold
-------------------
per-user.reg      HKEY_CURRENT_USER: registers the extension window with the
                  client, and the service as a trusted site of the client.
per-machine.reg   HKEY_LOCAL_MACHINE: the entry "Genesys UC Connector" in the
                  Tools menu of the main window (opens {url}/),
                  and the extension window for every user of the machine by the
                  policy branch, which Lync 2010 reads.

Try it on one machine
---------------------
1. As the worker:           reg import per-user.reg
2. As an administrator:     reg import per-machine.reg
3. Leave the client (File, Exit; closing the window is not enough), start it.
4. Tools menu: "Genesys UC Connector" opens the page in the default browser.

Roll out by group policy
------------------------
per-user.reg:     User Configuration, Preferences, Windows Settings, Registry.
                  Import the file on one machine, then New, Registry Wizard,
                  and choose the keys named with the GUID and the trusted site.
per-machine.reg:  Computer Configuration, Preferences, Windows Settings,
                  Registry, in the same way. Include both SOFTWARE and
                  SOFTWARE\WOW6432Node: the client reads the one of its bitness.
Or a logon script with `reg import` (user) and a start-up script (machine).
To take it away, delete the keys named with the GUID.

Size of the extension window
----------------------------
ExtensibilityWindowSize is 1 (400x600). 0 is 300x200, 2 is 800x600; the page
fits all three.

When it opens
-------------
DefaultContextPackage is 0: the window opens only in conversations that name
this GUID: those in which the service invites a worker. The invitation brings a
token that signs the worker in once; the client puts it in the place of
%AppData%. With 1 the window opens in every conversation that names no other,
and asks for the password where nobody is signed in yet.

What the window needs
---------------------
- The window is an Internet Explorer control. The service sends it a page of its
  own, which asks for Internet Explorer 11's mode by X-UA-Compatible. Where the
  page says that it needs a newer browser, set the control's mode for the client:
    HKEY_CURRENT_USER\Software\Microsoft\Internet Explorer\Main\FeatureControl\FEATURE_BROWSER_EMULATION
    lync.exe (communicator.exe in Lync 2010) = dword:00002af9
- WebSocket to the same host must pass proxies. TLS 1.2 must be on in Windows,
  and the certificate of the service must be trusted by Windows.
- Cookies of the site must be allowed. Put the site into the same zone (Local
  intranet or Trusted sites) on all machines: Site to Zone Assignment List.
- The page is the window's own document, not a frame in another page: the
  service forbids framing (frame-ancestors 'none'), and that may stay.
"#,
        url = site.url(),
        guid = site.guid(),
    )
}
