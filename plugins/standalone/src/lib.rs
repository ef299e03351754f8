//! Workers choose their presence in the browser.
