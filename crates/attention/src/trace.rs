//! Looking inside a forward pass.

use burn::tensor::{Tensor, TensorData};

/// One tensor seen on the way through a model.
#[derive(Debug, Clone)]
pub struct Record {
    /// Where: `embedding`, `blocks.3.attention.weights`, `blocks.3.output`, `output`.
    pub name: String,
    /// What, with its shape.
    pub data: TensorData,
}

/// Collects the intermediate tensors of a pass.
///
/// A model says at each place what is there; a trace keeps what its filter asks for. Without a trace a pass costs
/// nothing; asking for attention weights makes attention take its explicit form.
pub struct Trace {
    wants: Box<dyn Fn(&str) -> bool + Send>,
    records: Vec<Record>,
}

impl Trace {
    /// Keeps everything.
    pub fn all() -> Self {
        Self::only(|_| true)
    }

    /// Keeps what `wants` says yes to by name.
    pub fn only(wants: impl Fn(&str) -> bool + Send + 'static) -> Self {
        Self { wants: Box::new(wants), records: Vec::new() }
    }

    /// What was seen, in the order of the computation.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// What was seen under `name`.
    pub fn get(&self, name: &str) -> Option<&TensorData> {
        self.records.iter().find(|record| record.name == name).map(|record| &record.data)
    }

    pub(crate) fn wants(&self, name: &str) -> bool {
        (self.wants)(name)
    }

    pub(crate) fn record<const R: usize>(&mut self, name: String, tensor: &Tensor<R>) {
        if self.wants(&name) {
            self.records.push(Record { name, data: tensor.to_data() });
        }
    }
}

impl std::fmt::Debug for Trace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.records.iter().map(|record| (&record.name, record.data.shape()))).finish()
    }
}
