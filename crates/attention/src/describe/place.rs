//! Where a brick stands.

use salamander_kernels::Reach;

use super::{Group, Page, Part, Per, Product};

/// Where a brick stands in a model, and what passes it there.
#[derive(Debug, Clone)]
pub struct Place {
    path: String,
    copies: usize,
    parameters: Parameters,
    /// For what everything here is computed.
    pub(super) per: Per,
    /// Width of the stream here.
    pub(super) d_model: usize,
    /// The letter of that width.
    pub(super) letter: &'static str,
    /// Which keys a query may see.
    pub(super) reach: Reach,
    /// What is added to the scores.
    pub(super) bias: Option<String>,
}

/// Whose parameters a place computes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parameters {
    /// Its own.
    Own,
    /// Those of another place, where they are listed.
    Borrowed,
}

impl Place {
    /// The model itself, a stream of width `d_model`.
    pub fn new(d_model: usize, per: Per) -> Self {
        let reach = Reach { left: None, right: None };
        Self {
            path: String::new(),
            copies: 1,
            parameters: Parameters::Own,
            per,
            d_model,
            letter: "D",
            reach,
            bias: None,
        }
    }

    /// One level further in.
    #[must_use]
    pub fn within(&self, name: &str) -> Self {
        let path = if self.path.is_empty() { name.into() } else { format!("{}.{name}", self.path) };
        Self { path, ..self.clone() }
    }

    /// With the parameters of another place: its products are computed here, its parameters are not counted again.
    #[must_use]
    pub fn borrowed(&self) -> Self {
        Self { parameters: Parameters::Borrowed, ..self.clone() }
    }

    /// Where a query sees only what `reach` says.
    #[must_use]
    pub fn seeing(self, reach: Reach) -> Self {
        Self { reach, ..self }
    }

    /// Where vectors have the width `width` of the embedding, `M`, if it has one of its own.
    #[must_use]
    pub fn narrow(self, width: Option<usize>) -> Self {
        match width {
            Some(d_model) => Self { d_model, letter: "M", ..self },
            None => self,
        }
    }

    /// The shape of a stream of the width here.
    pub fn stream(&self) -> &'static str {
        if self.letter == "M" { "[B, T, M]" } else { "[B, T, D]" }
    }

    /// Where other things pass.
    #[must_use]
    pub fn per(self, per: Per) -> Self {
        Self { per, ..self }
    }

    /// In each of `copies` layers of the list `name`.
    #[must_use]
    pub fn layers(&self, name: &str, copies: usize, bias: Option<String>) -> Self {
        Self { copies, bias, ..self.within(name).within("{}") }
    }

    /// Lists a parameter, if it is this place's own.
    pub fn parameter(&self, name: &str, shape: &[usize], group: Group, page: &mut Page) {
        if self.parameters == Parameters::Borrowed {
            return;
        }
        let name = self.within(name).path;
        page.parts.push(Part { name, shape: shape.to_vec(), copies: self.copies, group });
    }

    /// Lists a product with a matrix of `rows` by `columns`.
    pub fn product(&self, rows: usize, columns: usize, page: &mut Page) {
        page.products.push(self.at(rows, columns, None));
    }

    /// Lists the two products of attention with all keys of `over`, each a vector of `width` numbers: the scores, and the
    /// weighted sum of the values.
    pub(super) fn attended(&self, width: usize, over: Per, page: &mut Page) {
        self.within("scores").product_over(width, over, page);
        page.products.push(self.within("values").at(page.context, width, Some(over)));
    }

    /// Lists a product of `rows` numbers with a vector for each of `over`.
    pub fn product_over(&self, rows: usize, over: Per, page: &mut Page) {
        page.products.push(self.at(rows, page.context, Some(over)));
    }

    fn at(&self, rows: usize, columns: usize, over: Option<Per>) -> Product {
        Product { name: self.path.clone(), rows, columns, copies: self.copies, per: self.per, over }
    }

    /// Lists the parameters and the product of the affine map at `name`, and writes it down: `x W_name + b_name`.
    pub fn linear(&self, x: &str, name: &str, sizes: [usize; 2], bias: bool, group: Group, page: &mut Page) -> String {
        let place = self.within(name);
        let [rows, columns] = sizes;
        place.parameter("weight", &[rows, columns], group, page);
        place.product(rows, columns, page);
        if !bias {
            return format!("{x} W_{name}");
        }
        place.parameter("bias", &[columns], group, page);
        format!("{x} W_{name} + b_{name}")
    }
}

/// A number as short as it can be written.
pub(super) fn number(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-3 { format!("{value:e}") } else { value.to_string() }
}
