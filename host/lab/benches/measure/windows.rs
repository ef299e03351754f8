//! So many under way at a time, and what the process spends on each. The bench around it has a `Size` and a `Loader`.

use super::{
    Size,
    figures::{Measured, median},
    loader::Loader,
    process::{Meter, Process},
};

/// One, 32 and 256 under way; the rate with 32.
pub(super) async fn windows(
    size: &Size,
    name: &str,
    process: &Process,
    loader: &mut Loader,
    floor: Option<f64>,
) -> f64 {
    // Warm: every allocation of a first time, every page of the code.
    loader.window(32, size.time / 2).await;
    several(size, name, process, loader, 1, None).await;
    let rate = several(size, name, process, loader, 32, floor).await;
    several(size, name, process, loader, 256, None).await;
    rate
}

/// Several runs with one window; the median rate.
pub(super) async fn several(
    size: &Size,
    name: &str,
    process: &Process,
    loader: &mut Loader,
    window: usize,
    floor: Option<f64>,
) -> f64 {
    let (mut rates, mut all) = (Vec::new(), Measured::default());
    let meter = Meter::start(process);
    for _ in 0..size.runs {
        let mut measured = loader.window(window, size.time).await;
        rates.push(measured.rate());
        all.count += measured.count;
        all.latencies.append(&mut measured.latencies);
    }
    let spent = meter.stop(process, all.count);
    let (rate, least, most) = median(rates);
    let ratio = floor.map_or(String::new(), |floor| format!(" = {:.2} of the floor", rate / floor));
    println!("{name}, {window} under way: {rate:.0}/s ({least:.0} to {most:.0}){ratio}; {}; {spent}", all.quantiles());
    rate
}
