//! What is asked of a batch in which most tokens have no target.

use burn::tensor::{Device, Int, Tensor};
use salamander_text::{IGNORE, Matrix};

/// The positions that have a target, the rows laid end to end, and those targets.
pub(super) struct Asked {
    /// In their order.
    pub(super) positions: Vec<i64>,
    targets: Vec<i64>,
}

impl Asked {
    /// Where there is a target.
    pub(super) fn of(targets: &Matrix<i64>) -> Self {
        let all = (0..).zip(targets.values.iter().copied());
        let (positions, targets) = all.filter(|&(_, target)| target != IGNORE).unzip();
        Self { positions, targets }
    }

    /// `[N]`; where nothing is hidden the first position, since no tensor is empty.
    pub(super) fn positions(&self, device: &Device) -> Tensor<1, Int> {
        tensor(&self.positions, &[0], device)
    }

    /// `[N]`; where nothing is hidden one that does not count.
    pub(super) fn targets(&self, device: &Device) -> Tensor<1, Int> {
        tensor(&self.targets, &[IGNORE], device)
    }
}

fn tensor(values: &[i64], otherwise: &[i64], device: &Device) -> Tensor<1, Int> {
    Tensor::from_data(if values.is_empty() { otherwise } else { values }, device)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(tensor: Tensor<1, Int>) -> Vec<i64> {
        tensor.into_data().convert::<i64>().iter::<i64>().collect()
    }

    #[test]
    fn where_words_are_hidden() {
        let asked = Asked::of(&Matrix { rows: 2, columns: 3, values: vec![IGNORE, 7, IGNORE, 5, IGNORE, IGNORE] });
        assert_eq!(numbers(asked.positions(&Device::flex())), [1, 3]);
        assert_eq!(numbers(asked.targets(&Device::flex())), [7, 5]);
    }

    #[test]
    fn where_none_is() {
        let asked = Asked::of(&Matrix { rows: 1, columns: 2, values: vec![IGNORE, IGNORE] });
        assert_eq!(numbers(asked.positions(&Device::flex())), [0]);
        assert_eq!(numbers(asked.targets(&Device::flex())), [IGNORE]);
    }
}
