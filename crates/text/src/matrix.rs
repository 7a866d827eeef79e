//! Rows of numbers.

/// Rows of equal length, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix<T> {
    /// All values, the first row first.
    pub values: Vec<T>,
    /// How many rows.
    pub rows: usize,
    /// How long each is.
    pub columns: usize,
}

impl<T: Copy> Matrix<T> {
    /// Rows brought to the length of the longest by appending `filler`.
    pub fn padded<R: AsRef<[T]>>(rows: &[R], filler: T) -> Self {
        let columns = rows.iter().map(|row| row.as_ref().len()).max().unwrap_or(0);
        let mut values = Vec::with_capacity(rows.len() * columns);
        for row in rows {
            let row = row.as_ref();
            values.extend_from_slice(row);
            values.extend(std::iter::repeat_n(filler, columns - row.len()));
        }
        Self { values, rows: rows.len(), columns }
    }

    /// One row.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn row(&self, index: usize) -> &[T] {
        assert!(index < self.rows, "row {index} of {}", self.rows);
        &self.values[index * self.columns..(index + 1) * self.columns]
    }

    /// Each row on its own.
    pub fn to_rows(&self) -> Vec<Vec<T>> {
        (0..self.rows).map(|index| self.row(index).to_vec()).collect()
    }
}

impl Matrix<bool> {
    /// For rows of these lengths, padded to the longest: `true` where there is padding.
    pub(crate) fn padding(lengths: &[usize]) -> Self {
        let rows: Vec<_> = lengths.iter().map(|&length| vec![false; length]).collect();
        Self::padded(&rows, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_padded_to_the_longest() {
        let matrix = Matrix::padded(&[vec![1, 2], vec![], vec![3]], 0);
        assert_eq!(matrix, Matrix { values: vec![1, 2, 0, 0, 3, 0], rows: 3, columns: 2 });
        assert_eq!(matrix.to_rows(), [[1, 2], [0, 0], [3, 0]]);
        assert_eq!(Matrix::padding(&[2, 0, 1]).to_rows(), [[false, false], [true, true], [false, true]]);
        assert_eq!(Matrix::<i64>::padded::<Vec<i64>>(&[], 0).to_rows(), Vec::<Vec<i64>>::new());
    }
}
