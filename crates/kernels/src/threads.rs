//! The threads that the CPU kernels share.

/// Runs `f`, a stretch of uninterrupted computation such as a training step, on the threads that the CPU kernels share.
///
/// A kernel called from any other thread hands its work over and sleeps, and the others fall asleep between two kernels;
/// waking them takes as long as many a small operation. Inside `f` the caller is one of them, and the others stay awake. So
/// `f` should compute and not wait: while it waits, they turn in circles.
///
/// ```
/// assert_eq!(salamander_kernels::on_pool(|| 6 * 7), 42);
/// ```
pub fn on_pool<T: Send>(f: impl FnOnce() -> T + Send) -> T {
    #[cfg(feature = "flex")]
    {
        awake(f)
    }
    #[cfg(not(feature = "flex"))]
    f()
}

#[cfg(feature = "flex")]
fn awake<T: Send>(f: impl FnOnce() -> T + Send) -> T {
    use std::sync::atomic::{AtomicBool, Ordering};

    /// Ends the others' vigil, even if `f` panics.
    struct Done<'a>(&'a AtomicBool);
    impl Drop for Done<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    /// Turns between two looks for work: long enough to leave the memory bus alone, shorter than any kernel.
    const PAUSE: usize = 16;
    let done = AtomicBool::new(false);
    rayon::scope(|scope| {
        for _ in 1..rayon::current_num_threads() {
            scope.spawn(|_| {
                while !done.load(Ordering::Relaxed) {
                    if rayon::yield_now() != Some(rayon::Yield::Executed) {
                        (0..PAUSE).for_each(|_| std::hint::spin_loop());
                        // Whoever else wants the processor has it.
                        std::thread::yield_now();
                    }
                }
            });
        }
        let _done = Done(&done);
        f()
    })
}
