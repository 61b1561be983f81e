//! Which engine verifies ballots, with which files beside the archive.

use std::{
    fs::File,
    io::BufWriter,
    path::Path,
    sync::{Arc, Mutex},
};

use anyhow::Context as _;
use isoloir_lanes::{
    lend,
    sidecar::{Reader, Recorder},
};
use isoloir_protocol::audit::{Accelerator, engine::Direct};
use rand::{rand_core::UnwrapErr, rngs::SysRng};

use crate::args::{Args, Engine};

/// What the audit borrows, and the sidecar that is written on the way.
pub struct Engines {
    /// Nothing for engine 1.
    pub accelerator: Box<dyn Accelerator>,
    recorder: Option<Arc<Recorder>>,
}

impl Engines {
    /// As asked for. Without AVX-512 IFMA `auto` is engine 1, and anything that needs more is an error.
    ///
    /// # Errors
    /// When this processor cannot, or a file cannot be opened.
    pub fn choose(args: &Args) -> anyhow::Result<Self> {
        if let Some(path) = &args.write_sidecar {
            return Self::recording(args, path);
        }
        let accelerator = match (args.engine, &args.sidecar) {
            (Engine::Direct, _) => Box::new(Direct),
            (Engine::Exact, _) => lend::exact(None).with_context(|| too_old(args))?,
            (Engine::Sidecar, Some(path)) => with_sidecar(path)?.with_context(|| too_old(args))?,
            (Engine::Sidecar, None) => {
                let needs = ("le moteur 3 demande --sidecar", "engine 3 needs --sidecar");
                anyhow::bail!(args.lang.pick(needs.0, needs.1))
            }
            (Engine::Auto, Some(path)) => with_sidecar(path)?.unwrap_or_else(|| Box::new(Direct)),
            (Engine::Auto, None) => lend::exact(None).unwrap_or_else(|| Box::new(Direct)),
        };
        Ok(Self {
            accelerator,
            recorder: None,
        })
    }

    fn recording(args: &Args, path: &Path) -> anyhow::Result<Self> {
        let file = File::create(path).with_context(|| format!("{}", path.display()))?;
        let recorder = Arc::new(Recorder::new(Box::new(BufWriter::with_capacity(1 << 20, file))));
        let accelerator = lend::exact(Some(recorder.clone())).with_context(|| too_old(args))?;
        Ok(Self {
            accelerator,
            recorder: Some(recorder),
        })
    }

    /// Completes the sidecar.
    ///
    /// # Errors
    /// When it could not be written, or the election has none.
    pub fn finish(&self) -> anyhow::Result<()> {
        if let Some(recorder) = &self.recorder {
            recorder.finish()?;
        }
        Ok(())
    }
}

/// Engine 3; `None` when this processor cannot.
fn with_sidecar(path: &Path) -> anyhow::Result<Option<Box<dyn Accelerator>>> {
    let cannot_read = || format!("{}", path.display());
    let file = File::open(path).with_context(cannot_read)?;
    let reader = Reader::open(Box::new(file)).with_context(cannot_read)?;
    Ok(lend::with_sidecar(reader, Arc::new(Mutex::new(UnwrapErr(SysRng)))))
}

const fn too_old(args: &Args) -> &'static str {
    args.lang.pick(
        "ce moteur demande un processeur avec AVX-512 IFMA",
        "this engine needs a processor with AVX-512 IFMA",
    )
}
