//! How much of a device is used.

use std::time::{Duration, Instant};

use burn::tensor::{Device, Distribution, Tensor};
use salamander_kernels::on_pool;

/// What a model costs, and what the device could do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Work {
    /// Floating-point operations of learning from a target: forward and backward.
    pub flops_per_target: f64,
    /// The most the device was seen to do in a second.
    pub peak: f64,
}

/// Rows and columns of the matrices that are multiplied to see what a device can do.
const SIDE: usize = 768;
/// For about how long.
const TRIAL: Duration = Duration::from_millis(200);

impl Work {
    /// Of a model that costs so much on `device`, which is tried with products of matrices.
    pub fn measure(flops_per_target: f64, device: &Device) -> Self {
        let random = || Tensor::<2>::random([SIDE, SIDE], Distribution::Default, device);
        let (a, b) = (random(), random());
        let product = || {
            let begin = Instant::now();
            on_pool(|| a.clone().matmul(b.clone()).slice([0..1, 0..1]).into_scalar::<f32>());
            begin.elapsed().as_secs_f64()
        };
        // The first builds what it needs.
        product();
        let (start, mut best) = (Instant::now(), f64::INFINITY);
        while start.elapsed() < TRIAL {
            best = best.min(product());
        }
        Self { flops_per_target, peak: 2.0 * (SIDE as f64).powi(3) / best }
    }

    /// The share of that peak that so many targets a second make ("model FLOPs utilisation", Chowdhery et al. 2022,
    /// arXiv:2204.02311).
    pub fn share_of_peak(&self, tokens_per_second: f64) -> f64 {
        self.flops_per_target * tokens_per_second / self.peak
    }
}

/// Lets [`peak_memory`] begin anew, where the system can.
pub fn forget_peak_memory() {
    // What 5 means: proc_pid_clear_refs(5). Elsewhere the peak stays what it is, and nothing else is lost.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The most memory this process had since it began, or since [`forget_peak_memory`], in bytes, where the system says.
pub fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(1024 * kilobytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_the_peak() {
        let work = Work { flops_per_target: 5e6, peak: 2e11 };
        assert_eq!(work.share_of_peak(20_000.0), 0.5);
        let measured = Work::measure(1.0, &Device::flex());
        assert!(measured.peak > 1e8, "{measured:?}");
    }
}
