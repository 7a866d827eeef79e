//! Rows of a table.

use burn::{
    backend::autodiff::{
        checkpoint::base::Checkpointer,
        grads::Gradients,
        ops::{Backward, Ops},
    },
    tensor::Shape,
};
use burn_flex::{Flex, FlexTensor};

use super::{
    memory::{buffer, elements, in_order, tensor},
    pieces,
    shelf::Buffer,
};

/// The rows.
///
/// # Panics
/// If an id is not a row of the table.
pub(super) fn forward(weight: &FlexTensor, ids: &[i64], [b, t]: [usize; 2]) -> FlexTensor {
    let [rows, d] = sizes(weight);
    let table = elements(weight);
    for &id in ids {
        assert!((0..rows as i64).contains(&id), "id {id} is outside the table of {rows} rows");
    }
    let mut y = buffer(ids.len() * d);
    pieces::fill(&mut y, pieces::rows(d), |start, y| {
        for (y, &id) in y.chunks_exact_mut(d).zip(&ids[start / d..]) {
            y.copy_from_slice(&table[id as usize * d..][..d]);
        }
    });
    tensor(y, Shape::new([b, t, d]))
}

fn sizes(weight: &FlexTensor) -> [usize; 2] {
    let shape = weight.layout().shape();
    [shape[0], shape[1]]
}

/// `dW[id] = Σ dy` over the places where `id` stood, in their order.
#[derive(Debug)]
pub(super) struct Rule;

impl Backward<Flex, 1> for Rule {
    type State = (Vec<i64>, [usize; 2]);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = in_order(grads.consume::<Flex>(&ops.node));
        let (ids, [rows, d]) = ops.state;
        if let [Some(node)] = &ops.parents {
            let mut dw = Buffer::zeros(rows * d);
            for (dy, &id) in elements(&dy).chunks_exact(d).zip(&ids) {
                let row = &mut dw[id as usize * d..][..d];
                row.iter_mut().zip(dy).for_each(|(w, dy)| *w += dy);
            }
            grads.register::<Flex>(node.id, tensor(dw, [rows, d]));
        }
    }
}

/// What the rule needs to know.
pub(super) fn state(weight: &FlexTensor, ids: Vec<i64>) -> (Vec<i64>, [usize; 2]) {
    (ids, sizes(weight))
}
