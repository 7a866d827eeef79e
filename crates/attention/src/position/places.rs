//! Where the tokens of a pass stand.

use burn::tensor::{Int, Tensor};

/// Where the tokens of a pass stand.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // one for each pass
pub(crate) enum Places {
    /// One after the other from here on, in every row.
    From(usize),
    /// Where the caller says, `[B, T]`, all of them before `end`.
    At { positions: Tensor<2, Int>, end: usize },
}

impl Places {
    /// Where the caller says.
    ///
    /// # Panics
    /// If a position is negative.
    pub(crate) fn at(positions: Tensor<2, Int>) -> Self {
        let data = positions.to_data();
        let (least, largest) = data.iter::<i64>().fold((0, -1), |(a, b), p| (p.min(a), p.max(b)));
        assert!(least >= 0, "a token stands at position {least}; the first position is 0");
        Self::At { positions, end: (largest + 1) as usize }
    }

    /// One more than the last position, with `t` tokens in each row.
    pub(crate) fn end(&self, t: usize) -> usize {
        match self {
            Self::From(start) => start + t,
            Self::At { end, .. } => *end,
        }
    }

    /// These places, of `t` tokens in each of `b` rows.
    ///
    /// # Panics
    /// If the caller gave them for another number of tokens.
    pub(crate) fn of(self, b: usize, t: usize) -> Self {
        if let Self::At { positions, .. } = &self {
            let [rows, columns] = positions.dims();
            assert!(
                [rows, columns] == [b, t],
                "positions are given for [{rows}, {columns}] tokens, there are [{b}, {t}]"
            );
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    fn given() -> Places {
        Places::at(Tensor::from_ints([[0, 1, 2, 0], [0, 0, 6, 1]], &Device::flex()))
    }

    #[test]
    fn the_end_lies_behind_the_last() {
        assert_eq!((given().end(4), Places::From(3).end(4)), (7, 7));
    }

    #[test]
    #[should_panic(expected = "a token stands at position -2; the first position is 0")]
    fn nothing_stands_before_the_first() {
        Places::at(Tensor::from_ints([[0, -2, -1]], &Device::flex()));
    }

    #[test]
    #[should_panic(expected = "positions are given for [2, 4] tokens, there are [2, 3]")]
    fn each_token_has_its_place() {
        given().of(2, 3);
    }
}
