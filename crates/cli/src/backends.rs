//! `salamander backends`.

use std::process::ExitCode;

use anyhow::Result;
use salamander::kernels::backend;

/// Lists the backends compiled in, finds their devices and checks each.
#[derive(clap::Args)]
#[command(after_help = "\
Example: cargo xtask backends --backend wgpu
The check is a small attention layer, forward and backward, against numbers worked out in double precision.
It fails (exit code 1) if a device cannot be used or computes something else.")]
pub(crate) struct Backends {}

impl Backends {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let mut code = ExitCode::SUCCESS;
        for found in backend::compiled() {
            say!("{:<8} {}", found.name, found.summary);
            let devices = backend::devices(&found);
            if devices.is_empty() {
                say!("  no device found");
                code = ExitCode::FAILURE;
            }
            for device in devices {
                match backend::self_check(&device) {
                    Ok(check) => {
                        let milliseconds = check.time.as_secs_f64() * 1e3;
                        say!("  {device:<10} ok: {:.6} in {milliseconds:.2} ms", check.value);
                    }
                    Err(error) => {
                        say!("  {device:<10} FAILED: {error}");
                        code = ExitCode::FAILURE;
                    }
                }
            }
        }
        Ok(code)
    }
}
